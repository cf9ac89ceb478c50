// Sees to it that the canvas takes every stroke, and nothing else. See canvas.py.
//
// 1. The canvas brings a toolbar along, which lies invisibly over its upper part: it is taken away.
// 2. Undo, Clear and another brush come with a new canvas, which takes the server a moment. Strokes that are drawn in that
//    moment are drawn on a sheet above the old canvas, and then again, by the same events, on the new one.
// 3. The canvas waits 0.2 s after each stroke before it says what is drawn. It is asked at once.

const PRESSES = ".st-key-undo button, .st-key-clear button, .st-key-brush button"
const PATIENCE = 10000  // milliseconds: when no new canvas came by then, none will
const NO_TOOLBAR = ".dc-toolbar { display: none !important }"

const box = () => document.querySelector(".st-key-canvas")

const findCanvas = () => {
  for (const host of box()?.querySelectorAll("*") ?? []) {
    const pad = host.shadowRoot?.querySelector("canvas.upper-canvas")
    if (pad) return { root: host.shadowRoot, pad }
  }
}

class Guard {
  constructor() {
    this.ending = new AbortController()
    const { signal } = this.ending
    const options = { capture: true, signal }
    document.addEventListener("click", (event) => this.pressed(event), options)
    for (const name of ["mousedown", "touchstart"]) window.addEventListener(name, (event) => this.penDown(event), options)
    for (const name of ["mouseup", "touchend"]) window.addEventListener(name, () => this.penUp(), { signal })
    this.observer = new MutationObserver(() => this.hideToolbar())
    this.hideToolbar()
  }

  end() {
    this.ending.abort()
    this.observer.disconnect()
    cancelAnimationFrame(this.frame)
    clearTimeout(this.patience)
    this.sheet?.remove()
  }

  receive(data) {
    this.data = data
    this.hideToolbar()
    if (!this.seen && data.kept && hasKept(data.kept)) this.hold()
    this.seen = true
    if (this.sheet && data.version !== this.heldAt) this.whenNew(() => this.letGo())
  }

  // The canvas builds itself some moments after it is on the page.
  hideToolbar() {
    const parent = box()
    if (!parent) return
    if (this.observed !== parent) {
      this.observer.disconnect()
      this.observer.observe(parent, { childList: true, subtree: true })
      this.observed = parent
    }
    const found = findCanvas()
    if (!found) {
      cancelAnimationFrame(this.looking)
      if (!this.ending.signal.aborted) this.looking = requestAnimationFrame(() => this.hideToolbar())
    } else if (!found.root.querySelector("style.no-toolbar")) {
      const style = Object.assign(document.createElement("style"), { className: "no-toolbar", textContent: NO_TOOLBAR })
      found.root.append(style)
    }
  }

  penDown(event) {
    const path = event.composedPath()
    this.isDrawing = findCanvas()?.pad === path[0]
  }

  // The canvas hears of the pen before the window does, and notes the stroke at once; a moment later it can be asked.
  penUp() {
    if (!this.isDrawing) return
    this.isDrawing = false
    setTimeout(() => this.report())
  }

  report() {
    findCanvas()?.root.querySelector(".dc-toolbar button")?.click()  // its first: "Update the app with this drawing"
  }

  pressed(event) {
    const button = event.target.closest?.(PRESSES)
    if (!button || button.disabled || button.getAttribute("aria-checked") === "true") return
    this.hold()
  }

  // From now on, strokes go to a sheet above the canvas.
  hold() {
    if (this.sheet || !box()) return
    const { side, version } = this.data
    this.heldAt = version
    this.old = findCanvas()?.pad
    this.strokes = []
    this.sheet = Object.assign(document.createElement("canvas"), { className: "guard", width: side, height: side })
    this.pen = this.sheet.getContext("2d")
    this.sheet.addEventListener("pointerdown", (event) => this.begin(event))
    this.sheet.addEventListener("pointermove", (event) => this.follow(event))
    for (const name of ["pointerup", "pointercancel"]) this.sheet.addEventListener(name, (event) => this.lift(event))
    this.sheet.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false })
    box().style.position = "relative"
    box().append(this.sheet)
    this.patience = setTimeout(() => this.letGo(), PATIENCE)
  }

  begin(event) {
    if (this.pointer !== undefined || event.button) return
    this.pointer = event.pointerId
    this.sheet.setPointerCapture(event.pointerId)
    this.strokes.push([this.place(event)])
    event.preventDefault()
  }

  follow(event) {
    if (event.pointerId !== this.pointer) return
    const stroke = this.strokes.at(-1)
    for (const one of event.getCoalescedEvents?.() ?? []) stroke.push(this.place(one))
    stroke.push(this.place(event))
    Object.assign(this.pen, { lineWidth: this.data.brush, strokeStyle: this.data.ink, lineCap: "round", lineJoin: "round" })
    this.pen.beginPath()
    for (const [x, y] of stroke) this.pen.lineTo(x, y)
    this.pen.stroke()
  }

  lift(event) {
    if (event.pointerId !== this.pointer) return
    this.follow(event)
    this.pointer = undefined
    if (this.isLate) this.letGo()
  }

  place({ clientX, clientY }) {
    const { left, top } = this.sheet.getBoundingClientRect()
    return [clientX - left, clientY - top]
  }

  // Two frames after it is there, the new canvas has loaded its drawing.
  whenNew(act, frames = 2) {
    cancelAnimationFrame(this.frame)
    const found = findCanvas()
    const isNew = found && found.pad !== this.old
    if (isNew && !frames) return act()
    this.frame = requestAnimationFrame(() => this.whenNew(act, isNew ? frames - 1 : frames))
  }

  // The strokes on the sheet are drawn on the canvas; one that is being drawn is waited for.
  letGo() {
    if (!this.sheet) return
    this.isLate = this.pointer !== undefined
    if (this.isLate) return
    clearTimeout(this.patience)
    cancelAnimationFrame(this.frame)
    const { sheet, strokes } = this
    this.sheet = undefined
    const pad = findCanvas()?.pad
    if (pad) for (const stroke of strokes) drawOn(pad, stroke)
    requestAnimationFrame(() => sheet.remove())
    sheet.style.pointerEvents = "none"
    if (strokes.length) setTimeout(() => this.report())
  }
}

const drawOn = (pad, stroke) => {
  const { left, top } = pad.getBoundingClientRect()
  const tell = (type, [x, y], buttons) => pad.dispatchEvent(new MouseEvent(type, {
    clientX: left + x, clientY: top + y, button: 0, buttons, bubbles: true, composed: true, cancelable: true, view: window,
  }))
  tell("mousedown", stroke[0], 1)
  for (const place of stroke.slice(1)) tell("mousemove", place, 1)
  tell("mouseup", stroke.at(-1), 0)
}

const hasKept = (name) => {
  try {
    return sessionStorage.getItem(`how-neural-networks-learn.${name}`) !== null
  } catch {
    return false
  }
}

const guards = new WeakMap()

export default function ({ data, parentElement }) {
  const guard = guards.get(parentElement) ?? new Guard()
  guards.set(parentElement, guard)
  guard.receive(data)
  return () => { guard.end(); guards.delete(parentElement) }
}

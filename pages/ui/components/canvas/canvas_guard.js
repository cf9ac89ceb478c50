// Sees to it that the canvas takes every stroke, and nothing else. See __init__.py.
//
// 1. The canvas brings a toolbar along, which lies invisibly over its upper part: it is taken away.
// 2. A new canvas (at the beginning, after Undo, Clear and another brush) takes some moments until it can be drawn on.
//    Strokes that are drawn meanwhile are drawn on a sheet above it, and then again, by the same events, on the canvas.
// 3. The canvas waits 0.2 s after each stroke before it says what is drawn. It is asked at once.
// 4. A browser takes a finger beside the canvas for one on it; whoever scrolls there does not draw.
// 5. Where it comes later than the canvas, since its own script had to come first, the canvas is not seen until then: a
//    style waits for the mark that is set here.
// 6. A button that is disabled swallows the end of a stroke that is lifted above it: all of a stroke goes to the canvas.

const PRESSES = ".st-key-undo button, .st-key-clear button, .st-key-brush button"
const PATIENCE = 10000  // milliseconds: when no new canvas, or none in its place, has come by then, none will
const SETTLED = 2  // frames that a canvas must have been in its place: it has loaded its drawing then
const NO_TOOLBAR = ".dc-toolbar { display: none !important }"

const findBox = () => document.querySelector(".st-key-canvas")

// The canvas in its shadow root: its upper layer hears the pen.
const findCanvas = () => {
  for (const host of findBox()?.querySelectorAll("*") ?? []) {
    const pad = host.shadowRoot?.querySelector("canvas.upper-canvas")
    if (pad) return { root: host.shadowRoot, pad }
  }
}

// Until its style sheet has come, the canvas lies below the part of it that is seen.
const isInPlace = (pad) => {
  const place = pad.getBoundingClientRect(), box = findBox().getBoundingClientRect()
  return Math.abs(place.top - box.top) < 2 && Math.abs(place.left - box.left) < 2
}

const isBeside = (pad, event) => {
  if (!event.isTrusted) return false
  const { left, top, right, bottom } = pad.getBoundingClientRect()
  const { clientX, clientY } = event.changedTouches?.[0] ?? event  // a thumb may rest elsewhere
  return clientX < left - 1 || clientX > right + 1 || clientY < top - 1 || clientY > bottom + 1
}

class Guard {
  constructor() {
    this.ending = new AbortController()
    const { signal } = this.ending
    document.addEventListener("click", (event) => this.pressed(event), { capture: true, signal })
    for (const name of ["pointerdown", "mousedown", "touchstart"]) {
      window.addEventListener(name, (event) => this.penDown(event), { capture: true, signal })
    }
    for (const name of ["mouseup", "touchend"]) window.addEventListener(name, () => this.penUp(), { signal })
    this.observer = new MutationObserver(() => this.hold())  // the canvas was built anew
  }

  end() {
    this.ending.abort()
    this.observer.disconnect()
    cancelAnimationFrame(this.frame)
    this.sheet?.remove()
    delete this.box?.dataset.guarded
  }

  receive(data) {
    const isFirst = !this.data
    this.data = data
    if (isFirst) this.hold(data.kept && hasKept(data.kept) ? data.version : undefined)
  }

  pressed(event) {
    const button = event.target.closest?.(PRESSES)
    if (button && !button.disabled && button.getAttribute("aria-checked") !== "true") this.hold(this.data.version)
  }

  // From now on strokes go to a sheet above the canvas, until it can be drawn on; after a press, until a version beyond
  // the present one has come, with a canvas of its own.
  hold(version) {
    if (version !== undefined) {
      this.beyond = version
      this.old = findCanvas()?.pad
    }
    this.deadline = performance.now() + PATIENCE
    this.settled = 0
    cancelAnimationFrame(this.frame)
    this.wait()
  }

  wait() {
    const box = findBox(), canvas = findCanvas()
    if (box) this.cover(box)
    if (canvas) hideToolbar(canvas.root)
    const isLate = performance.now() > this.deadline
    const isNew = canvas && this.data.version !== this.beyond && canvas.pad !== this.old
    if (isNew || isLate) this.beyond = undefined
    const isReady = canvas && this.beyond === undefined && (isLate || isInPlace(canvas.pad))
    this.settled = isReady ? this.settled + 1 : 0
    if (this.settled > SETTLED && this.pointer === undefined) this.letGo(canvas.pad)
    else this.frame = requestAnimationFrame(() => this.wait())
  }

  cover(box) {
    if (this.box !== box) {
      this.observer.disconnect()
      this.observer.observe(box, { childList: true, subtree: true })
      box.style.position = "relative"
      this.box = box
    }
    if (!this.sheet) {
      const { side } = this.data
      this.sheet = Object.assign(document.createElement("canvas"), { className: "guard", width: side, height: side })
      this.pen = this.sheet.getContext("2d")
      this.strokes = []
      this.sheet.addEventListener("pointerdown", (event) => this.begin(event))
      this.sheet.addEventListener("pointermove", (event) => this.follow(event))
      for (const name of ["pointerup", "pointercancel"]) this.sheet.addEventListener(name, (event) => this.lift(event))
      this.sheet.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false })
    }
    if (this.sheet.parentElement !== box) box.append(this.sheet)
    box.dataset.guarded = ""
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
    const { brush: lineWidth, ink: strokeStyle } = this.data
    Object.assign(this.pen, { lineWidth, strokeStyle, lineCap: "round", lineJoin: "round" })
    this.pen.beginPath()
    for (const [x, y] of stroke) this.pen.lineTo(x, y)
    this.pen.stroke()
  }

  lift(event) {
    if (event.pointerId !== this.pointer) return
    this.follow(event)
    this.pointer = undefined
  }

  place({ clientX, clientY }) {
    const { left, top } = this.sheet.getBoundingClientRect()
    return [clientX - left, clientY - top]
  }

  // The strokes on the sheet are drawn on the canvas.
  letGo(pad) {
    const { sheet, strokes } = this
    this.sheet = undefined
    sheet.style.pointerEvents = "none"
    for (const stroke of strokes) drawOn(pad, stroke)
    this.observer.takeRecords()
    requestAnimationFrame(() => {
      sheet.remove()
      this.observer.takeRecords()  // what was done here is no new canvas
    })
  }

  penDown(event) {
    const [pad] = event.composedPath()
    if ((pad === this.sheet || pad === findCanvas()?.pad) && isBeside(pad, event)) {
      event.stopImmediatePropagation()
      return
    }
    this.isDrawing = findCanvas()?.pad === pad
    if (this.isDrawing && event.isTrusted && event.type === "pointerdown") {
      pad.setPointerCapture(event.pointerId)
    }
  }

  // The canvas hears of the pen before the window does, and notes the stroke at once; a moment later it can be asked.
  penUp() {
    if (this.isDrawing) setTimeout(() => findCanvas()?.root.querySelector(".dc-toolbar button")?.click())
    this.isDrawing = false
  }
}

const hideToolbar = (root) => {
  if (root.querySelector("style.no-toolbar")) return
  root.append(Object.assign(document.createElement("style"), { className: "no-toolbar", textContent: NO_TOOLBAR }))
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

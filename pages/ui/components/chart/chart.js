// A chart that Plotly changes in place, that can be played through and be pointed at. See __init__.py.

let loading
const plotly = (path) => {
  loading ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly)
    const app = document.querySelector('script[src*="static/js/index"]').src
    const script = document.createElement("script")
    script.src = new URL(`../../${path}`, app)
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => { loading = undefined; reject(new Error("Plotly did not load")) }
    document.head.append(script)
  })
  return loading
}

// The figure in the colours of the theme: a trace's meta.colour is a number of the palette or a name, or a list of them;
// a trace without any has the palette's next one.
const coloured = (figure, root) => {
  const style = getComputedStyle(root)
  const value = (name) => style.getPropertyValue(name).trim()
  const palette = value("--st-chart-categorical-colors").split(",")
  const named = { text: value("--st-text-color"), paper: value("--st-background-color") }
  const of = (colour) => Array.isArray(colour) ? colour.map(of) : named[colour] ?? palette[colour]
  const traces = figure.data.map((trace) => {
    const color = of(trace.meta?.colour)
    return color ? { ...trace, line: { ...trace.line, color }, marker: { ...trace.marker, color } } : trace
  })
  const layout = {
    ...figure.layout, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", colorway: palette,
    font: { family: value("--st-font"), color: named.text },
    hoverlabel: { bgcolor: named.paper, font: { color: named.text } },
  }
  layout.annotations = layout.annotations?.map((note) =>
    note.name === "on paper" ? { ...note, bgcolor: named.paper } : note)
  layout.shapes = layout.shapes?.map((shape) => ({ ...shape, line: { color: named.text, ...shape.line } }))
  return [traces, layout]
}

// Where on the chart an event happened, in the units of its axes; nothing outside the axes. A pointer's place may lie
// within a pixel. Plotly is told of whole ones: else its label would tell another place than the page.
const place = (root, event) => {
  const box = root.querySelector(".nsewdrag")?.getBoundingClientRect()
  const { xaxis, yaxis } = root._fullLayout ?? {}
  const [x, y] = [event.clientX, event.clientY].map(Math.floor)
  if (!box || x < box.left || x > box.right || y < box.top || y > box.bottom) return null
  return { x: xaxis.p2d(x - box.left), y: yaxis.p2d(y - box.top) }
}

// Charts of one group show one step: the leader, which has the buttons, says which; a follower says that it was clicked.
const STEP = "chart-step", PLAY = "chart-play"
const LONGEST = 6000, SLOWEST = 500, QUICKEST = 40  // milliseconds: a whole path, one of its steps

// Goes through the frames of a chart: by its buttons, or as the leader of its group says.
class Player {
  constructor(element, chart) {
    this.element = element
    this.chart = chart
    this.frames = []
    this.index = 0
    const button = (name) => element.querySelector(`[name=${name}]`)
    button("reset").onclick = () => { this.pause(); this.show(0) }
    button("back").onclick = () => { this.pause(); this.show(this.index - 1) }
    button("step").onclick = () => { this.pause(); this.show(this.index + 1) }
    button("play").onclick = () => (this.timer ? this.pause() : this.play())
    this.range = button("at")
    this.range.oninput = () => { this.pause(); this.show(+this.range.value) }
    this.onStep = ({ detail }) => { if (this.follower && detail.group === this.group) this.show(detail.index) }
    this.onPlay = ({ detail }) => { if (!this.follower && detail.group === this.group) this.playsNext = true }
    document.addEventListener(STEP, this.onStep)
    document.addEventListener(PLAY, this.onPlay)
  }

  end() {
    this.pause()
    document.removeEventListener(STEP, this.onStep)
    document.removeEventListener(PLAY, this.onPlay)
  }

  // Another animation begins at its first step; the same one, of other frames, stays where it is.
  load({ frames, identity, group, follower }) {
    this.isOther ||= this.identity !== undefined && this.identity !== identity
    if (this.isOther) this.index = 0
    Object.assign(this, { frames: frames ? JSON.parse(frames) : [], identity, group, follower })
    this.element.hidden = !this.frames.length || follower
  }

  show(index) {
    const last = this.frames.length - 1
    if (last < 0) return
    this.index = Math.max(0, Math.min(index, last))
    const { move, captions, number } = this.frames[this.index]
    this.chart.move(move)
    if (this.follower) return
    this.range.max = last
    this.range.value = this.index
    this.element.querySelector("output").textContent = `step ${number} of ${this.frames[last].number}`
    this.element.querySelector(".captions").replaceChildren(...captions.map((line) => {
      const paragraph = document.createElement("p")
      paragraph.textContent = line
      return paragraph
    }))
    if (this.group) this.announce(STEP, { index: this.index })
  }

  play() {
    if (this.index >= this.frames.length - 1) this.show(0)
    const pace = Math.max(QUICKEST, Math.min(SLOWEST, LONGEST / this.frames.length))
    this.label("Pause")
    this.chart.Plotly?.Fx.unhover(this.chart.root)  // what a tap pointed at is at another place soon
    clearInterval(this.timer)
    this.timer = setInterval(() => {
      this.show(this.index + 1)
      if (this.index >= this.frames.length - 1) this.pause()
    }, pace)
  }

  pause() {
    clearInterval(this.timer)
    this.timer = null
    this.label("Play")
  }

  label(word) {
    this.element.querySelector("[name=play]").textContent = word
    this.element.querySelector(".captions").setAttribute("aria-live", word === "Play" ? "polite" : "off")
  }

  // The animation that the answer to a click brings is to play by itself.
  playNext() {
    if (this.group) this.announce(PLAY)
    else this.playsNext = true
  }

  // What has come is the answer, or it never comes.
  answered() {
    if (this.isOther && this.playsNext) this.play()
    this.isOther = this.playsNext = false
  }

  announce(kind, detail) {
    document.dispatchEvent(new CustomEvent(kind, { detail: { group: this.group, ...detail } }))
  }
}

const PATIENCE = 250  // milliseconds
const TWICE = 500  // milliseconds: on a touch screen Plotly tells a tap once more

// One chart; it lives as long as the element, and is given each new figure.
class Chart {
  constructor(element) {
    this.root = element.querySelector(".chart")
    this.player = new Player(element.querySelector(".player"), this)
    this.root.addEventListener("click", (event) => this.clicked(event))
    this.root.addEventListener("pointermove", (event) => this.pointed(event))
    this.root.addEventListener("pointerleave", (event) => this.pointed(event))
    this.root.addEventListener("pointerdown", () => this.hold())
    this.scheme = window.matchMedia("(prefers-color-scheme: dark)")
    this.redraw = () => setTimeout(() => this.draw(), 300)  // when the theme's variables have changed
    this.scheme.addEventListener("change", this.redraw)
  }

  end() {
    this.player.end()
    this.scheme.removeEventListener("change", this.redraw)
  }

  async receive(data, send) {
    const before = this.now
    this.now = data
    this.send = send
    this.root.setAttribute("aria-label", data.words)
    this.root.style.cursor = data.clicks ? "crosshair" : ""
    if (before?.figure !== data.figure || before?.frames !== data.frames) {
      this.figure = JSON.parse(data.figure)
      this.player.load(data)
      this.root.style.height = `${this.figure.layout.height}px`
      this.root.classList.toggle("in-space", "scene" in this.figure.layout)
      await this.draw()
    }
    this.player.answered()
    this.answered()
  }

  async draw() {
    const figure = this.figure
    try {
      this.Plotly = await plotly(this.now.script)
      await this.held
      if (figure !== this.figure || !this.root.isConnected) return  // a newer one has come meanwhile
      await this.Plotly.react(this.root, ...coloured(figure, this.root), { displayModeBar: false, responsive: true })
      this.player.show(this.player.index)
    } catch {
      this.root.textContent = "The chart could not be loaded. Please reload the page."
    }
  }

  // A frame to zoom into is drawn in the axes that are seen: a new figure waits until the pointer is let go.
  hold() {
    const let_go = new AbortController()
    this.held = new Promise((resume) => {
      const release = () => { let_go.abort(); setTimeout(resume) }  // when Plotly has zoomed
      for (const end of ["pointerup", "pointercancel", "contextmenu"])
        window.addEventListener(end, release, { capture: true, signal: let_go.signal })
    })
  }

  // One picture at a time. A chart in three dimensions may take longer than a step; it leaves some out then, and leaves
  // the others most of the time.
  async move(frame) {
    if (!this.Plotly) return
    const places = frame.traces.map((uid) => this.figure.data.findIndex((trace) => trace.uid === uid))
    this.due = { ...frame, traces: places }
    if (this.moving) return
    this.moving = true
    const how = { duration: 0, redraw: this.now.full_redraw }
    while (this.due) {
      const next = this.due
      const began = performance.now()
      this.due = null
      try {
        await this.Plotly.animate(this.root, next, { mode: "immediate", transition: { duration: 0 }, frame: how })
      } catch { /* refused, since a new figure came */ }
      if (this.now.full_redraw) await new Promise((resume) => setTimeout(resume, 5 * (performance.now() - began)))
    }
    this.moving = false
  }

  clicked(event) {
    const at = this.now.clicks && place(this.root, event)
    if (!at) return
    const { last } = this
    this.last = event
    const here = last?.clientX === event.clientX && last.clientY === event.clientY
    if (here && event.timeStamp - last.timeStamp < TWICE) return
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches
    if (this.now.play_on_click && !calm) this.player.playNext()
    this.tell("clicked", at)
  }

  pointed(event) {
    if (!this.now.points || event.pointerType !== "mouse") return
    const at = place(this.root, event) ?? {}  // {}: it has left the axes
    const over = "x" in at
    if (!over && !this.over) return
    this.over = over
    if (this.waits) this.next = at
    else this.tell("pointed", at)
  }

  // One question at a time: the next one goes out when the answer is on the screen, or this chart needed none.
  tell(name, at) {
    this.waits = true
    this.next = null
    clearTimeout(this.patience)
    this.patience = setTimeout(() => this.answered(), PATIENCE)
    this.send(name, at)
  }

  answered() {
    this.waits = false
    if (this.next) this.tell("pointed", this.next)
  }
}

const charts = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data.figure) return void plotly(data.script).catch(() => {})  // only to have it at hand
  const element = parentElement.querySelector(".chart")
  const chart = charts.get(element) ?? new Chart(parentElement)
  charts.set(element, chart)
  chart.receive(data, setTriggerValue)
  return () => { chart.end(); charts.delete(element) }
}

// On a touch screen a finger that passes over a chart or a slider scrolls the page. Plotly would take it for a drag, and
// a slider would jump to where it began. A tap works: Plotly gets the mouse events that browsers make of it, and a slider
// is told of it when the finger is lifted. How far a finger may pan is in overrides.css.

const CHART = ".js-plotly-plot .draglayer"
const TRACK = ".stSlider [role=group] > [data-rac]"

let isKnown = false
let touched = null // the track that a finger lies on

const trackAt = (element) => {
  const track = element.closest?.(TRACK)
  return track && element.closest("[data-rac]") === track ? track : null // not its thumb
}

const tap = (track, { clientX, clientY, pointerId, pointerType }) => {
  const at = { bubbles: true, cancelable: true, isPrimary: true, button: 0, clientX, clientY, pointerId, pointerType }
  track.dispatchEvent(new PointerEvent("pointerdown", at))
  track.dispatchEvent(new PointerEvent("pointerup", at))
}

export default function () {
  if (isKnown) return
  isKnown = true
  const listen = (name, act) => document.addEventListener(name, act, { capture: true, passive: true })
  listen("touchstart", (event) => {
    if (event.target.closest?.(CHART) || trackAt(event.target)) event.stopImmediatePropagation()
  })
  listen("pointerdown", (event) => {
    if (event.pointerType !== "touch" || !event.isTrusted) return
    touched = trackAt(event.target)
    if (touched) event.stopImmediatePropagation()
  })
  listen("pointerup", (event) => {
    if (!touched || !event.isTrusted) return
    tap(touched, event)
    touched = null
  })
  listen("pointercancel", () => { touched = null }) // it scrolls
  document.documentElement.dataset.fingers = "" // sliders may be touched: see overrides.css
}

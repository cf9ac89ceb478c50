export default function ({ data, parentElement, setTriggerValue }) {
  const [seen, name, range, button] = ["#seen", "#name", "input", "button"].map((at) => parentElement.querySelector(at))
  range.max = data.indices.length - 1
  const scale = 4
  seen.style.backgroundImage = `url(${data.sheet})`
  seen.style.backgroundSize = `${data.width * scale}px auto`
  const show = (index, label) => {
    const cell = data.indices.indexOf(index)
    if (cell < 0) return
    range.value = cell
    const x = (cell % data.columns) * data.cell, y = Math.floor(cell / data.columns) * data.cell
    seen.style.backgroundPosition = `-${x * scale}px -${y * scale}px`
    name.textContent = `${data.names[label]}, test digit ${index.toLocaleString()}`
  }
  let chart = null
  // As a mouse would point at the dot: then it has its label on the map.
  const pointAt = (index, label) => {
    const dots = chart._fullData[label], { xaxis, yaxis } = chart._fullLayout, axes = chart.querySelector(".nsewdrag")
    const box = axes.getBoundingClientRect(), dot = dots.customdata.indexOf(index)
    const clientX = box.left + xaxis.d2p(dots.x[dot]), clientY = box.top + yaxis.d2p(dots.y[dot])
    axes.dispatchEvent(new MouseEvent("mousemove", { clientX, clientY, bubbles: true }))
  }
  const chosen = () => [data.indices[range.value], data.labels[range.value]]
  range.oninput = () => {
    if (chart) pointAt(...chosen())
    show(...chosen())
  }
  button.onclick = () => setTriggerValue("opened", data.indices[range.value])
  range.value = 0
  show(...chosen())
  const hovered = ({ points: [point] }) => show(point.customdata, point.data.name)
  const clicked = ({ points: [point] }) => setTriggerValue("opened", point.customdata)
  // The chart is drawn later than this: look for it again and again.
  const search = setInterval(() => {
    const found = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`)
    if (!found || found === chart || !found.on) return
    chart = found
    chart.on("plotly_hover", hovered)
    chart.on("plotly_click", clicked)
    if (chart._hoverdata?.length) hovered({ points: chart._hoverdata })  // who was there first rests on a dot already
  }, 300)
  return () => {
    clearInterval(search)
    chart?.removeListener?.("plotly_hover", hovered)
    chart?.removeListener?.("plotly_click", clicked)
  }
}

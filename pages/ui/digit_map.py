"""The map of the digits: point at a dot to see its digit, click it to open it; or go from dot to dot by a slider.

Plotly's own labels cannot show pictures. So a small component listens to the chart, which stays an
ordinary st.plotly_chart, and shows the digit's picture, cut from one sheet that holds them all.
"""

import numpy as np
import streamlit as st

from core.digit_map import DigitMap
from core.digits import CLASSES, Labels
from core.figures.digit_map import digit_map_figure
from core.figures.pictures import CELL, as_address, sheet
from core.narrative import section
from core.recognition import a_digit
from pages.ui.bundled import map_of_digits, test_set
from pages.ui.pictures import open_digit
from pages.ui.told import one_of

PAGE = "explore_digits"
COLUMNS = 50

_HTML = """
<div id="seen" role="img" aria-labelledby="name"></div><p id="name" aria-live="polite"></p>
<input type="range" min="0" aria-label="dot of the map" aria-describedby="name">
<button type="button">Open</button>
"""
_CSS = """
#seen { width: 112px; height: 112px; image-rendering: pixelated; border-radius: 8px; background-color: #0b0e16; }
#name { margin: 6px 0 0; min-height: 1.5em; font: 14px var(--st-font); color: var(--st-text-color); }
input { width: 112px; margin: 8px 0; display: block; accent-color: var(--st-primary-color); }
button {
  font: 14px var(--st-font); color: var(--st-text-color); background: none; cursor: pointer;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius, 8px); padding: 4px 12px;
}
:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
"""
_JS = """
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
  // The chart is drawn later than this, and anew when the theme changes: look for it again and again.
  const search = setInterval(() => {
    const found = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`)
    if (!found || found === chart || !found.on) return
    chart = found
    chart.on("plotly_hover", hovered)
    if (chart._hoverdata?.length) hovered({ points: chart._hoverdata })  // who was there first rests on a dot already
  }, 300)
  return () => {
    clearInterval(search)
    if (chart && chart.removeListener) chart.removeListener("plotly_hover", hovered)
  }
}
"""


@st.cache_resource(show_spinner=False)
def _sheet() -> tuple[str, int]:
    """The address of the sheet of all digits on the map, and its width in pixels."""
    pictures = [test_set().images[index] for index in map_of_digits().indices]
    picture = sheet(pictures, COLUMNS, block=1)
    return as_address(picture), picture.shape[1]


def show_map() -> None:
    """The map and the digit under the pointer; a click opens it."""
    digit_map = map_of_digits()
    labels = test_set().labels[digit_map.indices]
    st.markdown(section(PAGE, "map"))
    chart, seen = st.columns([5, 1])
    with seen:
        picture, width = _sheet()
        viewer = st.components.v2.component("digit_under_pointer", html=_HTML, css=_CSS, js=_JS)
        viewer(
            key="digit_under_pointer",
            on_opened_change=_open_the_shown,
            data={
                "sheet": picture,
                "width": width,
                "cell": CELL,
                "columns": COLUMNS,
                "indices": digit_map.indices.tolist(),
                "labels": labels.tolist(),
                "names": [a_digit(digit) for digit in range(CLASSES)],
                "chart": "digit-map",
            },
        )
    middles = _middles(digit_map, labels)
    with chart:
        st.plotly_chart(
            digit_map_figure(digit_map, labels),
            key="digit-map",
            on_select=_open_the_clicked,
            selection_mode="points",
            config={"displayModeBar": False},
            alt=f"A map of {len(labels):,} test digits. The middle of each digit's dots: {middles}.",
        )


def _middles(digit_map: DigitMap, labels: Labels) -> str:
    middles = (np.median(digit_map.places[labels == digit], axis=0) for digit in range(CLASSES))
    return ", ".join(f"{digit} at ({x:.0f}, {y:.0f})" for digit, (x, y) in enumerate(middles))


def _open_the_shown() -> None:
    _open_one_of_the_map(getattr(st.session_state.digit_under_pointer, "opened", None))


def _open_the_clicked() -> None:
    for point in st.session_state["digit-map"].selection.points[:1]:
        _open_one_of_the_map(point.get("customdata") if isinstance(point, dict) else None)


def _open_one_of_the_map(index: object) -> None:
    if (known := one_of(index, map_of_digits().indices)) is not None:
        open_digit("test", known)

"""The map of the digits: point at a dot to see its digit, click it to open it.

Plotly's own labels cannot show pictures. So a small component listens to the chart, which stays an
ordinary st.plotly_chart, and shows the digit's picture, cut from one sheet that holds them all.
"""

import streamlit as st

from core.figures.digit_map import digit_map_figure
from core.figures.pictures import as_address, sheet
from core.narrative import section
from pages.ui.bundled import map_of_digits, test_set
from pages.ui.pictures import open_digit

PAGE = "explore_digits"
COLUMNS = 50
CELL = 29  # pixels of the sheet: a digit and the line beside it

_HTML = '<div id="seen" role="img" aria-label="The digit pointed at"></div><p id="name"></p>\n'
_CSS = """
#seen { width: 112px; height: 112px; image-rendering: pixelated; border-radius: 8px; background-color: #0b0e16; }
#name { margin: 6px 0 0; min-height: 1.5em; font: 14px var(--st-font); color: var(--st-text-color); }
"""
_JS = """
export default function ({ data, parentElement }) {
  const seen = parentElement.querySelector("#seen")
  const name = parentElement.querySelector("#name")
  const scale = 4
  seen.style.backgroundImage = `url(${data.sheet})`
  seen.style.backgroundSize = `${data.width * scale}px auto`
  const show = (index, label) => {
    const cell = data.indices.indexOf(index)
    if (cell < 0) return
    const x = (cell % data.columns) * data.cell, y = Math.floor(cell / data.columns) * data.cell
    seen.style.backgroundPosition = `-${x * scale}px -${y * scale}px`
    name.textContent = `a ${label}, test digit ${index.toLocaleString()}`
  }
  show(data.indices[0], data.labels[0])
  let chart = null
  const hovered = (event) => {
    const point = event.points[0]
    show(point.customdata, point.data.name)
  }
  // The chart is drawn later than this, and anew when the theme changes: look for it again and again.
  const search = setInterval(() => {
    const found = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`)
    if (!found || found === chart || !found.on) return
    chart = found
    chart.on("plotly_hover", hovered)
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
    digit_map, test = map_of_digits(), test_set()
    st.markdown(section(PAGE, "map"))
    chart, seen = st.columns([5, 1])
    with seen:
        picture, width = _sheet()
        viewer = st.components.v2.component("digit_under_pointer", html=_HTML, css=_CSS, js=_JS)
        viewer(
            key="digit_under_pointer",
            data={
                "sheet": picture,
                "width": width,
                "cell": CELL,
                "columns": COLUMNS,
                "indices": digit_map.indices.tolist(),
                "labels": test.labels[digit_map.indices].tolist(),
                "chart": "digit-map",
            },
        )
    with chart:
        st.plotly_chart(
            digit_map_figure(digit_map, test.labels[digit_map.indices]),
            key="digit-map",
            on_select=_open_the_clicked,
            selection_mode="points",
            config={"displayModeBar": False},
            alt="A map of 2,000 test digits: each of the ten digits forms one or two groups of its own.",
        )


def _open_the_clicked() -> None:
    for point in st.session_state["digit-map"].selection.points[:1]:
        open_digit("test", int(point["customdata"]))

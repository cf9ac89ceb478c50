"""The map of the digits: point at a dot to see its digit, click it to open it; or go from dot to dot by a slider.

Plotly's own labels cannot show pictures. So a small component listens to the chart, and shows the digit's picture, cut
from one sheet that holds them all.
"""

import numpy as np
import streamlit as st

from core.data.digit_map import DigitMap
from core.data.mnist import CLASSES, Labels
from core.figures.digit_map import digit_map_figure
from core.figures.pictures import CELL, data_uri, sprite_sheet
from core.narrative import section
from core.nn.prediction import digit_name
from core.paths import text_beside
from pages.ui.components.browser_values import one_of
from pages.ui.components.chart import show_chart
from pages.ui.widgets.cached_models import map_of_digits, test_set
from pages.ui.widgets.digit_images import open_digit

PAGE = "explore_digits"
COLUMNS = 50

_HTML = """
<div id="seen" role="img" aria-labelledby="name"></div><p id="name" aria-live="polite"></p>
<input type="range" min="0" aria-label="dot of the map" aria-describedby="name">
<button type="button">Open</button>
"""
_CSS = text_beside(__file__, "digit_map.css")
_JS = text_beside(__file__, "digit_map.js")


@st.cache_resource(show_spinner=False)
def _sheet() -> tuple[str, int]:
    """The address of the sheet of all digits on the map, and its width in pixels."""
    pictures = [test_set().images[index] for index in map_of_digits().indices]
    picture = sprite_sheet(pictures, COLUMNS, block=1)
    return data_uri(picture), picture.shape[1]


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
            on_opened_change=_open_the_chosen,
            data={
                "sheet": picture,
                "width": width,
                "cell": CELL,
                "columns": COLUMNS,
                "indices": digit_map.indices.tolist(),
                "labels": labels.tolist(),
                "names": [digit_name(digit) for digit in range(CLASSES)],
                "chart": "digit-map",
            },
        )
    middles = _middles(digit_map, labels)
    with chart:
        alt = f"A map of {len(labels):,} test digits. The middle of each digit's dots: {middles}."
        show_chart(digit_map_figure(digit_map, labels), "digit-map", alt)


def _middles(digit_map: DigitMap, labels: Labels) -> str:
    middles = (np.median(digit_map.places[labels == digit], axis=0) for digit in range(CLASSES))
    return ", ".join(f"{digit} at ({x:.0f}, {y:.0f})" for digit, (x, y) in enumerate(middles))


def _open_the_chosen() -> None:
    index = getattr(st.session_state.digit_under_pointer, "opened", None)
    if (known := one_of(index, map_of_digits().indices)) is not None:
        open_digit("test", known)

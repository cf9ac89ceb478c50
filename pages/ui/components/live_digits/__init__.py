"""Some digits with the network's answers, which change while it learns."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.figures.pictures import CELL, data_uri, sprite_sheet
from core.paths import text_beside

_HTML = '<div class="digits"></div>\n'
_CSS = text_beside(__file__, "live_digits.css")
_JS = text_beside(__file__, "live_digits.js")


def show_live_digits(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8], answers: list[int]) -> None:
    """Digits, (count, 28, 28), each with the answer of now, marked as right or wrong."""
    right = sum(int(answer == label) for answer, label in zip(answers, labels, strict=True))
    digits = st.components.v2.component("live_digits", html=_HTML, css=_CSS, js=_JS)
    digits(
        key="live_digits",
        data={
            "sheet": data_uri(sprite_sheet(list(images), len(images), block=1)),
            "cell": CELL,
            "answers": answers,
            "labels": labels.tolist(),
            "words": f"{right} of these {len(labels)} digits are answered rightly now.",
        },
    )

"""A network's ten probabilities as bars that move to each new answer, without a flash.

A chart of Plotly's would be drawn anew for each stroke, and the first one busies a browser for a second.
"""

import streamlit as st

from core.formatting import percent
from core.nn.prediction import Prediction, probabilities_in_words
from core.paths import text_beside

SHORTEST = 0.005  # a bar that says how long it is

_HTML = '<div class="bars"></div>\n'
_CSS = text_beside(__file__, "probability_bars.css")
_JS = text_beside(__file__, "probability_bars.js")


def show_bars(answers: dict[str, Prediction]) -> None:
    """All ten probabilities of each network, by its title; three networks at most."""
    bars = st.components.v2.component("probability_bars", html=_HTML, css=_CSS, js=_JS)
    bars(
        key="probabilities",
        data={
            "titles": list(answers),
            "probabilities": [answer.probabilities.tolist() for answer in answers.values()],
            "texts": [
                [percent(p) if p >= SHORTEST else "" for p in answer.probabilities.tolist()]
                for answer in answers.values()
            ],
            "words": probabilities_in_words(answers),
        },
    )

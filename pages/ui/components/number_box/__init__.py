"""A box for a number that says its range, and what holds meanwhile, as soon as it is left with a number out of range.

Streamlit's own box turns red then and keeps what was typed to itself, so the server learns nothing of it. So the
sentences are on the page from the start, and the style sheet shows them while a box is red. They lie over what is
below, so that nothing moves.
"""

from typing import Any, Literal

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.paths import text_beside

_JS = text_beside(__file__, "out_of_range.js")


_FORGET = text_beside(__file__, "forget_numbers.js")


def number_box(
    label: str,
    minimum: float,
    maximum: float,
    value: float | Literal["min"] = "min",
    *,
    key: str,
    width: int,
    **options: Any,
) -> Any:
    """A number from `minimum` to `maximum`, whole if these are; `options` are those of st.number_input.

    Whoever sends a number out of range without a browser gets the default, as Streamlit checks it again. So does who
    empties the box: that is what it held, where nothing else is said.
    """
    if value == "min" and "bind" not in options:
        value = st.session_state.get(key, value)
    with st.container(key=f"number-{key}", width=width, gap=None):
        chosen = st.number_input(label, minimum, maximum, value, key=key, **options)
        with st.container(key=f"range-of-{key}"):
            span = f"{_in_words(minimum)} to {_in_words(maximum)}"
            st.caption(f"Choose {span}. For now it is {_in_words(chosen)}.")
    return chosen


def for_good_numbers(key: str) -> DeltaGenerator:
    """A place for a button that begins something with numbers of this page; while one is out of range, it is gone.

    Else the button would begin with the number that held before, unseen by whoever presses it straight from the box.
    """
    place = st.container(key=f"good-numbers-{key}", width="content", gap=None)
    with place:
        watches = st.components.v2.component("numbers_watch", html="<span></span>", js=_JS, isolate_styles=False)
        watches(key=f"watches-numbers-{key}")
    with place.container(key=f"bad-number-{key}"):
        st.caption("A number is out of its range: it is marked in red. Choose another one first.")
    return place


def forget_bad_numbers() -> None:
    """Empty the boxes with numbers out of range when another preset is pressed, before it sets them."""
    forgets = st.components.v2.component("numbers_forget", html="<span></span>", js=_FORGET, isolate_styles=False)
    forgets(key="forgets-bad-numbers")


def _in_words(number: float) -> str:
    words = f"{number:,}" if isinstance(number, int) else np.format_float_positional(number, trim="-")
    return words.replace("-", "−")

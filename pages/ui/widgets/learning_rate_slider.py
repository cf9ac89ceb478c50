"""A learning rate is chosen on a logarithmic scale: from one mark to the next it is multiplied."""

import math
from collections.abc import Sequence

import streamlit as st

from core.descent.narration import rate_in_words


def choose_rate(label: str, key: str, rates: Sequence[float], default: float) -> float:
    """A slider over rates, bound to the address; one from the address that lies between two marks joins them."""
    marks = {*rates, default}
    for text in (st.session_state.get(key), st.query_params.get(key)):
        try:
            value = float(text or "")
        except (TypeError, ValueError):
            continue
        if rates[0] <= value <= rates[-1]:
            marks.add(value)
    return st.select_slider(label, sorted(marks), default, format_func=rate_in_words, key=key, bind="query-params")


def nearest(rates: Sequence[float], rate: float) -> float:
    """The mark of a logarithmic scale that is nearest to a rate."""
    return min(rates, key=lambda mark: abs(math.log(mark / max(rate, rates[0]))))

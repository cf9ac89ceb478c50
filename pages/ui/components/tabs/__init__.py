"""A chapter in parts, of which one is shown at a time; the browser's Back leads to the part before."""

from collections.abc import Sequence

import streamlit as st

from core.paths import text_beside
from pages.ui.components.chart import load_plotly_ahead

_JS = text_beside(__file__, "tabs.js")


def choose_part(parts: Sequence[str], key: str) -> str:
    """A part of this chapter, kept in the address; meanwhile the browser is told to fetch Plotly."""
    with st.container(horizontal=True, gap=None):
        part = st.segmented_control(
            "Part",
            parts,
            default=parts[0],
            required=True,
            key=key,
            bind="query-params",
            wrap=True,
            label_visibility="collapsed",
        )
        load_plotly_ahead()
        keep_parts_in_history(parts, key, part or parts[0])
    return part or parts[0]  # "?part=" chooses none


def keep_parts_in_history(parts: Sequence[str], key: str, shown: str) -> None:
    """Give each part an entry in the browser's history: a bound control alone only changes the entry there is.

    `key` is that of the control which chooses among the parts, the first of them by default.
    """
    keeper = st.components.v2.component("parts_in_history", html="<span></span>", js=_JS)
    keeper(key=f"{key}_in_history", data={"name": key, "parts": list(parts), "shown": shown}, height=1, width=1)

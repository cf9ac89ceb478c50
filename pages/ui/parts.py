"""A chapter in parts, of which one is shown at a time."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.live_chart import load_plotly_ahead


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
    return part or parts[0]  # "?part=" chooses none

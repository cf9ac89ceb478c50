"""A switch that is explained."""

from typing import Any

import streamlit as st


def explained_switch(label: str, words: str, *, key: str, **options: Any) -> bool:
    """A switch with its explanation beside it: within it, a finger that asks for it would turn the switch."""
    with st.container(
        key=f"explained-{key}", horizontal=True, vertical_alignment="center", gap="xxsmall", width="content"
    ):
        is_on = st.toggle(label, key=key, **options)
        st.markdown("", help=words, width="content")
    return is_on

"""A wide table scrolls by itself on a phone, see overrides.css; by keyboard only what can have the focus does."""

import streamlit as st

from core.paths import text_beside

_JS = text_beside(__file__, "keyboard_scroll.js")


def scroll_by_keyboard(tables: str, name: str, content: str) -> None:
    """Let the tables that fit a CSS selector take the focus, as regions of this name; anew when `content` changes."""
    scrolls = st.components.v2.component("scrolls_by_keyboard", html="<span></span>", js=_JS)
    scrolls(key="scrolls_by_keyboard", data={"tables": tables, "name": name, "content": content})

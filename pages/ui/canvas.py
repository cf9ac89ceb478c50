"""The only door to streamlit-drawable-canvas: a canvas that keeps its drawing when the page is left.

The canvas forgets when it is not shown, and starts anew whenever its key or its initial drawing change.
So the drawing is kept in the session, given back once, when the canvas appears, and left alone then.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.components.v2.bidi_component import serialization

from pages.ui.session import session

if TYPE_CHECKING:
    from core.strokes import Strokes

SIDE = 320  # pixels: fits a phone, large enough for a finger
PAPER, INK = "#0b0e16", "#ffffff"

# Of each value that a component gets, Streamlit asks whether it is a data frame, and imports pandas to ask:
# 1.2 s before the first canvas. A drawing is a dict, and a dict of plain values never is one.
_is_dataframe_like = serialization.is_dataframe_like
serialization.is_dataframe_like = lambda value: not isinstance(value, dict) and _is_dataframe_like(value)


def drawing_canvas(brush: int) -> Strokes:
    """Show the canvas; the strokes that are on it."""
    from streamlit_drawable_canvas import st_canvas  # raises outside of a running app

    mine = session()
    key = f"canvas-{mine.canvas_version}"
    if key not in st.session_state:
        mine.canvas_at_mount = mine.canvas
    # The canvas shows a toolbar of its own above itself, whose pencil stops drawing: this height leaves no room for it.
    with st.container(height=SIDE, width=SIDE, border=False):
        result = st_canvas(
            stroke_width=brush,
            stroke_color=INK,
            background_color=PAPER,
            width=SIDE,
            height=SIDE,
            initial_drawing=mine.canvas_at_mount,
            key=key,
        )
    if result.json_data is not None:
        mine.canvas = result.json_data

    from core.strokes import strokes_from_canvas  # NumPy: see pages/ui/ink.py

    return strokes_from_canvas(mine.canvas, SIDE)


def _start_anew(change: Callable[[list[Any]], list[Any]]) -> None:
    mine = session()
    objects = change((mine.canvas or {}).get("objects", []))
    mine.canvas = {**(mine.canvas or {}), "objects": objects} if objects else None
    mine.canvas_version += 1


def undo() -> None:
    """Take back the last stroke."""
    _start_anew(lambda objects: objects[:-1])


def clear() -> None:
    """Take back everything."""
    _start_anew(lambda objects: [])


def remount() -> None:
    """Show the drawing on a new canvas: one whose brush changes quickly loses its drawing. For an on_change."""
    if session().canvas:
        _start_anew(lambda objects: objects)

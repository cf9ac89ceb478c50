"""The only door to streamlit-drawable-canvas: a canvas that keeps its drawing when the page is left.

The canvas forgets when it is not shown, and starts anew whenever its key or its initial drawing change.
So the drawing is kept in the session, given back once, when the canvas appears, and left alone then.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.strokes import Strokes, strokes_from_canvas
from pages.ui.session import session

SIDE = 320  # pixels: fits a phone, large enough for a finger
PAPER, INK = "#0b0e16", "#ffffff"


def drawing_canvas(brush: int) -> Strokes:
    """Show the canvas; the strokes that are on it."""
    from streamlit_drawable_canvas import st_canvas  # raises outside of a running app

    mine = session()
    key = f"canvas-{mine.canvas_version}"
    if key not in st.session_state:
        mine.canvas_at_mount = mine.canvas
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

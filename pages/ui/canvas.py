"""The only door to streamlit-drawable-canvas: a canvas that keeps its drawing when the page is left.

The canvas forgets when it is not shown, and starts anew whenever its key or its initial drawing change.
So the drawing is kept in the session, given back once, when the canvas appears, and left alone then.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.ui.session import session

if TYPE_CHECKING:
    from core.strokes import Strokes

SIDE = 320  # pixels: fits a phone, large enough for a finger
PAPER, INK = "#0b0e16", "#ffffff"

# Seconds. The first visitor's browser fetches the canvas from this very process, and must wait while NumPy and all
# that stands on it are imported. So that begins a little later: the canvas comes 0.1 s sooner.
HEAD_START = 0.3


def show_canvas(brush: int) -> None:
    """Show the canvas and keep what is drawn on it."""
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


def is_blank() -> bool:
    """Whether nothing is drawn."""
    return not (session().canvas or {}).get("objects")


def drawn_strokes() -> Strokes:
    """The strokes on the canvas."""
    if "numpy" not in sys.modules:
        time.sleep(HEAD_START)
    from core.strokes import strokes_from_canvas

    return strokes_from_canvas(session().canvas, SIDE)


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
    if not is_blank():
        _start_anew(lambda objects: objects)

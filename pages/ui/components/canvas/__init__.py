"""The only door to streamlit-drawable-canvas: a canvas that keeps its drawing, and every stroke.

The canvas forgets when it is not shown, and starts anew whenever its key or its initial drawing change. So the drawing
is kept in the session, given back once, when the canvas appears, and left alone then. What happens in the browser
meanwhile is in canvas_guard.js. The drawing is kept for a reload, too, by the browser alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.paths import text_beside
from pages.ui.components.browser_storage import keep_in_browser
from pages.ui.shell.session import session

if TYPE_CHECKING:
    from core.drawing.strokes import Strokes

SIDE = 320  # pixels: fits a phone, large enough for a finger
PAPER, INK = "#0b0e16", "#ffffff"
KEPT_AS = "drawing"  # the name under which the browser keeps it

# Seconds. The first visitor's browser fetches the canvas from this very process, and must wait while NumPy and all
# that stands on it are imported. So that begins a little later: the canvas comes 0.1 s sooner.
HEAD_START = 0.3

_CSS = text_beside(__file__, "canvas_guard.css")
_JS = text_beside(__file__, "canvas_guard.js")


def show_canvas(brush: int) -> None:
    """Show the canvas and keep what is drawn on it."""
    from streamlit_drawable_canvas import st_canvas  # raises outside of a running app

    mine = session()
    if not mine.is_canvas_shown:
        _come_back()
    key = _key()
    if key not in st.session_state:
        mine.canvas_at_mount = mine.canvas
    guard = st.components.v2.component("canvas_guard", html="<span></span>", css=_CSS, js=_JS, isolate_styles=False)
    guard(
        key="canvas_guard",
        data={
            "version": mine.canvas_version,
            "side": SIDE,
            "brush": brush,
            "ink": INK,
            "kept": "" if mine.is_drawing_known else KEPT_AS,
        },
    )
    # The canvas shows a toolbar of its own above itself: this height leaves no room for it.
    with st.container(height=SIDE, width=SIDE, border=False, key="canvas"):
        try:
            reported = st_canvas(
                stroke_width=brush,
                stroke_color=INK,
                background_color=PAPER,
                width=SIDE,
                height=SIDE,
                initial_drawing=mine.canvas_at_mount,
                key=key,
            ).json_data
        except (AttributeError, KeyError, TypeError):  # something else than a canvas reports
            reported = None
    if isinstance(reported, dict):
        mine.canvas = reported
    keep_for_a_reload()


def _come_back() -> None:
    """Begin with the drawing as it is now, on a new canvas where the state of the last one is still there.

    A run that is overtaken, since who left is back already, leaves that state behind; the canvas itself is gone from
    the browser, and would begin with what it once began with.
    """
    mine = session()
    mine.is_canvas_shown = True
    if _key() in st.session_state:
        known = mine.is_drawing_known
        remount()
        mine.is_drawing_known = known


def _key() -> str:
    return f"canvas-{session().canvas_version}"


def keep_for_a_reload() -> None:
    """Let the browser keep the drawing for as long as its tab is open; on every page that reads it."""
    mine = session()
    if mine.canvas is not None and mine.canvas.get("objects"):
        mine.is_drawing_known = True
    keep_in_browser(KEPT_AS, _objects_in_short, is_known=mine.is_drawing_known, restore=_restore)


def _objects_in_short() -> list[dict[str, Any]] | None:
    """The drawing in the form in which the browser keeps it; None when there is nothing."""
    if is_blank():
        return None
    from core.drawing.strokes import UnreadableDrawingError, pen_paths

    try:
        return pen_paths(session().canvas, SIDE)
    except UnreadableDrawingError:
        return None


def _restore(kept: object) -> None:
    """Take up a drawing that the browser had kept, and what was drawn on the new canvas before it was heard of."""
    from core.drawing.strokes import UnreadableDrawingError, pen_paths

    mine = session()
    if mine.is_drawing_known:
        return
    mine.is_drawing_known = True
    try:
        paths = pen_paths({"objects": kept}, SIDE)
    except UnreadableDrawingError:
        paths = []
    drawn = [{**path, "stroke": INK, "fill": None, **_ROUND} for path in paths]
    _start_anew(lambda objects: [*drawn, *objects])


_ROUND = {"strokeLineCap": "round", "strokeLineJoin": "round"}


def is_blank() -> bool:
    """Whether nothing is drawn."""
    return not (session().canvas or {}).get("objects")


def give_head_start() -> None:
    """Let the canvas come before NumPy; only the first visitor waits."""
    if "numpy" not in sys.modules:
        time.sleep(HEAD_START)


def drawn_strokes() -> Strokes:
    """The strokes on the canvas; the same object as long as nothing is drawn.

    Raises:
        UnreadableDrawingError: there is more on it than is read.
    """
    from core.drawing.strokes import strokes_from_canvas

    mine = session()
    if mine.strokes is None or mine.strokes[0] != mine.canvas:
        mine.strokes = mine.canvas, strokes_from_canvas(mine.canvas, SIDE)
    return mine.strokes[1]


def _start_anew(change: Callable[[list[Any]], list[Any]]) -> None:
    """Show a new canvas with what `change` makes of the objects of this one. For a callback.

    A stroke that the canvas reported together with the press of a button is there already, in the canvas' own state;
    the page has not run since.
    """
    mine = session()
    latest = getattr(st.session_state.get(_key()), "drawing", None)
    reported = latest.get("raw") if isinstance(latest, dict) else None
    drawing = reported if isinstance(reported, dict) else mine.canvas or {}
    objects = drawing.get("objects", [])
    objects = change(objects if isinstance(objects, list) else [])
    mine.canvas = {**drawing, "objects": objects} if objects else None
    mine.is_drawing_known = True
    mine.canvas_version += 1


def undo() -> None:
    """Take back the last stroke."""
    _start_anew(lambda objects: objects[:-1])


def clear() -> None:
    """Take back everything."""
    _start_anew(lambda objects: [])


def remount() -> None:
    """Show the drawing on a new canvas: one whose brush changes while it draws loses that stroke. For an on_change."""
    _start_anew(lambda objects: objects)

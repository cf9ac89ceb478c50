"""Where the digit to be read comes from: it is drawn, or it is there already.

What the canvas needs is light. NumPy and all that stands on it are imported when the canvas is already on its way
to the browser: of a first visitor's wait that is 0.4 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.ui.components import canvas
from pages.ui.shell.session import session

if TYPE_CHECKING:
    from core.drawing.strokes import Ink, Picture

BRUSHES = {"Thin": 8, "Pen": 18, "Thick": 32}  # pixels of the canvas
DRAW, OPEN, TEST = "Draw", "Open a picture", "Take a test digit"


def choose_ink() -> tuple[Ink | None, Picture | None]:
    """Ink that is still to be prepared, or an image, (28, 28) 0 to 1, that needs no preparation."""
    how = st.segmented_control(
        "Where the digit comes from",
        [DRAW, OPEN, TEST],
        default=DRAW,
        required=True,
        key="ink",
        persist_state="session",
        label_visibility="collapsed",
    )
    if how == DRAW:
        return _drawn(), None
    session().is_canvas_shown = False
    from pages.ui.widgets import found_digit

    return (found_digit.from_file(), None) if how == OPEN else (None, found_digit.from_test_set())


def _drawn() -> Ink | None:
    canvas.show_canvas(BRUSHES[st.session_state.get("brush", "Pen")])
    blank = canvas.is_blank()
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button("Undo", key="undo", on_click=canvas.undo, disabled=blank)
        st.button("Clear", key="clear", on_click=canvas.clear, disabled=blank)
        st.segmented_control(
            "Brush",
            list(BRUSHES),
            default="Pen",
            required=True,
            key="brush",
            persist_state="session",
            on_change=canvas.remount,
            label_visibility="collapsed",
        )
    canvas.give_head_start()
    from core.drawing.strokes import UnreadableDrawingError

    try:
        return canvas.drawn_strokes()
    except UnreadableDrawingError as error:
        st.warning(str(error), icon=":material/gesture:")
        return None

"""Three ways to give the networks something to read: draw it, open a picture, take a test digit."""

import numpy as np
import streamlit as st

from core.bundle import BundledFileError
from core.digits import scale
from core.narrative import section
from core.strokes import Ink, Picture
from core.uploads import FORMATS, ImageFileError, ink_from_file
from pages.ui import canvas
from pages.ui.bundled import test_set
from pages.ui.pictures import show_digit

BRUSH = 18  # pixels of the canvas
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
    if how == OPEN:
        return _from_file(), None
    if how == TEST:
        return None, _test_digit()
    return _drawn(), None


def _drawn() -> Ink:
    tools = st.container(horizontal=True)  # at the left: the canvas' own open above it, at the right
    strokes = canvas.drawing_canvas(st.session_state.get("brush", BRUSH))
    with tools:
        blank = not strokes.strokes
        st.button("Undo", icon=":material/undo:", key="undo", on_click=canvas.undo, disabled=blank)
        st.button("Clear", icon=":material/delete:", key="clear", on_click=canvas.clear, disabled=blank)
    return strokes


def choose_brush() -> None:
    """The width of the brush for the next stroke; shown for a canvas only."""
    if st.session_state.ink == DRAW:
        st.slider("Brush, pixels", 4, 40, BRUSH, key="brush", persist_state="session")


def _from_file() -> Ink | None:
    file = st.file_uploader(
        section("draw_digit", "upload"),
        type=[f.lower() for f in (*FORMATS, "JPG")],
        max_upload_size=8,
        key="picture",
    )
    if file is None:
        return None
    try:
        ink = ink_from_file(file.getvalue())
    except ImageFileError as error:
        st.error(str(error), icon=":material/image_not_supported:")
        return None
    show_digit(ink.ink, "The ink found in your picture", size=320, caption="What was taken for ink")
    return ink


def _test_digit() -> Picture | None:
    try:
        test = test_set()
    except BundledFileError as error:
        st.error(str(error), icon=":material/broken_image:")
        return None
    st.caption(section("draw_digit", "test digit"))
    if "test_digit" not in st.session_state:
        st.session_state.test_digit = 0

    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = st.number_input(
            "Number, 0 to 9,999", 0, len(test) - 1, key="test_digit", persist_state="session", width=160
        )
        st.button("Another", icon=":material/casino:", on_click=another_test_digit, args=("test_digit",))
    image = scale(test.images[index])
    show_digit(image, f"Test digit {index}", size=280, caption=f"Its writer meant a {test.labels[index]}.")
    return image


def another_test_digit(key: str) -> None:
    """Choose a test digit at random; for a button's on_click."""
    st.session_state[key] = int(np.random.default_rng().integers(10_000))

"""Which digit is looked into: one of the test set, or what was drawn on the draw page."""

from typing import NamedTuple

import streamlit as st

from core.data.mnist import Digits, scale
from core.drawing.strokes import Picture, UnreadableDrawingError
from core.narrative import section
from pages.ui.components import canvas
from pages.ui.components.number_box import number_box
from pages.ui.shell.navigation import button_to
from pages.ui.widgets.cached_models import test_set
from pages.ui.widgets.found_digit import another_test_digit, hard_test_digit
from pages.ui.widgets.prepared import prepared

PAGE = "look_inside"
TEST, DRAWN = "Test digit", "My drawing"


class ChosenDigit(NamedTuple):
    """A digit, (28, 28) 0 to 1, what it is called, and what its writer meant, if that is known."""

    image: Picture
    name: str
    label: int | None


def choose_digit(hard_for: str = "article") -> ChosenDigit:
    """Choose a digit, at will one that is hard for a bundled network; a test digit stands in for a missing drawing."""
    which = st.segmented_control(
        "Digit", (TEST, DRAWN), default=TEST, required=True, key="reads", bind="query-params", wrap=True
    )
    test = test_set()
    if which == DRAWN:
        return _my_drawing() or _test_digit(test, 0)
    index = number_box("Number, 0 to 9,999", 0, len(test) - 1, 0, key="image", bind="query-params", width=150)
    st.button(
        "A hard one",
        icon=":material/psychology_alt:",
        on_click=hard_test_digit,
        args=("image", hard_for),
        help=section(PAGE, "hard"),
    )
    st.button("Another", icon=":material/casino:", on_click=another_test_digit, args=("image",))
    return _test_digit(test, index)


def _test_digit(test: Digits, index: int) -> ChosenDigit:
    return ChosenDigit(scale(test.images[index]), f"test digit {index:,}", int(test.labels[index]))


def _my_drawing() -> ChosenDigit | None:
    """What is on the canvas of the draw page, as the networks see it; None, and the way there, if that is nothing."""
    canvas.keep_for_a_reload()
    try:
        drawing = prepared(canvas.drawn_strokes())
    except UnreadableDrawingError as error:
        st.warning(str(error), icon=":material/gesture:")
        drawing = None
    if drawing is None or not drawing.has_ink:
        st.markdown(section(PAGE, "no drawing"))
    button_to("draw_digit", "Draw a digit" if drawing is None else "Change the drawing", icon=":material/draw:")
    return ChosenDigit(drawing.image, "your drawing", None) if drawing and drawing.has_ink else None

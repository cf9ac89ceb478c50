"""The strip of steps from ink to input, each with its switch."""

from typing import NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.data.mnist import SIDE
from core.drawing.preprocessing import PreprocessedDrawing, PreprocessingSteps
from core.drawing.strokes import Ink, Picture
from core.narrative import section
from pages.ui.widgets.digit_images import show_digit, show_drawn

PAGE = "draw_digit"
SWITCHES = {
    "fit_box": "Fit the box",
    "redraw": "Redraw strokes",
    "centre_mass": "Centre the mass",
    "grey_edges": "Grey edges",
}


class Strip(NamedTuple):
    """Which steps are switched on, and where each picture and the answers will stand."""

    preparation: PreprocessingSteps
    slots: list[DeltaGenerator]
    answers: DeltaGenerator


def preparation_strip() -> Strip:
    """Show the switches and reserve places for the pictures."""
    st.header("From ink to input")
    st.markdown(section(PAGE, "steps"))
    answers = st.container(key="strip-answers")
    texts = ("drawn", "fit", "redraw", "centre", "grey")
    slots, switched = [], {}
    for column, text, name in zip(st.columns(5), texts, ("", *SWITCHES), strict=True):
        with column:
            slots.append(st.container())
            if name:
                switched[name] = st.toggle(SWITCHES[name], True, key=name, persist_state="session")
            else:
                st.markdown("Your ink")
            st.caption(section(PAGE, f"step {text}"))
    return Strip(PreprocessingSteps(**switched), slots, answers)


def say_steps_off(strip: Strip) -> None:
    """A step that was switched off stays off for the next drawing: to be said where the answer stands."""
    if off := [words for name, words in SWITCHES.items() if not getattr(strip.preparation, name)]:
        st.caption(f"Switched off, under *From ink to input*: {', '.join(off)}.")


def show_steps(strip: Strip, ink: Ink, prepared: PreprocessedDrawing) -> None:
    """Fill the strip with the pictures of one drawing."""
    with strip.slots[0]:
        show_drawn(prepared, ink.side)
    pictures = (
        (_framed(prepared.scaled), "Scaled, with the strokes as drawn"),
        (_framed(prepared.redrawn), "Scaled, with the strokes redrawn"),
        (prepared.centred, "On 28 by 28 pixels, by its centre of mass"),
        (prepared.image, "What the network sees"),
    )
    for slot, (picture, alt) in zip(strip.slots[1:], pictures, strict=True):
        with slot:
            show_digit(picture, alt)


def _framed(picture: Picture) -> Picture:
    """In the middle of 28 by 28 pixels: a box of 20 by 20, drawn as large as these, would look cut off at its edge."""
    return np.pad(picture, (SIDE - len(picture)) // 2)

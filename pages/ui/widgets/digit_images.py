"""Small pictures of digits on a page."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.data.mnist import Digits
from core.drawing.preprocessing import PreprocessedDrawing
from core.figures.pictures import enlarge, ink_in_words, to_bytes, to_png, with_box


def show_digit(picture: npt.NDArray[Any], alt: str, size: int = 140, caption: str | None = None) -> None:
    """An image of a digit, its pixels seen as squares; `alt` says which, and `size` is in pixels of the screen."""
    grey = to_bytes(picture)
    png, words = _png(grey.tobytes(), grey.shape, size)
    st.image(png, caption=caption, width=size, alt=f"{alt}: {words}")


@lru_cache(maxsize=2000)  # of a kilobyte each: the same digits are shown again and again, and to everybody
def _png(pixels: bytes, shape: tuple[int, int], size: int) -> tuple[bytes, str]:
    """As a file, and its ink in words."""
    picture = np.frombuffer(pixels, np.uint8).reshape(shape)
    return to_png(enlarge(picture, size)), ink_in_words(picture)


def show_drawn(prepared: PreprocessedDrawing, side: float, size: int = 140) -> None:
    """The canvas as it was drawn, with the box around its ink."""
    box = prepared.box
    corners = [edge / side for edge in (box.left, box.top, box.right, box.bottom)]
    st.image(
        with_box(prepared.drawn, *corners),
        width=size,
        alt=f"Your drawing: {box.right - box.left:.0f} wide and {box.bottom - box.top:.0f} high, of {side:.0f}",
        output_format="PNG",
    )


def open_digit(which: str, index: int) -> None:
    """Go to one digit on the explore page; for a button's on_click."""
    view = st.session_state.get("view")
    if view != "One digit":  # a control that appears with a value does not tell the address; one that is there does
        place = {"index": str(index), **({"set": which} if view != "Gallery" and which != "training" else {})}
        st.query_params.update(place)  # all at once: else Back would come to half of it
    st.session_state.view, st.session_state.set, st.session_state.index = "One digit", which, index
    st.session_state.jumped = True


DISPUTED = " :orange-badge[disputed]"  # in a caption


def show_gallery(digits: Digits, which: str, captioned: Sequence[tuple[int, str]], key: str) -> None:
    """Digits by index with a caption each, and a button that opens one; `which` set they are from."""
    with st.grid("auto", min_column_width=96, gap="small"):
        for index, caption in captioned:
            with st.container(gap="xxsmall", horizontal_alignment="center", key=f"card-{key}-{index}"):
                show_digit(
                    digits.images[index], f"{which} digit {index}: {caption.replace(DISPUTED, ', disputed')}", 84
                )
                st.caption(caption, text_alignment="center")
                st.button(
                    f"Open {index:,}",
                    key=f"{key}-{index}",
                    on_click=open_digit,
                    args=(which, index),
                    type="tertiary",
                    wrap=False,
                )

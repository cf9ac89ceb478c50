"""A digit that is there already: in a picture of one's own, or in MNIST's test set."""

from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.bundled_files import BundledFileError
from core.data.mnist import scale
from core.drawing.background import ImageFileError
from core.drawing.image_file import FORMATS, MAX_BYTES, ink_from_file
from core.drawing.strokes import Ink, Picture, Pixels
from core.formatting import MEGABYTE
from core.narrative import section
from core.nn.prediction import digit_name
from core.runs.run import PRETRAINED
from pages.ui.components.number_box import number_box
from pages.ui.shell.session import session
from pages.ui.widgets.cached_models import evaluation, test_set
from pages.ui.widgets.digit_images import show_digit

PAGE = "draw_digit"
# What a browser offers to choose. With some of these comes a sentence that says what to do: Streamlit alone marks them
# with a sign, and leaves the answer to the picture before.
ENDINGS = [*(each.lower() for each in FORMATS), "jpg", "jfif", "gif", "tif", "tiff", "svg", "pdf"]


def from_file() -> Ink | None:
    """The ink in an opened picture; None, and a sentence, when there is none."""
    file = st.file_uploader(
        section(PAGE, "upload"),
        type=ENDINGS,
        max_upload_size=MAX_BYTES // MEGABYTE,
        key="picture",
    )
    if file is None:
        return None
    mine = session()
    if mine.opened_picture is None or mine.opened_picture[0] != file.file_id:  # else it was read in an earlier run
        try:
            found: Pixels | str = ink_from_file(file.getvalue())
        except ImageFileError as error:
            found = str(error)
        mine.opened_picture = file.file_id, found
    ink = mine.opened_picture[1]
    if not isinstance(ink, Pixels):  # words
        st.error(ink, icon=":material/image_not_supported:")
        return None
    show_digit(ink.ink, "The ink found in your picture", size=180, caption="What was taken for ink")
    if ink.left_out:
        st.caption(section(PAGE, "left out"))
    if ink.in_shadow:
        st.caption(section(PAGE, "in shadow"))
    return ink


def from_test_set() -> Picture | None:
    """A chosen test digit, (28, 28) 0 to 1; None, and a sentence, when the test set cannot be read."""
    try:
        test = test_set()
    except BundledFileError as error:
        st.error(str(error), icon=":material/broken_image:")
        return None
    st.caption(section(PAGE, "test digit"))
    st.session_state.setdefault("test_digit", 0)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = number_box("Number, 0 to 9,999", 0, len(test) - 1, key="test_digit", persist_state="session", width=160)
        st.button("A hard one", icon=":material/psychology_alt:", on_click=hard_test_digit, args=("test_digit",))
        st.button("Another", icon=":material/casino:", on_click=another_test_digit, args=("test_digit",))
    image = scale(test.images[index])
    show_digit(image, f"Test digit {index}", size=180, caption=f"Its writer meant {digit_name(test.labels[index])}.")
    return image


def chosen_label() -> int:
    """What the writer of the test digit meant that from_test_set has shown."""
    return int(test_set().labels[st.session_state.test_digit])


def another_test_digit(key: str) -> None:
    """Choose a test digit at random; for a button's on_click."""
    _choose_another(key, np.arange(len(test_set())))


def hard_test_digit(key: str, network: str = "article") -> None:
    """Choose one of the 100 test digits that a bundled network (else the article's) reads worst; for an on_click."""
    judged = evaluation(network if network in PRETRAINED else "article")
    _choose_another(key, judged.hardest()[:100])


def _choose_another(key: str, indices: npt.NDArray[np.integer[Any]]) -> None:
    """One of these at random, never the one that is there: a press that shows the same digit seems to do nothing."""
    st.session_state[key] = int(np.random.default_rng().choice(indices[indices != st.session_state.get(key)]))

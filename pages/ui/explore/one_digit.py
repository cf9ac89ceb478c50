"""One digit as the network gets it: pixels, a row of 784, and the answer it should give."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.data.centroids import Distances, distances, nearest_neighbours
from core.data.mnist import Digits, Images, one_hot, scale
from core.data.mnist_facts import ASKED, DISPUTES, Dispute
from core.figures.centroids import distances_figure
from core.figures.digits import flattened_figure, one_hot_figure, pixels_figure, row_figure
from core.figures.pictures import ink_in_words
from core.narrative import section
from core.nn.prediction import digit_name, predict_one
from pages.ui.components.chart import show_chart
from pages.ui.widgets.cached_models import averages, models_or_problems, test_set, training_set
from pages.ui.widgets.digit_images import show_digit, show_gallery
from pages.ui.widgets.predictions import answers_in_a_line

PAGE = "explore_digits"
NEIGHBOURS = 12
FIRST = 10  # the article shows this one


def stay_within() -> None:
    """A digit that only the larger set has gives way to the first one; for the on_change of the set."""
    if st.session_state.set == "test" and st.session_state.get("index", FIRST) >= len(test_set()):
        st.toast(f"There is no test digit {st.session_state.index:,}: this is number {FIRST}.")
        st.session_state.index = FIRST


def show_one_digit(digits: Digits, index: int, which: str) -> None:
    """Everything about the digit at this index of its set, training or test."""
    image, label = digits.images[index], int(digits.labels[index])
    left, right = st.columns([1, 1.15], gap="large")
    with left:
        st.markdown(f"Its writer meant **{digit_name(label)}**. {section(PAGE, 'one digit')}")
        answers = {model.title: predict_one(model.network, scale(image)) for model in models_or_problems()}
        st.markdown(
            f"The networks read it: {answers_in_a_line(answers, label)}", help=section("draw_digit", "networks")
        )
        if which == "test" and index in DISPUTES:
            st.markdown(f":orange-badge[disputed] {_votes_in_words(DISPUTES[index])}", help=section(PAGE, "disputed"))
        picture = st.container()
        row = st.slider("Row", 0, 27, 14, key="row", persist_state="session")
        numbers = st.toggle("Write the values into the pixels", key="numbers", persist_state="session")
        with picture:
            alt = f"The pixels of {digit_name(label)}: {ink_in_words(image)}."
            show_chart(pixels_figure(image, row, numbers), "pixels", alt)
    with right:
        st.markdown(f"**Row {row}.** {section(PAGE, 'row')}")
        in_words = ", ".join(map(str, image[row]))
        show_chart(row_figure(image[row], row), "row-values", f"Row {row}, 0 to 255: {in_words}.")
        st.markdown(section(PAGE, "flattened"))
        inked = np.count_nonzero(image)
        show_chart(flattened_figure(image, row), "flattened", f"784 values from 0 to 1; {inked} of them are above 0.")
        st.markdown(section(PAGE, "one-hot"))
        target = one_hot(digits.labels[index : index + 1])[0]
        show_chart(one_hot_figure(target), "one-hot", f"Ten numbers: 1 at {label}, 0 at all others.")
    _show_company(image, label, which, index)


def _votes_in_words(dispute: Dispute) -> str:
    """What five people said of a digit that they were shown with two answers to choose from."""
    return (
        f"Of {ASKED} people who were shown it, {dispute.for_label} chose {dispute.label}, {dispute.for_guess} chose "
        f"{dispute.guess}, and {dispute.for_neither} neither."
    )


def _show_company(image: Images, label: int, which: str, index: int) -> None:
    """The averages it is near to, and the training digits nearest to it."""
    left, right = st.columns([1, 1.15], gap="large")
    with left:
        st.header("Nearest average")
        away = distances(image[None], averages())[0]
        nearest = int(away.argmin())
        whether = "the right one" if nearest == label else f"not the {label} that it is"
        st.markdown(f"{section(PAGE, 'distances')} The nearest is **{nearest}**: {whether}.")
        in_words = ", ".join(f"{d:.2f}" for d in away)
        show_chart(distances_figure(away, label), "distances", f"Distances to the averages 0 to 9: {in_words}.")
    with right:
        st.header("Nearest neighbours")
        with st.container(horizontal=True, vertical_alignment="center"):
            show_digit(image, f"{which} digit {index}", 56)
            st.markdown(f"of {which} digit **{index:,}**, {digit_name(label)}")
        st.markdown(section(PAGE, "neighbours"))
        found, how_far = _neighbours(which, index)
        own_index = index if which == "training" else None
        others = [(int(i), float(d)) for i, d in zip(found, how_far, strict=True) if i != own_index]
        captioned = [(i, f"{training_set().labels[i]}, {d:.2f} away") for i, d in others[:NEIGHBOURS]]
        show_gallery(training_set(), "training", captioned, key="neighbour")


@st.cache_data(show_spinner=False, max_entries=1000)
def _neighbours(which: str, index: int) -> tuple[npt.NDArray[np.int64], Distances]:
    """The nearest training digits and their distances: found once for all who look at this digit, and for each row."""
    digits = training_set() if which == "training" else test_set()
    return nearest_neighbours(training_set(), digits.images[index], NEIGHBOURS + 1)

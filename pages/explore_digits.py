import numpy as np
import streamlit as st

from core.bundle import BundledFileError
from core.digits import CLASSES
from core.figures.digits import counts_figure
from core.figures.similarity import alike_figure
from core.narrative import section
from core.similarity import distances
from pages.ui import bundled
from pages.ui.address import asked_by_address, say_what_was_ignored
from pages.ui.answers import choose_network
from pages.ui.chapters import enter
from pages.ui.digit_map import show_map
from pages.ui.figures import show_figure
from pages.ui.one_digit import show_one_digit
from pages.ui.pictures import show_digit, show_gallery

enter()

PAGE = "explore_digits"
PER_PAGE = 48
VIEWS = ("One digit", "Gallery", "Averages", "Map", "Hardest")

st.title("Explore the digits")
st.markdown(section(PAGE, "question"))

asked = asked_by_address(("view", "set", "index", "digit"))
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = st.segmented_control("View", VIEWS, default=VIEWS[0], required=True, key="view", bind="query-params")
    controls = st.container(horizontal=True, vertical_alignment="bottom", width="content")

try:
    digits = None
    if view in ("One digit", "Gallery"):
        with controls:
            which = st.segmented_control(
                "Set", ("training", "test"), default="training", required=True, key="set", bind="query-params"
            )
            digits = bundled.training_set() if which == "training" else bundled.test_set()
            if view == "One digit":
                st.session_state.index = min(st.session_state.get("index", 10), len(digits) - 1)
                index = st.number_input(
                    f"Image, 0 to {len(digits) - 1:,}", 0, len(digits) - 1, key="index", bind="query-params", width=160
                )
            else:
                digit = st.selectbox(
                    "Digit", ("all", *map(str, range(CLASSES))), key="digit", bind="query-params", width=120
                )

    if view == "One digit":
        show_one_digit(digits, index, which == "training")

    elif view == "Gallery":
        st.markdown(section(PAGE, "gallery"))
        found = np.arange(len(digits)) if digit == "all" else np.flatnonzero(digits.labels == int(digit))
        page = st.pagination(-(-len(found) // PER_PAGE), key=f"page-{which}-{digit}")
        chosen = found[(page - 1) * PER_PAGE : page * PER_PAGE]
        show_gallery(digits, which, [(int(i), str(digits.labels[i])) for i in chosen], key="gallery")
        st.subheader(f"How many of each: {len(digits):,} in all")
        counts = np.bincount(digits.labels, minlength=CLASSES)
        in_words = ", ".join(f"{n:,}" for n in counts)
        show_figure(counts_figure(counts), "counts", f"Images of each digit, 0 to 9: {in_words}.")

    elif view == "Averages":
        st.markdown(section(PAGE, "averages"))
        with st.grid("auto", min_column_width=96):
            for digit, average in enumerate(bundled.averages()):
                show_digit(average, f"The average {digit}", 96, str(digit))
        naive, alike = st.columns([1, 1.6], gap="large")
        with naive:
            st.subheader("A classifier without a network")
            st.markdown(section(PAGE, "naive"))
            st.metric("Nearest average, on the test set", f"{bundled.nearest_average_accuracy():.1%} right")
            for model in bundled.models_or_problems():
                st.metric(f"Network, {model.title.lower()}", f"{model.test_accuracy:.1%} right")
        with alike:
            st.subheader("Which digits look most alike?")
            st.markdown(section(PAGE, "alike"))
            between = distances(bundled.averages(), bundled.averages())
            a, b = sorted(divmod(int(np.argmin(between + np.eye(CLASSES))), CLASSES))
            st.markdown(f"Of all pairs, **{a} and {b}** are nearest.")
            show_figure(alike_figure(between), "alike", f"Distances of the averages; {a} and {b} are nearest.")

    elif view == "Map":
        show_map()

    else:
        st.markdown(section(PAGE, "hardest"))
        if model := choose_network(bundled.models_or_problems(), key="hardest_for"):
            evaluation = bundled.evaluation(model.name)
            wrong = int((evaluation.answers != evaluation.labels).sum())
            st.markdown(f"It gets **{wrong}** of 10,000 wrong. These are the {PER_PAGE} with the largest loss.")
            captioned = [
                (int(i), f"{evaluation.labels[i]}, read as {evaluation.answers[i]}")
                for i in evaluation.hardest()[:PER_PAGE]
            ]
            show_gallery(bundled.test_set(), "test", captioned, key="hardest")
except BundledFileError as error:
    st.error(str(error), icon=":material/broken_image:")

say_what_was_ignored(asked)

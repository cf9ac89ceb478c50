import numpy as np
import streamlit as st

from core.bundled_files import BundledFileError
from core.data.mnist import CLASSES
from core.data.mnist_facts import DISPUTES, disputed
from core.figures.digits import counts_figure
from core.narrative import section
from pages.ui.components.chart import show_chart
from pages.ui.components.number_box import number_box
from pages.ui.components.tabs import keep_parts_in_history
from pages.ui.explore.averages import show_averages
from pages.ui.explore.digit_map import show_map
from pages.ui.explore.one_digit import FIRST, show_one_digit, stay_within
from pages.ui.explore.writers import show_writers
from pages.ui.shell.url_state import asked_by_address, say_what_was_ignored
from pages.ui.widgets import cached_models
from pages.ui.widgets.digit_images import DISPUTED, show_gallery
from pages.ui.widgets.predictions import choose_network

PAGE = "explore_digits"
PER_PAGE = 48
VIEWS = ("One digit", "Gallery", "Averages", "Map", "Hardest", "Writers")

st.title("Explore the digits")
st.markdown(section(PAGE, "question"))

asked = asked_by_address(("view", "set", "index", "digit"))
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], required=True, key="view", bind="query-params", wrap=True
    )
    controls = st.container(horizontal=True, vertical_alignment="bottom", width="content")
    keep_parts_in_history(VIEWS, "view", view or VIEWS[0])
notice = st.container()

try:
    if view in ("One digit", "Gallery"):
        with controls:
            which = st.segmented_control(
                "Set",
                ("training", "test"),
                default="training",
                required=True,
                key="set",
                bind="query-params",
                on_change=stay_within,
            )
            digits = cached_models.training_set() if which == "training" else cached_models.test_set()
            if view == "One digit":
                last = len(digits) - 1
                index = number_box(f"Image, 0 to {last:,}", 0, last, FIRST, key="index", bind="query-params", width=160)
            else:
                digit = st.selectbox(
                    "Digit", ("all", *map(str, range(CLASSES))), key="digit", bind="query-params", width=120
                )

    if view == "One digit":
        show_one_digit(digits, index, which)

    elif view == "Gallery":
        st.markdown(section(PAGE, "gallery"))
        found = np.arange(len(digits)) if digit == "all" else np.flatnonzero(digits.labels == int(digit))
        page = st.pagination(-(-len(found) // PER_PAGE), key=f"page-{which}-{digit}", persist_state="session")
        chosen = found[(page - 1) * PER_PAGE : page * PER_PAGE]
        show_gallery(digits, which, [(int(i), str(digits.labels[i])) for i in chosen], key="gallery")
        st.header(f"How many of each: {len(digits):,} in all")
        counts = np.bincount(digits.labels, minlength=CLASSES)
        in_words = ", ".join(f"{n:,}" for n in counts)
        show_chart(counts_figure(counts), "counts", f"Images of each digit, 0 to 9: {in_words}.")

    elif view == "Averages":
        show_averages()

    elif view == "Map":
        show_map()

    elif view == "Writers":
        show_writers()

    else:
        st.markdown(section(PAGE, "hardest"))
        if model := choose_network(cached_models.models_or_problems(), key="hardest_for"):
            evaluation = cached_models.evaluation(model.name)
            labels, read = evaluation.labels, evaluation.predictions
            wrong = int((read != labels).sum())
            st.markdown(f"It gets **{wrong}** of 10,000 wrong. These are the {PER_PAGE} with the largest loss.")
            if in_doubt := disputed(evaluation.mistakes()):
                words = f"{in_doubt} of its {wrong} mistakes have a label that is disputed."
                st.markdown(words, help=section(PAGE, "disputed"))
            st.caption(section("draw_digit", "networks"))
            captioned = [
                (
                    int(i),
                    f"{labels[i]}, read as {read[i]}{DISPUTED if int(i) in DISPUTES else ''}",
                )
                for i in evaluation.hardest()[:PER_PAGE]
            ]
            show_gallery(cached_models.test_set(), "test", captioned, key="hardest")
except BundledFileError as error:
    st.error(str(error), icon=":material/broken_image:")

with notice:
    say_what_was_ignored(asked)

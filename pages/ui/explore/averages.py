"""The average of each digit, and the classifier that they make without any network."""

import numpy as np
import streamlit as st

from core.data.centroids import distances
from core.data.mnist import CLASSES
from core.figures.centroids import alike_figure
from core.narrative import section
from pages.ui.components.chart import show_chart
from pages.ui.widgets import cached_models
from pages.ui.widgets.digit_images import show_digit

PAGE = "explore_digits"


def show_averages() -> None:
    """Ten averages, how many test digits they name rightly, and which two are most alike."""
    st.markdown(section(PAGE, "averages"))
    with st.grid("auto", min_column_width=96):
        for digit, average in enumerate(cached_models.averages()):
            show_digit(average, f"The average {digit}", 96, str(digit))
    naive, alike = st.columns([1, 1.6], gap="large")
    with naive:
        st.header("A classifier without a network")
        st.markdown(section(PAGE, "naive"))
        st.metric("Nearest average, on the test set", f"{cached_models.nearest_average_accuracy():.1%} right")
        for model in cached_models.models_or_problems():
            st.metric(f"Network, {model.title.lower()}", f"{model.test_accuracy:.1%} right")
        st.caption(section("draw_digit", "networks"))
    with alike:
        st.header("Which digits look most alike?")
        st.markdown(section(PAGE, "alike"))
        between = distances(cached_models.averages(), cached_models.averages())
        a, b = sorted(divmod(int(np.argmin(between + np.eye(CLASSES))), CLASSES))
        st.markdown(f"Of all pairs, **{a} and {b}** are nearest.")
        far = sorted(divmod(int(np.argmax(between)), CLASSES))
        in_words = f"from {between[a, b]:.2f}, {a} and {b}, to {between.max():.2f}, {far[0]} and {far[1]}"
        show_chart(alike_figure(between), "alike", f"Distances of the averages: {in_words}.")

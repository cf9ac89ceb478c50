"""Who wrote the digits, and what follows for the score of a network."""

import streamlit as st

from core.data.mnist_facts import HALF, errors_by_half
from core.figures.writers import halves_figure
from core.narrative import section
from core.nn.evaluation import standard_error
from pages.ui.components.chart import show_chart
from pages.ui.widgets import cached_models
from pages.ui.widgets.number_text import table

PAGE = "explore_digits"


def show_writers() -> None:
    """Mistakes along the test set, by half, and what a validation set by lot promises."""
    st.markdown(section(PAGE, "writers"))
    wrong = {
        model.title: cached_models.evaluation(model.name).mistakes() for model in cached_models.models_or_problems()
    }
    halves = {title: errors_by_half(mistakes) for title, mistakes in wrong.items()}
    words = "; ".join(
        f"{title}: {first} in the first half, {last} in the last" for title, (first, last) in halves.items()
    )
    show_chart(halves_figure(wrong), "mistakes-along", f"Mistakes in each thousand of the test digits. {words}.")
    rows = [(title, *(_mistakes(count) for count in both)) for title, both in halves.items()]
    st.markdown(table(("mistakes of", "first 5,000", "last 5,000"), rows))
    st.caption(section(PAGE, "writers halves"))
    st.markdown(section(PAGE, "writers validation"))
    st.caption(section(PAGE, "writers sources"))


def _mistakes(count: int) -> str:
    """How many, and what they make of a score, with its standard error."""
    right = 1 - count / HALF
    return f"**{count}**: {100 * right:.2f} % ± {100 * standard_error(right, HALF):.2f} right"

"""What networks say of an image: in words first, then as bars."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from core.figures.recognition import probabilities_figure, probabilities_text
from core.models import Model
from core.recognition import Answer
from pages.ui.figures import show_figure


def in_words(answer: Answer) -> tuple[str, str]:
    """The answer, large, and how sure it is; an unsure network names its two candidates."""
    if answer.is_sure:
        return str(answer.digit), f"{percent(answer.confidence)} sure"
    first, second = (percent(answer.probabilities[digit]) for digit in (answer.digit, answer.runner_up))
    return f"{answer.digit} or {answer.runner_up}?", f"not sure: {first} and {second}"


def percent(probability: float) -> str:
    """A probability in words that never claim certainty."""
    if probability > 0.999:
        return "over 99.9 %"
    return f"{100 * probability:.1f} %" if probability >= 0.001 else "under 0.1 %"


def scores_in_words(article: Model) -> str:
    """What the article's training reached here, beside what the article says of it."""
    errors = [100 * (1 - accuracy) for accuracy in article.manifest["scores"]["seeds"].values()]
    return (
        f"It reads {100 * (1 - article.test_accuracy):.2f} % of the test digits wrongly; the article reports 1.97 %. "
        f"{len(errors)} runs that differ in their random start alone gave {min(errors):.2f} to {max(errors):.2f} %."
    )


def show_answers(answers: dict[str, Answer]) -> None:
    """Each network's answer, by its title, side by side."""
    with st.container(horizontal=True):
        for title, answer in answers.items():
            what, how_sure = in_words(answer)
            colour: Literal["green", "orange"] = "green" if answer.is_sure else "orange"
            st.metric(title, what, how_sure, border=True, delta_arrow="off", delta_color=colour, width=152)


def show_bars(answers: dict[str, Answer]) -> None:
    """All ten probabilities of each network."""
    show_figure(probabilities_figure(answers), "probabilities", probabilities_text(answers))


def choose_network(models: Sequence[Model], key: str) -> Model | None:
    """One of several networks; None when there is none to choose from."""
    if not models:
        return None
    by_title = {model.title: model for model in models}
    title = st.segmented_control(
        "Network", list(by_title), default=models[0].title, required=True, key=key, persist_state="session"
    )
    return by_title[title]

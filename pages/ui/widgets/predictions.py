"""What networks say of an image: in words first, then as bars."""

from collections.abc import Iterable, Sequence

import streamlit as st

from core.formatting import percent
from core.narrative import section
from core.nn.prediction import Prediction
from core.plain_text import plain
from core.pretrained.registry import Model, seed_accuracies
from core.runs.history import History

TESTED, IN_ARTICLE = 10_000, 197  # test digits, and how many of them the article's network got wrong: 1.97 %


def answer_in_words(answer: Prediction) -> tuple[str, str]:
    """The answer, large, and how sure it is; an unsure network names its two candidates."""
    if answer.is_sure:
        return str(answer.digit), f"{percent(answer.confidence)} sure"
    first, second = (percent(answer.probabilities[digit]) for digit in (answer.digit, answer.runner_up))
    return f"{answer.digit} or {answer.runner_up}?", f"not sure: {first} and {second}"


def scores_in_words(article: Model) -> str:
    """What the article's training reached here, beside what the article says of it."""
    wrong, *others = (round(TESTED * (1 - accuracy)) for accuracy in (article.test_accuracy, *seed_accuracies()))
    return (
        f"It gets **{wrong}** of {TESTED:,} digits wrong that it had never seen, the **test digits**. Trained from "
        f"{len(others)} random starts, it gets {min(others)} to {max(others)} wrong. (The article that this app "
        f"follows: {IN_ARTICLE}.)"
    )


def fall_in_words(history: History) -> str:
    """How a bundled network's loss fell, for those who do not see its curve."""
    losses, watched = history.loss, [epoch["val_loss"] for epoch in history.epochs]
    return (
        f"The loss fell from {losses.values[0]:.2f} to {losses.smooth[-1]:.3f} in {history.step:,} updates; on the "
        f"test digits it was {watched[0]:.3f} after the first epoch, {watched[-1]:.3f} after the last."
    )


def badge(answer: Prediction, text: str, others: Iterable[Prediction] = (), label: int | None = None) -> str:
    """A text as a Markdown badge: green only for a sure answer, and only if it is right.

    As long as nobody knows what is right, that is: if no other network is sure of another digit.
    """
    if label is None:
        agreed = all(other.digit == answer.digit for other in others if other.is_sure)
    else:
        agreed = answer.digit == label
    agreed = agreed and answer.is_sure
    return f":{'green' if agreed else 'orange'}-badge[{text}]"


def show_answers(answers: dict[str, Prediction], label: int | None = None) -> None:
    """Each network's answer, by its title, as a card; `label` is what the digit is, if that is known."""
    for number, (title, answer) in enumerate(answers.items()):
        show_answer(title, answer, f"answer-{number}", answers.values(), label)


def say_doubts(answers: dict[str, Prediction]) -> None:
    """A sentence when a network is not sure, or when they disagree."""
    if not all(answer.is_sure for answer in answers.values()):
        st.caption(section("draw_digit", "unsure"))
    elif len({answer.digit for answer in answers.values()}) > 1:
        st.caption(section("draw_digit", "disagree"))


def show_answer(
    title: str, answer: Prediction, key: str, others: Iterable[Prediction] = (), label: int | None = None
) -> None:
    """One network's answer as a card. Plain text: st.metric comes with a charting library that delays it."""
    what, how_sure = answer_in_words(answer)
    with st.container(border=True, width=152 if answer.is_sure else 200, gap="xxsmall", key=key):
        st.caption(plain(title))
        st.header(what, anchor=False)
        st.markdown(badge(answer, how_sure, others, label))


def answers_in_a_line(answers: dict[str, Prediction], label: int | None = None) -> str:
    """All answers in one line of Markdown, to stand beside a control that changes them."""
    words = []
    for title, answer in answers.items():
        what, how_sure = answer_in_words(answer)
        words.append(f"{plain(title)}: **{what}** {badge(answer, how_sure, answers.values(), label)}")
    return " · ".join(words)


def choose_network(models: Sequence[Model], key: str) -> Model | None:
    """One of several networks; None when there is none to choose from."""
    if not models:
        return None
    by_title = {model.title: model for model in models}
    title = st.segmented_control(
        "Network",
        list(by_title),
        default=models[0].title,
        format_func=plain,
        required=True,
        key=key,
        persist_state="session",
        help=section("draw_digit", "networks"),
    )
    return by_title[title]

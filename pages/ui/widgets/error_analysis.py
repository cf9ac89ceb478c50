"""Where one network fails: which digit it takes for which, and its surest mistakes."""

import math
from functools import partial

import streamlit as st

from core.data.mnist_facts import DISPUTES, disputed
from core.figures.comparison import confusion_figure, per_digit_figure
from core.formatting import percent
from core.narrative import section
from core.nn.evaluation import Counts, Evaluation, most_confused, off_diagonal
from core.nn.prediction import digit_name
from pages.ui.components.chart import show_chart
from pages.ui.shell.navigation import button_to
from pages.ui.widgets.cached_models import test_set
from pages.ui.widgets.digit_images import DISPUTED, show_digit

PAGE = "compare_runs"
SHOWN = 24
EXAMPLE = 7  # the digit whose precision and recall are told in words, as in the text above them


def show_closer_look(evaluation: Evaluation) -> None:
    """Confusion, precision and recall, mistakes."""
    left, right = st.columns(2, gap="large")
    counts = evaluation.confusion()
    with left:
        st.markdown(section(PAGE, "confusion"))
        words = confusion_in_words(counts)
        show_chart(confusion_figure(counts), "confusion", f"{off_diagonal(counts).sum():,} mistakes. {words}")
        st.caption(words)
    with right:
        st.markdown(section(PAGE, "per digit"))
        precision, recall = evaluation.precision(), evaluation.recall()
        in_words = ", ".join(
            f"{digit}: {'never answered' if math.isnan(p) else f'{p:.1%}'} and {r:.1%}"
            for digit, (p, r) in enumerate(zip(precision, recall, strict=True))
        )
        show_chart(per_digit_figure(precision, recall), "per-digit", f"Precision and recall, {in_words}.")
        st.caption(_of_one_digit(EXAMPLE, float(precision[EXAMPLE]), float(recall[EXAMPLE])))
    _show_mistakes(evaluation)


def _of_one_digit(digit: int, precision: float, recall: float) -> str:
    """The two numbers of one digit, in words."""
    if math.isnan(precision):
        return f"It never answered {digit}, so it found none of them."
    return (
        f"Here: of what it took for {digit_name(digit)}, {precision:.1%} is one; of all {digit}s it found {recall:.1%}."
    )


def confusion_in_words(counts: Counts) -> str:
    """Which digit is most often taken for which, and how many times: a sentence."""
    if (most := most_confused(counts)) is None:
        return "No mistakes."
    label, answer, times = most
    often = "once" if times == 1 else f"{times:,} times"
    return f"Most often {digit_name(label)} is taken for {digit_name(answer)}: {often}."


def _show_mistakes(evaluation: Evaluation) -> None:
    mistakes = evaluation.mistakes()
    in_doubt = disputed(mistakes)
    doubt = f" {section(PAGE, 'disputed').format(count=in_doubt, mistakes=f'{len(mistakes):,}')}" if in_doubt else ""
    st.markdown(f"**{len(mistakes):,} mistakes.** {section(PAGE, 'mistakes')}{doubt}")
    with st.grid("auto", min_column_width=96, gap="small"):
        for index in mistakes[:SHOWN].tolist():
            answer, sure = evaluation.predictions[index], evaluation.probabilities[index].max()
            caption = f"{evaluation.labels[index]} as {answer}, {percent(sure)}"
            alt = f"Test digit {index}: {digit_name(evaluation.labels[index])} as {answer}, {percent(sure)} sure"
            if index in DISPUTES:
                caption += DISPUTED
                alt += ", its label is disputed"
            with st.container(gap="xxsmall", horizontal_alignment="center", key=f"card-mistake-{index}"):
                show_digit(test_set().images[index], alt, 84)
                st.caption(caption, text_alignment="center")
                button_to(
                    "explore_digits",
                    f"Open #{index}",
                    address={"view": "One digit", "set": "test", "index": str(index)},
                    before=partial(st.session_state.update, index=index),
                    key=f"mistake-{index}",
                    type="tertiary",
                    wrap=False,
                )

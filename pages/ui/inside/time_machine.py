"""A training, looked back at: one slider from the first random weights to the last."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.data.mnist import scale
from core.figures.comparison import confusion_figure
from core.figures.timeline import answers_over_time_figure
from core.figures.training import weights_picture
from core.narrative import section
from core.nn.activations import Array
from core.nn.evaluation import Evaluation
from core.nn.prediction import digit_name, predict, prediction_from
from core.runs.errors import RunError
from core.runs.timeline import CheckpointTimeline, first_index_of, outputs_over_time, stable_since
from pages.ui.components.chart import show_chart
from pages.ui.components.live_digits import show_live_digits
from pages.ui.inside.digit_picker import ChosenDigit, choose_digit
from pages.ui.inside.training_picker import choose_training
from pages.ui.widgets.cached_models import part_of_test_set, test_set
from pages.ui.widgets.digit_images import show_digit
from pages.ui.widgets.error_analysis import confusion_in_words
from pages.ui.widgets.number_text import share_in_words, span
from pages.ui.widgets.predictions import show_answer

PAGE = "look_inside"
DIGITS = 25  # whose answers are shown, the first of the test set
JUDGED = 2000  # of the test set: they are read again at each moment
UNITS = 36  # of the first layer whose weights are shown


def show_time_machine() -> None:
    """Choose a training, a digit and a moment; see what the network was like then."""
    st.markdown(section(PAGE, "time machine"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        timeline = choose_training()
        to_read = choose_digit()
    images = np.concatenate([scale(test_set().images[:DIGITS]), to_read.image[None]])
    try:
        _show_timeline(timeline, images, to_read)
    except RunError:
        st.error(section(PAGE, "no moments"), icon=":material/broken_image:")


def _show_timeline(timeline: CheckpointTimeline, images: npt.NDArray[np.float32], to_read: ChosenDigit) -> None:
    outputs = _outputs(_identity(timeline), images, timeline)
    count = len(timeline.checkpoints)
    key = f"moment-{timeline.key}-{count}"
    now = st.select_slider(
        "Moment",
        range(count),
        0,
        format_func=lambda place: timeline.checkpoints[place].words,
        key=key,
        persist_state="session",
    )
    _show_my_digit(to_read, timeline, outputs[:, DIGITS], now, key)
    _show_network(timeline, outputs[now, :DIGITS], now)


def _identity(timeline: CheckpointTimeline) -> str:
    """What tells one training's moments from another's: a run that goes on has more of them."""
    return f"{timeline.key} {timeline.checkpoints[-1].step} {len(timeline.checkpoints)}"


@st.cache_data(show_spinner=False, max_entries=100)
def _outputs(identity: str, images: npt.NDArray[np.float32], _timeline: CheckpointTimeline) -> Array:
    """What the network of each moment answers, (moments, count, 10)."""
    return outputs_over_time(_timeline, images)


@st.cache_data(show_spinner=False, max_entries=400)
def _confusion(identity: str, place: int, _timeline: CheckpointTimeline) -> npt.NDArray[np.int64] | None:
    """What the network of a moment takes for what, (10, 10) counts; None where it answers with no numbers."""
    part = part_of_test_set(JUDGED)
    outputs = predict(_timeline.network(_timeline.checkpoints[place]), part.images)
    return Evaluation(outputs, part.labels).confusion() if np.isfinite(outputs).all() else None


def _show_my_digit(
    to_read: ChosenDigit, timeline: CheckpointTimeline, probabilities: Array, now: int, key: str
) -> None:
    """One digit: the answer then, and the answers of all moments."""
    then, chart = st.columns([1, 2.6], gap="large")
    with then, st.container(horizontal=True, vertical_alignment="center"):
        show_digit(to_read.image, to_read.name, 112, to_read.name)
        if np.isfinite(probabilities[now]).all():
            show_answer("Read then as", prediction_from(probabilities[now]), "answer-then", label=to_read.label)
        else:
            st.markdown(section(PAGE, "no answer"))
    with chart:
        labels = [f"{checkpoint.step:,}" for checkpoint in timeline.checkpoints]

        def jump(at: dict[str, float]) -> None:
            st.session_state[key] = min(max(round(at["x"]), 0), len(labels) - 1)

        words = _learned_in_words(timeline, probabilities, to_read.label)
        st.markdown(words)
        show_chart(
            answers_over_time_figure(probabilities, labels, now), "over-time", words.replace("**", ""), on_click=jump
        )


def _learned_in_words(timeline: CheckpointTimeline, probabilities: Array, label: int | None) -> str:
    """When it learned to read the digit as it does in the end."""
    if not np.isfinite(probabilities).all():
        return section(PAGE, "no answer")
    answers = probabilities.argmax(axis=1).tolist()
    last, since = answers[-1], timeline.checkpoints[stable_since(answers)]
    began = timeline.checkpoints[first_index_of(answers, last) or 0]
    wrong = "" if label in (None, last) else f" Its writer meant {digit_name(label)}."
    for_good = f"since {since.words}" if since.step else "from the beginning"
    if began == since:
        return f"Read as {digit_name(last)} **{for_good}**.{wrong}"
    at_first = f"at {began.words}" if began.step else began.words
    return f"Read as {digit_name(last)} first **{at_first}**, and for good **{for_good}**.{wrong}"


def _show_network(timeline: CheckpointTimeline, outputs: Array, now: int) -> None:
    """The first layer, the answers to some digits, and which digits it takes for which, then."""
    network, test = timeline.network(timeline.checkpoints[now]), test_set()
    answers, labels = outputs.argmax(axis=1), test.labels[:DIGITS]
    weights, digits, table = st.columns([1, 1, 1.5], gap="large")
    with weights:
        st.markdown("**The first layer's weights**")
        units = network.layers[0].weights[:, :UNITS].T
        st.image(
            weights_picture(np.nan_to_num(units.reshape(-1, 28, 28))),
            alt=f"The weights of {len(units)} units as images, {span(units)}",
            output_format="PNG",
        )
        st.caption(section("train_network", "weights"))
    with digits:
        st.markdown(f"**The first {DIGITS} test digits**")
        if np.isfinite(outputs).all():
            show_live_digits(test.images[:DIGITS], labels, answers.tolist())
            st.caption(f"**{int((answers == labels).sum())} of {DIGITS}** right.")
        else:
            st.markdown(section(PAGE, "no answer"))
    with table:
        counts = _confusion(_identity(timeline), now, timeline)
        if counts is None:
            st.markdown(section(PAGE, "no answer"))
            return
        right = share_in_words(float(counts.trace() / counts.sum()), JUDGED)
        st.markdown(
            f"**{JUDGED:,} test digits, drawn by lot**: {right} are read rightly.", help=section(PAGE, "by lot")
        )
        words = confusion_in_words(counts)
        show_chart(confusion_figure(counts), "confusion-then", words)
        st.caption(f"{words} {section(PAGE, 'confusion then')}")

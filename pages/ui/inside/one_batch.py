"""One batch under the microscope: its digits, their losses, and the error of one of them on its way back."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.data.mnist import CLASSES, scale
from core.descent.narration import number
from core.explain.training_step import StepTrace, next_batch, trace_step
from core.explain.worked_numbers import worked_loss
from core.figures.layers import answers_figure, batch_figure, digit_of_batch_at, layer_figure
from core.figures.pictures import ink_in_words
from core.formatting import percent
from core.narrative import section
from core.nn.network import backward, forward, update
from core.nn.optimizers import OPTIMIZERS
from core.nn.prediction import digit_name, predict
from pages.ui.components.chart import show_chart
from pages.ui.components.number_box import number_box
from pages.ui.inside.gradients import show_gradients, show_update
from pages.ui.inside.stepping import (
    NextUpdateWords,
    is_active,
    show_buttons,
    show_progress,
    start_again,
    stepping_session,
)
from pages.ui.widgets.cached_models import part_of_test_set, training_set
from pages.ui.widgets.learning_rate_slider import choose_rate
from pages.ui.widgets.number_text import plain, share_in_words, short
from pages.ui.widgets.source_viewer import show_source

PAGE = "look_inside"
RATES = [float(f"{digit}e{power}") for power in range(-4, 1) for digit in (1, 2, 3, 5, 7)] + [10.0]
RATE = {"sgd": 0.1, "adam": 0.001}
GUESSED = -math.log(1 / CLASSES)  # the loss of one who gives each digit the same probability
FAR_ABOVE_CHANCE = 2  # times that is far above it
MIN_CHANGE = 0.0005  # a change of the loss that is seen in three decimals
JUDGED = 500  # test digits that are read at each look


def show_one_batch() -> None:
    """Choose how to learn; take updates; see everything about the next one."""
    st.markdown(section(PAGE, "one batch"))
    batch, learning = st.columns([1.1, 1], gap="large")
    with learning:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            optimizer = st.segmented_control(
                "Optimizer",
                list(RATE),
                default="sgd",
                format_func=lambda name: OPTIMIZERS[name].title,
                required=True,
                key="learns_by",
                bind="query-params",
                on_change=_suit_rate,
                help="  \n".join(f"*{OPTIMIZERS[name].title}*: {OPTIMIZERS[name].idea}" for name in RATE),
            )
            words = section(PAGE, "random start")
            seed = number_box("Random start", 0, 999, 0, key="random_start", bind="query-params", width=150, help=words)
            words = section(PAGE, "start again")
            st.button("Start again", on_click=start_again, icon=":material/restart_alt:", help=words)
            optimizer = optimizer or "sgd"  # "?learns_by=" chooses none
        learning_rate = choose_rate("Learning rate", "step_rate", RATES, RATE["sgd"])
        at = stepping_session(seed, optimizer)
        now = trace_step(at.learner, next_batch(training_set(), at.learner), learning_rate)
        show_buttons(at, learning_rate, now)
        going = is_active(at)
        next_update = NextUpdateWords(section(PAGE, "going")) if going else _words_on_next_update(now)
        show_progress(at, learning_rate, next_update)
    if not now.is_finite:
        batch.error(section(PAGE, "not a number"), icon=":material/error:")
        return
    with batch:
        chosen = _show_batch(now)
    _show_there_and_back(now, chosen)
    show_gradients(now)
    show_update(now, learning_rate)
    show_source(forward, backward, update if optimizer == "sgd" else OPTIMIZERS[optimizer].update)


def _suit_rate() -> None:
    st.session_state.step_rate = RATE[st.session_state.learns_by]


def _words_on_next_update(now: StepTrace) -> NextUpdateWords:
    """The loss of the batch before and after the next update, and what to think of it."""
    if not now.is_finite:
        return NextUpdateWords("")
    change = now.loss_after - now.loss
    if not np.isfinite(now.loss_after):
        badge = ":red-badge[the step is far too large]"
    elif change > MIN_CHANGE:
        badge = ":red-badge[rises: too large a step]"
    elif change > -MIN_CHANGE:
        badge = ":gray-badge[hardly changes]"
    elif now.loss_after > FAR_ABOVE_CHANCE * GUESSED:
        badge = f":orange-badge[falls, and is still worse than a guess: {GUESSED:.2f}]"
    else:
        badge = ":green-badge[falls]"
    before, after = plain(now.loss, 3), plain(now.loss_after, 3)
    sentence = f"Loss of these digits now **{before}**, after the next update **{after}** {badge}"
    network, part = now.before.network, part_of_test_set(JUDGED)
    right = float((predict(network, part.images).argmax(axis=1) == part.labels).mean())
    share = share_in_words(right, JUDGED)
    caption = f"Of {JUDGED:,} test digits, drawn by lot, the network reads {share} rightly now."
    return NextUpdateWords(sentence, caption, section(PAGE, "by lot"))


def _show_batch(now: StepTrace) -> int:
    """The digits of the batch; the place of the one that is looked at."""
    count = len(now.digits)
    answers = now.result.outputs.argmax(axis=1)
    right = int((answers == now.digits.labels).sum())
    number_of = now.before.step + 1
    st.markdown(f"**Batch {number_of:,}: the next {count} digits.** {right} are read rightly.")
    st.markdown(section(PAGE, "batch"))  # by itself: the line above may grow, and must not move what is below
    captions = [
        f"{f'<b>{answer} ✓</b>' if answer == label else f'{answer}, not {label}'}<br>loss {short(loss)}"
        for answer, label, loss in zip(answers, now.digits.labels, now.losses, strict=True)
    ]
    wrong = np.flatnonzero(answers != now.digits.labels).tolist()
    st.session_state.setdefault("of_batch", 1)
    st.session_state.of_batch = min(st.session_state.of_batch, count)

    def choose(at: dict[str, float]) -> None:
        if (place := digit_of_batch_at(count, at)) is not None:
            st.session_state.of_batch = place + 1

    chosen = st.session_state.of_batch - 1
    figure = batch_figure(now.digits.images, captions, chosen, wrong)
    show_chart(figure, "batch", _batch_in_words(now), on_click=choose)
    return chosen


def _batch_in_words(now: StepTrace) -> str:
    answers = zip(now.digits.labels, now.result.outputs.argmax(axis=1), now.losses, strict=True)
    each = (f"{digit_name(label)} read as {answer}, loss {loss:.2f}" for label, answer, loss in answers)
    return f"The batch: {', '.join(each)}"


def _loss_in_words(probability: float, loss: float) -> str:
    """The loss of a digit from the probability that it was given, as far as a float can hold that."""
    if probability == 0:
        return f"Its probability is too small for a float; its loss, from the scores, is **{plain(loss)}**."
    probability, loss = worked_loss(probability)
    written = number(probability, 6)
    return f"It gets a probability of {written} so far: its loss is −ln({written}) = **{plain(loss)}**."


def _show_there_and_back(now: StepTrace, chosen: int) -> None:
    st.header("Backpropagation: one digit there and back")
    label = int(now.digits.labels[chosen])
    with st.container(horizontal=True, vertical_alignment="center"):
        number_box(f"Digit, 1 to {len(now.digits)}", 1, len(now.digits), key="of_batch", width=130)
        words = _loss_in_words(float(now.result.outputs[chosen, label]), float(now.losses[chosen]))
        st.markdown(f"It is {digit_name(label)}. {words} {section(PAGE, 'error')}", width="stretch")
    columns = st.columns(4)
    with columns[0]:
        show_chart(
            layer_figure(scale(now.digits.images[chosen]).reshape(-1), "input", "value", of_one="pixel"),
            "there-0",
            f"The pixels of {digit_name(label)}: {ink_in_words(now.digits.images[chosen])}.",
        )
    last = len(now.result.activations) - 1
    for place, (column, activations) in enumerate(zip(columns[1:], now.result.activations, strict=True)):
        error = now.gradients.pre_activations[place][chosen] * len(now.digits)  # of this digit's own loss
        values, title = activations[chosen], f"layer {place + 1}"
        with column:
            if place == last:
                there = answers_figure(values, [percent(float(p)) for p in values], f"{title}: answer", label)
                back = answers_figure(
                    error, [f"{e:+.2f}".replace("-", "−") for e in error], f"{title}: error", label, low=-1
                )
            else:
                there = layer_figure(values, f"{title}: activations", "activation")
                back = layer_figure(error, f"{title}: error", "error")
            show_chart(there, f"there-{place + 1}", f"{title}: {_largest_in_words('activation', values)}")
            show_chart(back, f"back-{place + 1}", f"{title}: {_largest_in_words('error', error)}")


def _largest_in_words(name: str, values: npt.NDArray[np.floating[Any]]) -> str:
    unit = int(np.abs(values).argmax())
    return f"the largest {name} is {plain(float(values[unit]))}, of unit {unit}"

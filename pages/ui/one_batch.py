"""One batch under the microscope: its digits, their losses, and the error of one of them on its way back."""

import numpy as np
import streamlit as st

from core.descent.optimizers import OPTIMIZERS
from core.descent.rates import scale as rate_scale
from core.digits import scale
from core.figures.layers import answers_figure, batch_figure, digit_of_batch_at, layer_figure
from core.microscope import Learner, Update, look, next_batch
from core.narrative import section
from core.network import backward, forward, update
from core.recognition import a_digit
from pages.ui.answers import percent
from pages.ui.bundled import training_set
from pages.ui.gradients import show_gradients, show_update
from pages.ui.learning_rates import choose_rate
from pages.ui.live_chart import show_live_chart
from pages.ui.numbers import plain
from pages.ui.source import show_source
from pages.ui.steps import show_buttons, show_curve, start_again, stepped

PAGE = "look_inside"
RATES = rate_scale(-4, 1)
RATE = {"sgd": 0.1, "adam": 0.001}


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
            )
            seed = st.number_input("Random start", 0, 999, 0, key="random_start", bind="query-params", width=130)
            st.button("Start again", on_click=start_again, icon=":material/restart_alt:")
        learning_rate = choose_rate("Learning rate", "step_rate", RATES, RATE["sgd"])
        at = stepped(seed, optimizer)
        now = look(at.learner, next_batch(training_set(), at.learner), learning_rate)
        _say_what_comes(now)
        show_buttons(at, learning_rate, now)
        show_curve(at, learning_rate)
    if not now.is_finite:
        batch.error(section(PAGE, "not a number"), icon=":material/error:")
        return
    with batch:
        chosen = _show_batch(at.learner, now)
    _show_there_and_back(now, chosen)
    show_gradients(now)
    show_update(at.learner, now, learning_rate)
    show_source(forward, backward, update if optimizer == "sgd" else OPTIMIZERS[optimizer].update)


def _suit_rate() -> None:
    st.session_state.step_rate = RATE[st.session_state.learns_by]


def _say_what_comes(now: Update) -> None:
    if not now.is_finite:
        return
    if not np.isfinite(now.loss_after):
        then = ":red-badge[no number any more] The step is far too large."
    else:
        falls = now.loss_after < now.loss
        then = f"**{now.loss_after:.3f}** " + (
            ":green-badge[falls]" if falls else ":red-badge[rises: too large a step]"
        )
    st.markdown(f"Loss of these digits now **{now.loss:.3f}**, after the next update {then}")


def _show_batch(learner: Learner, now: Update) -> int:
    """The digits of the batch; the place of the one that is looked at."""
    count = len(now.digits)
    answers = now.result.outputs.argmax(axis=1)
    right = answers == now.digits.labels
    st.markdown(
        f"**Batch {learner.step + 1:,}: the next {count} digits.** {int(right.sum())} are read rightly. "
        f"{section(PAGE, 'batch')}"
    )
    captions = [
        f"<b>{answer}✓</b> {loss:.2f}" if is_right else f"{answer}✗ {loss:.2f}"
        for answer, is_right, loss in zip(answers, right, now.losses, strict=True)
    ]
    st.session_state.setdefault("of_batch", 1)
    st.session_state.of_batch = min(st.session_state.of_batch, count)

    def choose(at: dict[str, float]) -> None:
        if (place := digit_of_batch_at(count, at)) is not None:
            st.session_state.of_batch = place + 1

    chosen = st.session_state.of_batch - 1
    show_live_chart(batch_figure(now.digits.images, captions, chosen), "batch", _batch_in_words(now), on_click=choose)
    return chosen


def _batch_in_words(now: Update) -> str:
    said = zip(now.digits.labels, now.result.outputs.argmax(axis=1), now.losses, strict=True)
    return "The batch: " + ", ".join(f"a {label} read as {answer}, loss {loss:.2f}" for label, answer, loss in said)


def _show_there_and_back(now: Update, chosen: int) -> None:
    st.subheader("There and back: one digit of the batch")
    label = int(now.digits.labels[chosen])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.number_input(f"Digit, 1 to {len(now.digits)}", 1, len(now.digits), key="of_batch", width=130)
        right = now.result.outputs[chosen, label]
        st.markdown(
            f"It is {a_digit(label)}, and gets a probability of {percent(float(right))} so far: its loss is "
            f"−log({plain(float(right))}) = **{plain(float(now.losses[chosen]))}**. {section(PAGE, 'error')}",
            width="stretch",
        )
    columns = st.columns(4)
    with columns[0]:
        show_live_chart(
            layer_figure(scale(now.digits.images[chosen]).reshape(-1), "input", "value", of_one="pixel"),
            "there-0",
            f"The pixels of {a_digit(label)}",
        )
    last = len(now.result.activations) - 1
    for number, (column, activations) in enumerate(zip(columns[1:], now.result.activations, strict=True)):
        error = now.gradients.errors[number][chosen] * len(now.digits)  # of this digit's own loss
        values, title = activations[chosen], f"layer {number + 1}"
        with column:
            if number == last:
                there = answers_figure(values, [percent(float(p)) for p in values], f"{title}: answer", label)
                back = answers_figure(error, [f"{e:+.2f}" for e in error], f"{title}: error", label, low=-1)
            else:
                there = layer_figure(values, f"{title}: activations", "activation")
                back = layer_figure(error, f"{title}: error", "error")
            show_live_chart(there, f"there-{number + 1}", f"{title}: the largest activation is {values.max():.3g}")
            show_live_chart(back, f"back-{number + 1}", f"{title}: the largest error is {np.abs(error).max():.2g}")

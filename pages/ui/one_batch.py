"""One batch under the microscope: forward, loss, the error on its way back, gradients, and the update in numbers."""

import numpy as np
import streamlit as st

from core.descent.optimizers import OPTIMIZERS
from core.descent.rates import scale as rate_scale
from core.digits import SIDE, scale
from core.figures.layers import answers_figure, batch_figure, digit_of_batch_at, layer_figure
from core.figures.training import gradients_figure, weights_picture
from core.microscope import (
    Learner,
    Update,
    largest_units,
    look,
    moved_most,
    next_batch,
    nudge,
    sizes,
    unmoved_by,
)
from core.narrative import section
from core.network import backward, forward, update
from core.recognition import a_digit
from core.written_out import FINE, FINEST, nudge_written_out, update_written_out
from pages.ui.answers import percent
from pages.ui.bundled import training_set
from pages.ui.learning_rates import choose_rate
from pages.ui.live_chart import show_live_chart
from pages.ui.numbers import plain, table
from pages.ui.source import show_source
from pages.ui.steps import show_buttons, show_curve, start_again, stepped

PAGE = "look_inside"
RATES = rate_scale(-4, 1)
RATE = {"sgd": 0.1, "adam": 0.001}
UNITS = 12  # of the first layer whose gradients are shown


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
    if not np.isfinite(now.loss):
        batch.error(section(PAGE, "not a number"), icon=":material/error:")
        return
    with batch:
        chosen = _show_batch(at.learner, now)
    _show_there_and_back(now, chosen)
    _show_gradients(now)
    _show_update(at.learner, now, learning_rate)
    _show_nudge(at.learner, now)
    show_source(forward, backward, update if optimizer == "sgd" else OPTIMIZERS[optimizer].update)


def _suit_rate() -> None:
    st.session_state.step_rate = RATE[st.session_state.learns_by]


def _say_what_comes(now: Update) -> None:
    if not np.isfinite(now.loss):
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


def _show_gradients(now: Update) -> None:
    st.subheader("The gradients: all 32 digits together")
    st.markdown(section(PAGE, "gradients"))
    pictures, lengths = st.columns([1.4, 1], gap="large")
    first = now.gradients.weights[0]
    units = largest_units(first, UNITS)
    with pictures:
        st.image(
            weights_picture(first[:, units].T.reshape(-1, 28, 28), columns=6, block=3),
            alt=f"The gradients of {UNITS} units as images",
            output_format="PNG",
        )
        st.caption(f"Layer 1, the {UNITS} units with the longest gradient. {section(PAGE, 'gradient pictures')}")
    with lengths:
        of_layers = sizes(now.gradients)
        in_words = ", ".join(f"layer {number}: {size:.2g}" for number, size in enumerate(of_layers, 1))
        show_live_chart(gradients_figure(of_layers), "gradient-lengths", f"Length of the gradient: {in_words}.")
        st.caption(section(PAGE, "lengths"))
        silent = unmoved_by(now.result)
        st.markdown(
            "Units that give 0 to all digits of this batch, so that no gradient passes through them: "
            + ", ".join(
                f"**{count}** of {a.shape[1]} in layer {n}"
                for n, (count, a) in enumerate(zip(silent, now.result.activations, strict=False), 1)
            )
            + "."
        )


def _show_update(learner: Learner, now: Update, learning_rate: float) -> None:
    st.subheader("The update, in numbers")
    adam = learner.optimizer == "adam"
    st.markdown(section(PAGE, "update adam" if adam else "update"))
    moved = moved_most(learner, now)
    rows = []
    for rank, weight in enumerate(moved, 1):
        step = update_written_out(weight, learning_rate, learner.optimizer)
        middle = plain(step.step, FINE) if adam else f"{learning_rate:g} × {plain(step.gradient, FINE)}"
        rows.append(
            (
                f"{rank}. {_place(weight.layer, weight.input, weight.unit)}",
                plain(step.before, FINE),
                *([plain(step.gradient, FINE)] if adam else []),
                f"− {middle}",
                f"= **{plain(step.after, FINE)}**",
            )
        )
    heads = (
        "weight",
        "w before",
        *(["gradient"] if adam else []),
        "− step" if adam else "− learning rate × gradient",
        "w after",
    )
    st.markdown(table(heads, rows))


def _place(layer: int, source: int, unit: int) -> str:
    came = f"row {source // SIDE}, column {source % SIDE}" if layer == 0 else f"unit {source}"
    return f"layer {layer + 1}: {came} → unit {unit}"


NUDGES = [-0.1, -0.01, -0.001, 0.001, 0.01, 0.1, 1.0]


def _show_nudge(learner: Learner, now: Update) -> None:
    st.subheader("Check a gradient by hand")
    st.markdown(section(PAGE, "nudge"))
    moved = moved_most(learner, now)
    if not moved:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rank = st.segmented_control(
            "Weight, by its place in the table", list(range(1, len(moved) + 1)), default=1, required=True, key="nudged"
        )
        by = st.select_slider(
            "Nudge it by",
            NUDGES,
            0.001,
            format_func=lambda value: f"{value:+g}".replace("-", "−"),
            key="nudge_by",
            width=260,
        )
    weight = moved[rank - 1]
    said = nudge_written_out(nudge(learner, now.digits, weight, by))
    rows = [
        ("loss of the batch", plain(said.loss, FINEST)),
        (
            f"gradient × nudge = {plain(said.gradient, FINEST)} × {said.by:g}".replace("-", "−"),
            plain(said.change, FINEST),
        ),
        ("so the gradient foretells", f"**{plain(said.foretold, FINEST)}**"),
        ("measured, with the weight nudged", f"**{plain(said.measured, FINEST)}**"),
    ]
    st.markdown(table(("", "loss"), rows))

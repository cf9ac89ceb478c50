"""A batch's gradients, and the update that they make, in numbers that can be checked by hand."""

from collections.abc import Sequence

import streamlit as st

from core.data.mnist import SIDE
from core.explain.training_step import (
    StepTrace,
    WeightUpdate,
    dead_unit_counts,
    finite_difference,
    gradient_norms,
    largest_units,
    largest_updates,
)
from core.explain.worked_numbers import LOSS_DECIMALS, UPDATE_DECIMALS, worked_prediction, worked_update
from core.figures.training import gradients_figure, weights_picture
from core.narrative import section
from pages.ui.components.chart import show_chart
from pages.ui.widgets.number_text import bracketed, plain, span, table

PAGE = "look_inside"
UNITS = 12  # of the first layer whose gradients are shown
NUDGES = [-0.1, -0.01, -0.001, 0.001, 0.01, 0.1, 1.0]


def show_gradients(now: StepTrace) -> None:
    """Each layer's gradient: as images, its length, and the units that it does not pass."""
    st.header("The gradients: all 32 digits together")
    st.markdown(section(PAGE, "gradients"))
    pictures, lengths = st.columns([1.4, 1], gap="large")
    first = now.gradients.weights[0]
    units = largest_units(first, UNITS)
    with pictures:
        st.image(
            weights_picture(first[:, units].T.reshape(-1, 28, 28), columns=6, block=3),
            alt=f"The gradients of {UNITS} units as images, {span(first[:, units])}",
            output_format="PNG",
        )
        st.caption(f"Layer 1, the {UNITS} units with the longest gradient. {section(PAGE, 'gradient pictures')}")
    with lengths:
        of_layers = gradient_norms(now.gradients)
        in_words = ", ".join(f"layer {number}: {size:.2g}" for number, size in enumerate(of_layers, 1))
        show_chart(gradients_figure(of_layers), "gradient-lengths", f"Length of the gradient: {in_words}.")
        st.caption(section(PAGE, "lengths"))
        silent = dead_unit_counts(now.result)
        st.markdown(
            "Units that give 0 to all digits of this batch, so that no gradient passes through them: "
            + ", ".join(
                f"**{count}** of {a.shape[1]} in layer {n}"
                for n, (count, a) in enumerate(zip(silent, now.result.activations, strict=False), 1)
            )
            + "."
        )


def show_update(now: StepTrace, learning_rate: float) -> None:
    """The weights that the update moves farthest, in numbers; and the gradient of one of them, checked by hand."""
    st.header("The update, in numbers")
    adam = now.before.optimizer == "adam"
    st.markdown(section(PAGE, "update adam" if adam else "update"))
    moved = largest_updates(now)
    rows = []
    for rank, weight in enumerate(moved, 1):
        step = worked_update(weight, learning_rate, now.before.optimizer)
        gradient = bracketed(plain(step.gradient, UPDATE_DECIMALS))
        middle = plain(step.step, UPDATE_DECIMALS) if adam else f"{learning_rate:g} × {gradient}"
        rows.append(
            (
                f"{rank}. {_place(weight.layer, weight.input, weight.unit)}",
                plain(step.before, UPDATE_DECIMALS),
                *([plain(step.gradient, UPDATE_DECIMALS)] if adam else []),
                middle,
                f"**{plain(step.after, UPDATE_DECIMALS)}**",
            )
        )
    heads = (
        "weight: from → to",
        "w before",
        *(["gradient"] if adam else []),
        "− step" if adam else "− learning rate × gradient",
        "= w after",
    )
    st.markdown(table(heads, rows))
    if moved:
        _show_nudge(now, moved)


def _place(layer: int, source: int, unit: int) -> str:
    came = f"row {source // SIDE}, column {source % SIDE}" if layer == 0 else f"{source}"
    return f"layer {layer + 1}: {came} → {unit}"


def _show_nudge(now: StepTrace, moved: Sequence[WeightUpdate]) -> None:
    st.header("Check a gradient by hand")
    st.markdown(section(PAGE, "nudge"))
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
    difference = worked_prediction(finite_difference(now.before, now.digits, weight, by))
    rows = [
        ("loss of the batch", plain(difference.loss, LOSS_DECIMALS)),
        (
            f"gradient × nudge = {plain(difference.gradient, LOSS_DECIMALS)} × "
            f"{bracketed(f'{difference.delta:g}'.replace('-', '−'))}",
            plain(difference.change, LOSS_DECIMALS),
        ),
        ("so the gradient foretells", f"**{plain(difference.predicted, LOSS_DECIMALS)}**"),
        ("measured, with the weight nudged", f"**{plain(difference.measured, LOSS_DECIMALS)}**"),
        ("difference", plain(difference.measured - difference.predicted, LOSS_DECIMALS)),
    ]
    st.markdown(table(("what", "loss"), rows))

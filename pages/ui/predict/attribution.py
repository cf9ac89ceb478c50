"""Which pixels spoke for an answer and against it."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.drawing.strokes import Picture
from core.explain.attribution import Attribution, attribute
from core.explain.worked_numbers import worked_score
from core.figures.pictures import diverging
from core.formatting import percent
from core.narrative import section
from core.nn.prediction import Prediction
from core.pretrained.registry import Model
from pages.ui.widgets.predictions import choose_network

PAGE = "draw_digit"
FULL_COLOUR = 0.95  # of the pixels that said anything are fainter
SIZE = 168  # pixels of the screen: six for each of the image's


def show_attribution(models: Sequence[Model], image: Picture, answers: dict[str, Prediction]) -> None:
    """For one network, the pixels that spoke for its answer and for the runner-up."""
    st.header("Which pixels decided?")
    st.markdown(section(PAGE, "evidence"))
    model = choose_network(models, key="evidence_of")
    if model is None:
        return
    answer = answers[model.title]
    parts = attribute(model.network, image, (answer.digit, answer.runner_up))
    sizes = np.abs([part.contributions for part in parts])
    full = float(np.quantile(sizes[sizes > 0], FULL_COLOUR)) if sizes.any() else 1.0
    straight = all(layer.activation in ("relu", "linear") for layer in model.network.layers[:-1])
    with st.container(horizontal=True, gap="large"):
        for part, role in zip(parts, ("the answer", "the runner-up"), strict=True):
            with st.container(width=300):
                st.markdown(f"**{part.digit}**, {role}: {percent(answer.probabilities[part.digit])}")
                _show(part, full, "the biases" if straight else "the rest")


def _show(part: Attribution, full: float, rest: str) -> None:
    score = worked_score(part)
    st.image(
        diverging(part.contributions, full).repeat(6, axis=0).repeat(6, axis=1),
        width=SIZE,
        output_format="PNG",
        alt=f"Pixels that spoke for {part.digit} in blue, {score.spoke_for}, "
        f"against it in orange, {score.spoke_against}",
    )
    st.caption(
        f"score {score.score} = :blue[{score.spoke_for}] :orange[− {score.spoke_against}] "
        f"{'+' if score.rest >= 0 else '−'} {abs(score.rest)} (from {rest})"
    )

"""Which pixels spoke for an answer and against it."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.evidence import Evidence, evidence
from core.figures.pictures import signed
from core.models import Model
from core.narrative import section
from core.recognition import Answer
from core.strokes import Picture
from pages.ui.answers import choose_network, percent

PAGE = "draw_digit"
FULL_COLOUR = 0.95  # of the pixels that said anything are fainter
SIZE = 168  # pixels of the screen: six for each of the image's


def show_evidence(models: Sequence[Model], image: Picture, answers: dict[str, Answer]) -> None:
    """For one network, the pixels that spoke for its answer and for the runner-up."""
    st.header("Which pixels decided?")
    st.markdown(section(PAGE, "evidence"))
    model = choose_network(models, key="evidence_of")
    if model is None:
        return
    answer = answers[model.title]
    parts = evidence(model.network, image, (answer.digit, answer.runner_up))
    said = np.abs([part.shares for part in parts])
    full = float(np.quantile(said[said > 0], FULL_COLOUR)) if said.any() else 1.0
    straight = all(layer.activation in ("relu", "linear") for layer in model.network.layers[:-1])
    with st.container(horizontal=True, gap="large"):
        for part, role in zip(parts, ("the answer", "the runner-up"), strict=True):
            with st.container(width=300):
                st.markdown(f"**{part.digit}**, {role}: {percent(answer.probabilities[part.digit])}")
                _show(part, full, "the biases" if straight else "the rest")


def _show(part: Evidence, full: float, rest: str) -> None:
    for_it, against = float(part.shares.clip(min=0).sum()), float(part.shares.clip(max=0).sum())
    st.image(
        signed(part.shares, full).repeat(6, axis=0).repeat(6, axis=1),
        width=SIZE,
        output_format="PNG",
        alt=f"Pixels that spoke for {part.digit} in blue, {for_it:.1f}, and against it in orange, {against:.1f}",
    )
    st.caption(
        f"score {part.score:.1f} = :blue[{for_it:.1f}] :orange[− {-against:.1f}] "
        f"{'+' if part.constant >= 0 else '−'} {abs(part.constant):.1f} (from {rest})"
    )

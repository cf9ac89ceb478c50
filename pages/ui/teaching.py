"""Teach it my digits: a network is trained on for some seconds with the drawings that were corrected.

What it gains on them and what it loses on the test set are shown side by side.
"""

from typing import Any

import numpy as np
import streamlit as st

from core.collection import to_npz
from core.figures.pictures import sheet
from core.models import MODELS, Model, network_from_safetensors
from core.narrative import section
from core.network import Network
from core.recognition import predict
from core.training.config import TrainingConfig
from core.training.run_folder import Run
from pages.ui.runs import begin_run
from pages.ui.session import session

PAGE = "train_network"
SHOWN_AN_EPOCH = 1000  # drawings, repeated: enough to be noticed among 5,000 digits
OTHERS = 5000  # training digits between them, so that these are not forgotten


def teaching_settings(network: Network, drawings: int) -> TrainingConfig:
    """How a network is trained on: two epochs of small steps, the drawings among other digits."""
    hidden = network.layers[:-1]
    return TrainingConfig(
        hidden_layers=tuple(layer.biases.size for layer in hidden),
        activation=hidden[0].activation if hidden else "relu",
        loss="binary_crossentropy" if network.layers[-1].activation == "sigmoid" else "categorical_crossentropy",
        learning_rate=0.0005,
        epochs=2,
        training_images=OTHERS,
        distortion=1.0,
        own_drawings=drawings,
        own_weight=max(1, min(100, SHOWN_AN_EPOCH // drawings)),
    )


def _teach(content: bytes, title: str) -> None:
    collection = session().collection
    config = teaching_settings(network_from_safetensors(content), len(collection))
    begin_run(config, f"{title}, taught", {"drawings.npz": to_npz(collection), "begin.safetensors": content})


def show_teaching(run: Run) -> None:
    """A button that trains a run's network on with one's own drawings, when there are some."""
    if count := len(session().collection):
        st.button(
            f"Teach it my {count} drawing{'s' if count > 1 else ''}",
            icon=":material/school:",
            help=section(PAGE, "teach"),
            on_click=lambda: _teach((run.path / "model.safetensors").read_bytes(), run.about()["title"]),
        )


def show_teaching_of_bundled(model: Model) -> None:
    """The same for a bundled network, from the draw page."""
    if st.button(f"Teach them to “{model.title}”", icon=":material/school:", help=section(PAGE, "teach")):
        _teach((MODELS / f"{model.name}.safetensors").read_bytes(), model.title)
        st.switch_page("pages/train_network.py")


def show_lesson_learned(run: Run, scores: dict[str, Any]) -> None:
    """Before and after, on one's own drawings and on the test set."""
    with np.load(run.path / "drawings.npz", allow_pickle=False) as drawings:
        images, meant = drawings["x"], drawings["y"]
    after = predict(network_from_safetensors((run.path / "model.safetensors").read_bytes()), images).argmax(axis=1)
    lines = [f"- Your {len(meant)} drawings: **{(after == meant).mean():.0%}** right"]
    said = [f"{label} → {now}" for label, now in zip(meant, after, strict=True)]
    if (run.path / "begin.safetensors").exists():
        begin = network_from_safetensors((run.path / "begin.safetensors").read_bytes())
        before = predict(begin, images).argmax(axis=1)
        lines[0] += f", {(before == meant).mean():.0%} before"
        lines.append(f"- Test digits: **{scores['accuracy']:.2%}**, {scores['accuracy_before']:.2%} before")
        said = [f"{label}: {old} → {new}" for label, old, new in zip(meant, before, after, strict=True)]
    st.markdown("\n".join(lines))
    st.image(sheet(list(images[-40:])), alt=f"Your drawings: {', '.join(said[-40:])}", output_format="PNG")
    st.caption(f"{section(PAGE, 'lesson')} {' · '.join(said[-40:])}")

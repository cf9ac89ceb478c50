"""Teach it my digits: a network is trained on for some seconds with the drawings that were corrected.

What it gains on them and what it loses on the test set are shown side by side.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.bundled_files import BundledFileError
from core.importers.drawings_file import to_npz
from core.narrative import section
from core.nn.network import MAX_LAYERS, MAX_UNITS, Network
from core.nn.prediction import predict
from core.nn.weights_file import network_from_safetensors
from core.plain_text import plain
from core.pretrained.registry import Model
from core.runs.array_files import read_user_drawings
from core.runs.config import TrainingConfig
from core.runs.errors import reading
from core.runs.run import INITIAL_WEIGHTS, MODEL, USER_DRAWINGS, Run
from core.runs.settings import SETTINGS
from pages.ui.runs.begin import begin_run
from pages.ui.runs.kept_model import YOURS, network_of_run
from pages.ui.shell.navigation import button_to
from pages.ui.shell.session import session
from pages.ui.widgets.digit_images import show_digit

PAGE = "train_network"
SHOWN_AN_EPOCH = 1000  # drawings, repeated: enough to be noticed among 5,000 digits
SHOWN = 24  # drawings with their answers
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
        validate_on="test",  # what a network has learned from before may hold any digit of the training set
        distortion=1.0,
        own_drawings=drawings,
        own_weight=max(1, min(100, SHOWN_AN_EPOCH // drawings)),
    )


def can_be_taught(network: Network) -> bool:
    """Whether a training here can build such a network: small, one activation in all hidden layers, plain pixels."""
    hidden = network.layers[:-1]
    kinds = {layer.activation for layer in hidden}
    is_small = len(hidden) <= MAX_LAYERS and all(layer.biases.size <= MAX_UNITS for layer in hidden)
    return is_small and not network.norm and len(kinds) <= 1 and kinds <= set(SETTINGS["activation"].choices)


def _teach(run_id: str, title: str) -> None:
    collection, run = session().collection, Run.find(run_id)
    try:
        content = run.file(MODEL).read_bytes() if run else b""
    except (OSError, BundledFileError):
        content = b""
    if not content:
        st.toast("This network is not here any more.", icon=":material/error:")
        return
    config = teaching_settings(network_from_safetensors(content), len(collection))
    begin_run(config, f"{title}, taught", {USER_DRAWINGS: to_npz(collection), INITIAL_WEIGHTS: content})


def show_teaching(run: Run) -> None:
    """A button that trains a run's network on with one's own drawings, when there are some. In a fragment."""
    model = network_of_run(run)
    if model and can_be_taught(model.network) and (count := len(session().collection)):
        label = f"Teach it my {_drawings(count)}"
        teach = (run.id, run.metadata().title)
        st.button(label, icon=":material/school:", help=section(PAGE, "teach"), on_click=_teach, args=teach)


def show_teaching_of_model(model: Model) -> None:
    """The same for a network that answers on the draw page: a bundled one, or one's own."""
    if not can_be_taught(model.network):
        return
    name, title = model.name, model.title  # a callback lives as long as its session: not with a network in it

    def teach() -> None:
        _teach(name, title.removeprefix(YOURS))

    label = f"Teach them to “{plain(title)}”"
    button_to("train_network", label, before=teach, icon=":material/school:", help=section(PAGE, "teach"))


def show_lesson_learned(run: Run, scores: dict[str, Any]) -> None:
    """Before and after, on one's own drawings and on the test set: what it gained, and at what price.

    Raises:
        RunError: the run was deleted, or its drawings or its network are damaged.
    """
    drawings = read_user_drawings(run)
    if drawings is None:
        return
    images, meant = drawings.images, drawings.labels
    after = _answers(run, MODEL, images)
    right = int((after == meant).sum())
    if (run.path / INITIAL_WEIGHTS).exists() and "accuracy_before" in scores:
        before = _answers(run, INITIAL_WEIGHTS, images)
        gained = right - int((before == meant).sum())
        lost = round(10_000 * (scores["accuracy_before"] - scores["accuracy"]))
        st.markdown(
            f"- Of your {_drawings(len(meant))} it reads **{right}** as you meant them: {abs(gained)} "
            f"{'more' if gained >= 0 else 'fewer'} than before.\n"
            f"- Of the 10,000 test digits it reads **{abs(lost)}** {'fewer' if lost >= 0 else 'more'} than before: "
            f"{_share(scores['accuracy'])} instead of {_share(scores['accuracy_before'])}."
        )
        captions = [f"{label}: {old} → {new}" for label, old, new in zip(meant, before, after, strict=True)]
    else:
        st.markdown(f"- Of your {_drawings(len(meant))} it reads **{right}** as you meant them.")
        captions = [f"{label}: {answer}" for label, answer in zip(meant, after, strict=True)]
    with st.grid("auto", min_column_width=72, gap="small"):
        for image, words in list(zip(images, captions, strict=True))[-SHOWN:]:
            with st.container(gap="xxsmall", horizontal_alignment="center"):
                show_digit(image, f"Your drawing, {words}", 56)
                st.caption(words, text_alignment="center")
    st.caption(section(PAGE, "lesson"))


def _answers(run: Run, file: str, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    with reading(run.path):
        return _answers_of(str(run.path / file), (run.path / file).stat().st_mtime_ns, images)


@st.cache_data(show_spinner=False, max_entries=32)  # a run that could go on is looked at every few seconds
def _answers_of(file: str, written: int, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    return predict(network_from_safetensors(Path(file).read_bytes()), images).argmax(axis=1)


def _share(accuracy: float) -> str:
    return f"{100 * accuracy:.2f} %"


def _drawings(count: int) -> str:
    return "1 drawing" if count == 1 else f"{count} drawings"

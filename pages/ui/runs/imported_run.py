"""A network from a file: how it is built is all that can be said of it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.importers.calibration import MIN_PLAUSIBLE_ACCURACY
from core.importers.weights_only import TRIED
from core.narrative import section
from core.plain_text import plain
from core.runs.run import Run
from pages.ui.runs.kept_model import network_of_run
from pages.ui.runs.own_runs import look_at
from pages.ui.widgets.number_text import table

PAGE = "train_network"
BRING = "bring"
TEST_DIGITS = 10_000
PIXELS = {"0 to 255": "from 0 to 255", "-1 to 1": "from −1 to 1", "-0.5 to 0.5": "from −0.5 to 0.5"}


def found_in_words(found: Mapping[str, Any], accuracy: float) -> list[str]:
    """What the file of a network did not say, and how it was found out; nothing of what has a default."""
    if not found:
        return []
    words = [section(BRING, "lost")] * (accuracy < MIN_PLAUSIBLE_ACCURACY)
    words += [section(BRING, "softmax")] * found.get("softmax_added", False)
    if name := found.get("activation"):
        words.append(section(BRING, "activation").format(name=name, count=len(TRIED)))
    words += [section(BRING, "turned")] * found.get("turned", False)
    if (unprepared := found.get("unprepared")) is not None:
        pixels = PIXELS.get(found["pixels"]) or section(BRING, f"pixels {found['pixels']}")
        tried = "" if found["tried"] == TEST_DIGITS else f" of {found['tried']:,} test digits"
        words.append(section(BRING, "pixels").format(pixels=pixels, share=f"{100 * unprepared:.2f} %{tried}"))
    return words


def show_imported(run: Run) -> None:
    """Its name, its layers as a table, and the way to a training."""
    st.markdown(f"**{plain(run.metadata().title)}** :violet-badge[imported] {section(PAGE, 'imported')}")
    if model := network_of_run(run):
        rows = [
            (str(number), f"{layer.biases.size:,}", layer.activation, f"{layer.weights.size + layer.biases.size:,}")
            for number, layer in enumerate(model.network.layers, 1)
        ]
        st.markdown(table(("layer", "units", "activation", "parameters"), rows))
        accuracy = (run.scores() or {}).get("accuracy", 1.0)
        if words := found_in_words(run.metadata().found or {}, accuracy):
            st.markdown(" ".join(words))
    st.button("New settings", icon=":material/tune:", on_click=look_at, args=(None,))

"""A network from a file: how it is built is all that can be said of it."""

import streamlit as st

from core.narrative import section
from core.plain_text import plain
from core.training.run_folder import Run
from pages.ui.numbers import table
from pages.ui.own_network import network_of_run
from pages.ui.runs import look_at

PAGE = "train_network"


def show_imported(run: Run) -> None:
    """Its name, its layers as a table, and the way to a training."""
    st.markdown(f"**{plain(run.about()['title'])}** :violet-badge[imported] {section(PAGE, 'imported')}")
    if model := network_of_run(run):
        rows = [
            (str(number), f"{layer.biases.size:,}", layer.activation, f"{layer.weights.size + layer.biases.size:,}")
            for number, layer in enumerate(model.network.layers, 1)
        ]
        st.markdown(table(("layer", "units", "activation", "parameters"), rows))
    st.button("New settings", icon=":material/tune:", on_click=look_at, args=(None,))

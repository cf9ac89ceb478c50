"""What is said before somebody begins a training that nobody would train now."""

import streamlit as st

from core.narrative import section
from core.runs.service_client import FAILING, SILENT
from pages.ui.shell.training_service import training_service


def show_trouble() -> None:
    """A sentence where the training service cannot start, or does not answer; else nothing."""
    state = training_service().state()
    if state.kind in (FAILING, SILENT):
        words = f"{section('train_network', f'service {state.kind}')} {state.reason}"
        st.warning(words, icon=":material/engineering:")

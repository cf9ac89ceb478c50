"""What a training will be, before it begins."""

import streamlit as st

from core.formatting import MEGABYTE
from core.runs.config import TrainingConfig
from core.runs.eta import duration_in_words, expected_seconds
from pages.ui.runs.waiting_time import speed
from pages.ui.widgets.live_part import live_part

MIN_STARTUP_SECONDS = 1.0  # a shorter one is not worth a word


def show_cost(config: TrainingConfig) -> None:
    """Parameters, updates, time and memory; until this machine is measured, one looks again."""

    @st.fragment(run_every=2.0 if speed() is None else None)
    def show_now() -> None:
        measured, updates = speed(), config.updates
        expected, start = "being measured", ""
        if measured:
            expected = f"about {duration_in_words(expected_seconds(config, measured))}"
            if measured.startup_seconds >= MIN_STARTUP_SECONDS:
                start = f", the first {duration_in_words(measured.startup_seconds)} of them to start"
        st.markdown(
            f"- **{config.parameter_count:,}** parameters, the weights and biases\n"
            f"- **{config.updates_per_epoch:,}** updates an epoch, {updates:,} in all\n"
            f"- Time on this machine: **{expected}**{start}\n"
            f"- Memory: about {config.estimated_memory_bytes / MEGABYTE:,.0f} MB"
        )

    with live_part("cost"):
        show_now()

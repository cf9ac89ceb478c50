"""A run that is finished is trained on, as if it had been given more epochs from the beginning."""

from dataclasses import replace

import streamlit as st

from core.narrative import section
from core.runs.config import TrainingConfig
from core.runs.limits import why_not_trained
from core.runs.run import TRAINING_STATE, Run
from core.runs.settings import SETTINGS
from core.runs.states import RunState
from pages.ui.components.number_box import for_good_numbers, number_box
from pages.ui.runs.run_commands import permissions_of, refused_in_words

PAGE = "train_network"


def can_be_longer(run: Run, config: TrainingConfig) -> bool:
    """Whether it is finished, has its exact state, and is no run of a sweep: these all have the same epochs.

    With a schedule its last updates would have been others, had there been more.
    """
    about = run.metadata()
    return (
        run.status().state == RunState.FINISHED
        and config.epochs < SETTINGS["epochs"].maximum
        and config.learning_rate_schedule == "constant"
        and (run.path / TRAINING_STATE).exists()
        and not about.brought
        and not about.sweep
    )


def show_more_epochs(run: Run, config: TrainingConfig) -> None:
    """How many more, and the button."""
    with st.popover("More epochs", icon=":material/fast_forward:"):
        st.markdown(section(PAGE, "more epochs"))
        most = int(SETTINGS["epochs"].maximum) - config.epochs
        key = f"more-{run.id}"
        more = number_box("More epochs", 1, most, min(config.epochs, most), key=key, width=160)
        longer = replace(config, epochs=config.epochs + more)

        def train_on() -> None:
            now = replace(config, epochs=config.epochs + st.session_state[key])  # typed, maybe, just before the press
            if refused := why_not_trained(now):
                st.toast(refused, icon=":material/memory:")
                return
            with refused_in_words(section(PAGE, "no more epochs")):
                permissions_of(run).train_more_epochs(now.epochs)

        if refused := why_not_trained(longer):
            st.error(refused, icon=":material/memory:")
        for_good_numbers("longer").button("Train on", type="primary", on_click=train_on, disabled=refused is not None)

"""Which training is looked back at: a bundled one, or one of this visitor's with its checkpoints."""

import streamlit as st

from core.bundled_files import BundledFileError
from core.narrative import section
from core.runs.run import CHECKPOINTS, Run
from core.runs.timeline import CheckpointTimeline, timeline_of_run
from pages.ui.runs.own_runs import own_runs, own_runs_by_name

DEFAULT_TRAINING = "article"


def choose_training() -> CheckpointTimeline:
    """A training by its moments. The article's is there from the first visit.

    Raises:
        BundledFileError: the bundled one is chosen, and its files are missing or damaged.
    """
    names = {DEFAULT_TRAINING: "As in the article (bundled)"}
    for _, name, mine in own_runs_by_name(own_runs()):
        metadata = mine.metadata_or_none()
        if metadata and metadata.config:  # a network from a file tells nothing of its training
            names[mine.id] = name
    key = st.selectbox(
        "Training",
        list(names),
        format_func=lambda key: names[key],
        key="training",
        persist_state="session",
        width=260,
        help=section("look_inside", "training"),
    )
    if (run := Run.find(key)) and (timeline := timeline_of_run(run)):
        return timeline
    if key != DEFAULT_TRAINING:
        st.caption("This run has kept no moments yet. Here is the article's.")
    run = Run.pretrained(DEFAULT_TRAINING)
    if (timeline := timeline_of_run(run)) is None:
        raise BundledFileError(run.path / CHECKPOINTS)
    return timeline

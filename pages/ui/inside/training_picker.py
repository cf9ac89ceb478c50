"""Which training is looked back at: a bundled one, or one of this visitor's with its checkpoints."""

import streamlit as st

from core.narrative import section
from core.runs.run import Run
from core.runs.timeline import CheckpointTimeline, timeline_of_pretrained, timeline_of_run
from pages.ui.runs.own_runs import own_runs, own_runs_by_name

BUNDLED = "article"


def choose_training() -> CheckpointTimeline:
    """A training by its moments. The article's is there from the first visit.

    Raises:
        BundledFileError: the bundled one is chosen, and its files are missing or damaged.
    """
    names = {BUNDLED: "As in the article (bundled)"}
    for _, name, mine in own_runs_by_name(own_runs()):
        if (told := mine.metadata_or_none()) and told.config:  # a network from a file tells nothing of its training
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
    run = None if key == BUNDLED else Run.find(key)
    timeline = timeline_of_run(run) if run else None
    if timeline is None:
        if key != BUNDLED:
            st.caption("This run has kept no moments yet. Here is the article's.")
        return timeline_of_pretrained(BUNDLED)
    return timeline

"""A network of one's own: kept from a run, it answers on the draw page beside the bundled ones."""

from dataclasses import replace

import streamlit as st

from core.pretrained.registry import Model, model_of_run
from core.runs.errors import RunError, reading
from core.runs.run import SCORES, Run
from core.runs.states import RunState
from pages.ui.runs.own_runs import own_runs
from pages.ui.runs.run_commands import may_control, permissions_of, refused_in_words
from pages.ui.shell.session import session

YOURS = "Yours: "


@st.cache_resource(show_spinner=False, max_entries=8)
def _model(run_id: str, written: int, title: str) -> Model | None:
    """The network of a run as it was scored, the last thing to be written, at a time (nanoseconds)."""
    run = Run.find(run_id)
    return replace(model_of_run(run), title=f"{YOURS}{title}") if run else None


def network_of_run(run: Run) -> Model | None:
    """The network that a run has left; None if there is none (yet, or because it diverged)."""
    try:
        if run.status().state == RunState.DIVERGED:
            return None
        with reading(run.path):
            return _model(run.id, (run.path / SCORES).stat().st_mtime_ns, run.metadata().title)
    except RunError:
        return None


def keep(run: Run) -> None:
    """Keep a run's network; the draw page answers with the one that was kept last."""
    with refused_in_words("It could not be kept: it was deleted."):
        permissions_of(run).update_metadata(kept=True)
        session().kept_run = run.id


def keep_no_longer(run: Run) -> None:
    """Undo `keep`."""
    with refused_in_words("It could not be changed: it was deleted."):
        permissions_of(run).update_metadata(kept=False)
        session().kept_run = None if session().kept_run == run.id else session().kept_run


def draw_with(run: Run) -> None:
    """Have a run's network answer on the draw page; it is kept, if it is this visitor's to keep."""
    if may_control(run):
        keep(run)
    else:
        session().kept_run = run.id  # in this session alone


def own_network() -> list[Model]:
    """The network of one's own that answers; empty if none was kept."""
    mine = session()
    if mine.kept_run is None or (mine.kept_run and Run.find(mine.kept_run) is None):
        mine.kept_run = next(
            (run.id for run in own_runs() if (metadata := run.metadata_or_none()) and metadata.kept), ""
        )
    run = Run.find(mine.kept_run)
    model = network_of_run(run) if run and not run.is_pretrained else None  # the bundled ones answer anyway
    if run and model and not may_control(run):
        model = replace(
            model, title=model.title.replace(YOURS, "Another's: ", 1), description="Trained by somebody else."
        )
    return [model] if model else []

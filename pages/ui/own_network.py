"""A network of one's own: kept from a run, it answers on the draw page beside the bundled ones."""

import streamlit as st

from core.models import Model, network_from_safetensors
from core.training.run_folder import DIVERGED, Run
from pages.ui.session import session
from pages.ui.visitor import is_known, owner


@st.cache_resource(show_spinner=False, max_entries=64)
def _read(run_id: str, written: int) -> Model | None:
    """The network of a run as it was written at a time (nanoseconds)."""
    run = Run.find(run_id)
    if run is None or (scores := run.scores()) is None:
        return None
    network = network_from_safetensors((run.path / "model.safetensors").read_bytes())
    told = {"scores": {"test_accuracy": scores["accuracy"]}}
    return Model(run_id, f"Yours: {run.about()['title']}", "Trained by you.", network, told)


def network_of_run(run: Run) -> Model | None:
    """The network that a run has left; None if there is none (yet, or because it diverged)."""
    try:
        if run.status()["state"] == DIVERGED:
            return None
        return _read(run.id, (run.path / "model.safetensors").stat().st_mtime_ns)
    except (OSError, ValueError):
        return None


def keep(run: Run) -> None:
    """Keep a run's network as one's own; the draw page answers with the one that was kept last."""
    run.change(kept=True)
    session().kept_run = run.id


def own_network() -> list[Model]:
    """The network of one's own that answers; empty if none was kept."""
    mine = session()
    if mine.kept_run is None:
        kept = (run for run in Run.of_owner(owner()) if run.about().get("kept")) if is_known() else ()
        mine.kept_run = next((run.id for run in kept), "")
    run = Run.find(mine.kept_run)
    model = network_of_run(run) if run else None
    return [model] if model else []

"""The runs that are compared: this visitor's and the bundled ones, chosen by pills and kept in the address."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.bundle import BundledFileError
from core.evaluation import Evaluation
from core.figures.comparison import comparison_figure
from core.models import BUNDLED
from core.narrative import section
from core.training.comparison import Compared, compared_bundled, compared_run
from core.training.config import TrainingConfig
from core.training.presets import PRESETS
from core.training.run_folder import DIVERGED, GOING, Run
from pages.ui import bundled
from pages.ui.differences import show_differences
from pages.ui.live_chart import show_live_chart
from pages.ui.runs import history_reader
from pages.ui.visitor import is_known, owner

PAGE = "compare_runs"
SHOWN = 16  # of one's own, the youngest
AT_FIRST = 3
MOST = 6  # at once: more lines are not told apart


def own_runs() -> list[Run]:
    """This visitor's runs, the youngest first."""
    return Run.of_owner(owner())[:SHOWN] if is_known() else []


def _own_names(runs: list[Run]) -> dict[str, str]:
    """A name for each: numbered in their order, since titles may repeat."""
    return {run.id: f"{len(runs) - number} · {run.about()['title']}" for number, run in enumerate(runs)}


def _names(runs: list[Run]) -> dict[str, str]:
    return _own_names(runs) | {model.name: f"{model.title} (bundled)" for model in bundled.models_or_problems()}


def choose_runs(runs: list[Run]) -> list[str]:
    """The keys of the chosen ones, in the order of the pills."""
    names = _names(runs)
    if "compared" not in st.session_state:
        asked = [key for key in st.query_params.get("runs", "").split(",") if key]
        found = [key for key in asked if key in names or Run.find(key)]
        if len(found) < len(asked):
            st.warning("Some of the runs in the address are not here (any more).", icon=":material/link_off:")
        asked = found
        for key in asked:
            names.setdefault(key, "another's run")
        st.session_state.compared = (asked or [*[run.id for run in runs[:AT_FIRST]], *BUNDLED])[:MOST]
    options = list(dict.fromkeys([*names, *st.session_state.compared]))
    st.session_state.compared = [key for key in st.session_state.compared if key in names or Run.find(key)]
    chosen = st.pills(
        "Runs",
        options,
        format_func=lambda key: names.get(key, "another's run"),
        selection_mode="multi",
        key="compared",
        persist_state="session",
    )
    if len(chosen) > MOST:
        st.caption(f"{MOST} at a time are shown: the first ones.")
    st.query_params["runs"] = ",".join(chosen[:MOST])
    return [key for key in options if key in chosen][:MOST]


def compared_of(key: str, runs: list[Run]) -> Compared | None:
    """What is compared of a run or a bundled model; None if it cannot be read."""
    try:
        if key in BUNDLED:
            model = bundled.model(key)
            return compared_bundled(key, f"{model.title} (bundled)", model.manifest, bundled.history(key))
        if (run := Run.find(key)) is None:
            return None
        state = run.status()["state"]
        scores = run.scores() if state not in (*GOING, DIVERGED) else None
        title = _own_names(runs).get(key, run.about()["title"])
        history = history_reader(key).update()
        return compared_run(key, title, run.config(), history, scores["accuracy"] if scores else None, state)
    except (BundledFileError, OSError, ValueError):
        return None


def config_of(key: str) -> tuple[TrainingConfig, str]:
    """Settings to vary, and whose they are: the run's; for a bundled model, which a command has trained, a preset's."""
    if run := Run.find(key):
        return run.config(), run.about()["title"]
    preset = PRESETS["article" if key == "article" else "quick"]
    return preset.config, preset.title


def is_at_work(keys: list[str]) -> bool:
    """Whether one of them is trained or waits."""
    return any((run := Run.find(key)) and run.status()["state"] in GOING for key in keys if key not in BUNDLED)


def evaluation_of(key: str) -> Evaluation | None:
    """What its network says of all test digits; None as long as there is no network."""
    if key in BUNDLED:
        return bundled.evaluation(key)
    run = Run.find(key)
    try:
        if run is None or run.status()["state"] == DIVERGED:
            return None
        answers = np.load(run.path / "test_answers.npy", allow_pickle=False).astype(np.float32)
    except (OSError, ValueError):
        return None
    return Evaluation(answers, bundled.test_set().labels)


def show_curves(keys: list[str], runs: list[Run], curve: str, along: str) -> None:
    """The chosen runs in one picture and one table, looked at again as long as one of them is at work."""
    at_work = is_at_work(keys)

    @st.fragment(run_every=1.0 if at_work else None)
    def show_now() -> None:
        compared = [one for key in keys if (one := compared_of(key, runs))]
        words = ", ".join(f"{one.title}: {one.losses[-1]:.3g}" for one in compared if len(one.losses))
        options = [*_own_names(runs), *BUNDLED]  # a run keeps its colour, whatever is chosen beside it
        colours = [options.index(one.key) if one.key in options else len(options) for one in compared]
        figure = comparison_figure(compared, colours, curve, along, f"{keys}{curve}{along}")
        show_live_chart(figure, "comparison", f"The last smoothed loss of each run. {words}.")
        if without := [one.title for one in compared if curve != "loss" and not one.watched]:
            st.caption(f"{section(PAGE, 'not watched')} {', '.join(without)}.")
        show_differences(compared)
        if at_work and not is_at_work(keys):
            st.rerun()

    show_now()

"""The runs that are compared: this visitor's and the bundled ones, chosen by pills and kept in the address."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from core.bundled_files import BundledFileError
from core.figures.comparison import CURVES, comparison_figure, is_stretched
from core.narrative import section
from core.nn.evaluation import Evaluation
from core.plain_text import plain
from core.runs.array_files import read_test_outputs
from core.runs.comparison import Compared, compared_network, compared_run, handicaps_of
from core.runs.config import TrainingConfig
from core.runs.errors import RunError
from core.runs.presets import PRESETS
from core.runs.run import PRETRAINED, Run
from core.runs.states import ACTIVE, RunState
from pages.ui.compare.table import show_differences
from pages.ui.components.chart import show_chart
from pages.ui.runs.kept_model import network_of_run
from pages.ui.runs.own_runs import history_reader, is_active, own_runs_by_name, watch
from pages.ui.widgets import cached_models
from pages.ui.widgets.live_part import live_part

PAGE = "compare_runs"
AT_FIRST = 3
MAX_COMPARED = 6  # at once: more lines are not told apart


class Candidate(NamedTuple):
    """A run that can be compared: its name is unique, its number gives its colour and stays."""

    key: str  # the run's id
    name: str
    number: int


def _candidates(runs: list[Run], asked: Sequence[str]) -> dict[str, Candidate]:
    """One's own by their number, since titles may repeat; the bundled ones; others that the address asks for."""
    found = [
        Candidate(run.id, name, number + len(PRETRAINED) - 1) for number, name, run in own_runs_by_name(runs, asked)
    ]
    for number, model in enumerate(cached_models.models_or_problems()):
        found.append(Candidate(model.name, f"{model.title} (bundled)", number))
    others = [(key, run) for key in asked if key not in {one.key for one in found} and (run := Run.find(key))]
    last = max((one.number for one in found), default=0)
    for number, (key, run) in enumerate(others, 1):  # who shares their address shares their titles
        metadata = run.metadata_or_none()
        found.append(Candidate(key, f"another's {number} · {metadata.title if metadata else 'run'}", last + number))
    return {one.key: one for one in found}


def choose_runs(runs: list[Run]) -> list[Candidate]:
    """The chosen ones, in the order of the pills."""
    first = "compared" not in st.session_state
    asked = [key for key in st.query_params.get("runs", "").split(",") if key] if first else st.session_state.compared
    candidates = _candidates(runs, asked)
    chosen = [key for key in asked if key in candidates]
    if first and len(chosen) < len(asked):
        st.warning("Some of the runs in the address are not here (any more).", icon=":material/link_off:")
    if first and not chosen:
        chosen = [run.id for run in runs[:AT_FIRST]] or [name for name in PRETRAINED if name in candidates]
    st.session_state.compared = chosen
    chosen = st.pills(
        "Runs",
        list(candidates),
        format_func=lambda key: plain(candidates[key].name),
        selection_mode="multi",
        key="compared",
        persist_state="session",
        wrap=True,
    )
    if len(chosen) > MAX_COMPARED:
        st.caption(f"{MAX_COMPARED} at a time are shown: the first ones.")
    shown = [one for key, one in candidates.items() if key in chosen][:MAX_COMPARED]
    st.query_params["runs"] = ",".join(one.key for one in shown)
    return shown


def compared_of(one: Candidate) -> Compared | None:
    """What is compared of a run; None if it cannot be read."""
    try:
        if (run := Run.find(one.key)) is None:
            return None
        state = run.status().state
        if state == RunState.IMPORTED:
            model = network_of_run(run)
            return compared_network(one.key, one.name, model.network, model.test_accuracy) if model else None
        scores = run.scores() if state not in (*ACTIVE, RunState.DIVERGED) else None
        history = history_reader(one.key).update()
        return compared_run(one.key, one.name, run.config(), history, scores["accuracy"] if scores else None, state)
    except (BundledFileError, RunError):
        return None


def settings_to_vary(one: Candidate) -> tuple[TrainingConfig, str]:
    """Settings, and whose they are: the run's, as far as anybody can train them.

    A preset's for a network from a file, for a run that cannot be read, and for one that learned from templates.
    """
    with contextlib.suppress(BundledFileError, RunError):
        if (run := Run.find(one.key)) and run.has_config and not run.config().template_images:
            return run.config().from_mnist_alone(), one.name
    return PRESETS["quick"].config, PRESETS["quick"].title


def choose(run: Run) -> None:
    """Choose one more run, and look closer at it; for a callback."""
    st.session_state.compared = [*st.session_state.get("compared", ()), run.id]
    st.session_state.closer = run.id


def _active_runs(chosen: Sequence[Candidate]) -> list[Run]:
    """Those that are trained or wait."""
    return [run for one in chosen if (run := Run.find(one.key)) and is_active(run)]


def evaluation_of(key: str) -> Evaluation | None:
    """What its network says of all test digits; None as long as there is no network.

    Raises:
        BundledFileError: the test digits, or the outputs of a bundled network, are missing or damaged.
    """
    run = Run.find(key)
    try:
        if run is None or run.status().state == RunState.DIVERGED:
            return None
        return Evaluation(read_test_outputs(run), cached_models.test_set().labels)
    except RunError:
        return None


def _evaluations(keys: Sequence[str]) -> dict[str, Evaluation]:
    """What each network says of all test digits; nothing without the digits, which is said where they are looked at."""
    try:
        return {key: evaluation for key in keys if (evaluation := evaluation_of(key))}
    except BundledFileError:
        return {}


def show_curves(chosen: Sequence[Candidate], curve: str, along: str) -> None:
    """The chosen runs in one picture and one table, looked at again as long as one of them is at work."""
    is_live = bool(_active_runs(chosen))
    revision = f"{[one.key for one in chosen]}{curve}{along}"

    @st.fragment(run_every=1.0 if is_live else None)
    def show_now() -> None:
        for run in _active_runs(chosen):
            with contextlib.suppress(OSError):
                watch(run)
        found = {one: compared for one in chosen if (compared := compared_of(one))}
        if is_live or any(len(one.downsampled("loss")[1]) for one in found.values()):
            lasts = {one.title: one.downsampled(curve)[1][-1:] for one in found.values()}
            words = ", ".join(f"{title}: {last[0]:.3g}" for title, last in lasts.items() if len(last))
            figure = comparison_figure(list(found.values()), [one.number for one in found], curve, along, revision)
            show_chart(figure, "comparison", f"At the end, {CURVES[curve]}. {words}.")
        else:
            st.caption(section(PAGE, "no curve"))
        if is_stretched(list(found.values()), curve, along):
            st.caption(section(PAGE, "stretched"))
        for one in found.values() if curve == "loss" else ():
            if handicaps := handicaps_of(one.settings):
                st.caption(f"{plain(one.title)}: {section(PAGE, 'handicaps')} {', '.join(handicaps)}.")
        if tested := [
            plain(one.title)
            for one in found.values()
            if curve != "loss" and one.validation and one.settings.get("validate_on") == "test"
        ]:
            st.caption(f"{section(PAGE, 'watched the test set')} {', '.join(tested)}.")
        if nowhere := [
            plain(one.title)
            for one in found.values()
            if one.validation and not np.isfinite(one.downsampled(curve)[1]).any()
        ]:
            st.caption(f"{section(PAGE, 'nothing to draw')} {', '.join(nowhere)}.")
        if without := [plain(one.title) for one in found.values() if curve != "loss" and not one.validation]:
            st.caption(f"{section(PAGE, 'not watched')} {', '.join(without)}.")
        show_differences(list(found.values()), _evaluations([one.key for one in found]))
        if is_live and not _active_runs(chosen):
            st.rerun()

    with live_part("comparison"):
        show_now()

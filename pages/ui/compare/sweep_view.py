"""A sweep as it is now: how far it is, and what the setting does to the score."""

import contextlib
from collections.abc import Sequence

import streamlit as st

from core.figures.sweep import SCORES, outcome_in_words, sweep_figure, sweep_words
from core.narrative import section
from core.runs.commands import STOP
from core.runs.errors import RunError, RunGoneError
from core.runs.eta import Speed, duration_in_words, expected_seconds
from core.runs.run import Run
from core.runs.service_client import read_queue
from core.runs.settings import setting_in_words
from core.runs.states import ACTIVE, RunState
from core.runs.sweep import SweepPoint, point_of, runs_of_sweep, sweep_seconds_left, swept_setting
from pages.ui.components.chart import show_chart
from pages.ui.runs import own_runs
from pages.ui.runs.run_commands import permissions_of
from pages.ui.runs.settings_form import value_in_words
from pages.ui.runs.waiting_time import seconds_left, speed
from pages.ui.shell.session import session
from pages.ui.widgets.live_part import live_part

PAGE = "compare_runs"


def sweep_of_address(own: Sequence[Run]) -> list[Run]:
    """The runs of the sweep that the address names, or that was begun or looked at last in this session."""
    asked = st.query_params.get("sweep") or session().sweep
    found = runs_of_sweep(own, asked) if asked else []
    if asked and not found:
        st.warning("The sweep in the address is not here (any more).", icon=":material/link_off:")
    own_runs.look_at_sweep(asked if found else None)
    return found


def show_sweep(sweep: Sequence[Run]) -> None:
    """Its picture, looked at again as long as one of its runs is at work."""
    setting = swept_setting(sweep)
    going = any(own_runs.is_active(run) for run in sweep)

    @st.fragment(run_every=1.0 if going else None)
    def show_now() -> None:
        points = _points(sweep, setting)
        active = [point for point in points if point.state in ACTIVE]
        with st.container(horizontal=True, vertical_alignment="center"):
            if active:  # before the words, which grow and shrink, so that it stays under the pointer
                st.button("Stop all", icon=":material/stop:", on_click=_stop_all, args=(active,))
            st.markdown(f"**{setting_in_words(setting).capitalize()}**: {_progress(points)}", width="content")
            if not active:
                st.button("Close", icon=":material/close:", on_click=own_runs.look_at_sweep, args=(None,))
        score = st.segmented_control(
            "Score",
            list(SCORES),
            default="val_accuracy",
            format_func=lambda name: SCORES[name],
            required=True,
            key="sweep_score",
            persist_state="session",
            wrap=True,
            label_visibility="collapsed",
        )
        alike = [point for point in points if not point.is_changed]
        words = sweep_words(alike, setting, score, value_in_words)
        show_chart(sweep_figure(alike, setting, score, value_in_words), "sweep", words)
        st.caption(f"{outcome_in_words(alike, score, value_in_words)} {section(PAGE, 'sweep')}")
        if left_out := len(points) - len(alike):
            st.caption(f"Without {left_out} of {len(points)}: {section(PAGE, 'changed by hand')}")
        if going and not active:
            st.rerun()

    with live_part("sweep"):
        show_now()


def _points(sweep: Sequence[Run], setting: str) -> list[SweepPoint]:
    """All that can be read."""
    points = []
    for run in sweep:
        with contextlib.suppress(RunError):
            finished = run.status().state == RunState.FINISHED
            points.append(_finished_point(run.id, setting) if finished else point_of(run, setting))
    return points


@st.cache_resource(show_spinner=False, max_entries=500)
def _finished_point(run_id: str, setting: str) -> SweepPoint:
    """What a finished run reached, read once a server.

    Raises:
        RunGoneError: the run was deleted.
    """
    if (run := Run.find(run_id)) is None:
        raise RunGoneError(run_id)
    return point_of(run, setting)


def _progress(points: Sequence[SweepPoint]) -> str:
    """How many are done, how many are at work, how long it will take."""
    going = [point for point in points if point.state in ACTIVE]
    running = sum(point.state == RunState.RUNNING for point in going)
    words = f"{len(points) - len(going)} of {len(points)} done"
    if not going:
        return f"{words}."
    words += f", {running} at work"
    if measured := speed():
        left = [_seconds_left(point, measured) for point in going]
        words += f", about {duration_in_words(sweep_seconds_left(going, left, read_queue()))} left"
    return f"{words}."


def _seconds_left(point: SweepPoint, measured: Speed) -> float:
    """What one that is at work or waits still needs: nothing, if it cannot be read or was just deleted."""
    with contextlib.suppress(RunError):
        if point.state == RunState.RUNNING:
            return seconds_left(point.run) or 0.0
        return expected_seconds(point.run.config(), measured)
    return 0.0


def _stop_all(points: Sequence[SweepPoint]) -> None:
    """For the button: a run that was deleted meanwhile needs no word."""
    for point in points:
        with contextlib.suppress(OSError):
            permissions_of(point.run).command(STOP)

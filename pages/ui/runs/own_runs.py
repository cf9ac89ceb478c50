"""The runs of this visitor, and the one that is looked at: found by the address, watched."""

import contextlib
import time
from collections.abc import Iterator, Sequence

import streamlit as st

from core.bundled_files import BundledFileError
from core.runs.errors import RunError
from core.runs.history import HistoryReader, HistoryReaders
from core.runs.run import Run, run_numbers
from core.runs.states import ACTIVE, RunState
from pages.ui.runs.run_commands import accept_from_address
from pages.ui.runs.settings_form import settings_in_address
from pages.ui.shell.session import session
from pages.ui.shell.visitor import is_known, owner_id

SHOWN = 16  # of one's own runs, where one is chosen
WATCH = 10.0  # seconds between two words to a run that it is watched


@st.cache_resource(show_spinner=False)
def _history_readers() -> HistoryReaders:
    return HistoryReaders()


def history_reader(run_id: str) -> HistoryReader:
    """What a run has told so far, read once a server.

    Raises:
        FileNotFoundError: the run was deleted.
    """
    return _history_readers().reader(run_id)


def run_of_address() -> Run | None:
    """The run that the address names; where it names nothing, the one that was looked at last or is at work."""
    mine = session()
    asked = st.query_params.get("run")
    if asked is None and not settings_in_address():
        active = None if mine.run or not is_known() else active_run()
        asked = active.id if active else mine.run
    run = None if asked is None else Run.find(asked)
    if asked is not None:
        mine.run, mine.is_run_lost = run.id if run else None, run is None
        if run is None:
            st.query_params.clear()
    if mine.is_run_lost:
        st.warning("This run is not here any more, or never was.", icon=":material/link_off:")
    if run is None:
        return None
    accept_from_address(run)
    st.query_params.from_dict({"run": run.id})  # without what hands it over: that is not to be copied by mistake
    return run


def look_at(run: Run | None) -> None:
    """Turn to a run, or to the settings; for a button's on_click."""
    session().run, session().is_run_lost = run.id if run else None, False
    st.query_params.from_dict({"run": run.id} if run else (session().settings_address or {}))


def look_at_sweep(sweep: str | None) -> None:
    """Turn to a sweep, or to none; for a button's on_click."""
    session().sweep = sweep
    if sweep:
        st.query_params["sweep"] = sweep
    else:
        st.query_params.pop("sweep", None)


@contextlib.contextmanager
def report_damaged_run(run: Run) -> Iterator[None]:
    """Show something of a run: if its files are damaged that is said, and if it was deleted the page begins anew."""
    try:
        yield
    except BundledFileError as error:
        st.error(str(error), icon=":material/broken_image:")
    except RunError:
        if Run.find(run.id) is None:
            st.rerun()  # it was deleted in another tab: the page says so
        st.error("The files of this run cannot be read. Please begin a new one.", icon=":material/broken_image:")


def own_runs() -> list[Run]:
    """This visitor's runs, the youngest first."""
    return Run.of_owner(owner_id()) if is_known() else []


def own_runs_by_name(runs: Sequence[Run], asked: Sequence[str] = ()) -> list[tuple[int, str, Run]]:
    """Of one's own runs, the youngest first, the youngest SHOWN and those whose ids are asked for: number, name, run.

    Numbered, since titles repeat; a number stays with its run. One that cannot be read is left out.
    """
    numbers = run_numbers(runs)
    shown = [(numbers[run.id], run) for place, run in enumerate(runs) if place < SHOWN or run.id in asked]
    return [
        (number, f"{number} · {metadata.title}", run) for number, run in shown if (metadata := run.metadata_or_none())
    ]


def active_run() -> Run | None:
    """This visitor's run that is trained or, if there is none, one that waits."""
    going = [run for run in own_runs() if is_active(run)]
    return next((run for run in going if is_active(run, (RunState.RUNNING,))), going[0] if going else None)


def is_active(run: Run, states: Sequence[str] = ACTIVE) -> bool:
    """Whether it is trained or waits; not, if it is damaged or was just deleted."""
    with contextlib.suppress(RunError):
        return run.status().state in states
    return False


def watch(run: Run) -> None:
    """Say to the run that somebody looks at it."""
    watched_at = session().watched_at
    if time.monotonic() - watched_at.get(run.id, -WATCH) >= WATCH:
        watched_at[run.id] = time.monotonic()
        run.send_viewer_heartbeat()

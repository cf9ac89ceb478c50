"""The runs of this visitor, and the one that is looked at: found by the address, begun, watched."""

import contextlib
import time
from collections.abc import Iterator, Sequence

import streamlit as st

from core.importers.drawings_file import to_npz
from core.plain_text import plain
from core.runs.config import TrainingConfig
from core.runs.errors import RunError
from core.runs.eta import Speed, read_speed
from core.runs.eta import seconds_left as expected_seconds_left
from core.runs.history import HistoryReader, HistoryReaders
from core.runs.limits import MAX_QUEUED, why_not_trained
from core.runs.locks import one_at_a_time
from core.runs.run import USER_DRAWINGS, Run, run_numbers, runs_folder
from core.runs.service_client import Queue, expected_wait, read_queue, refusal_in_words
from core.runs.states import ACTIVE, RunState
from pages.ui.runs.run_commands import accept_from_address, permissions_of
from pages.ui.runs.settings import settings_in_address, settings_of_controls, title_of
from pages.ui.shell.session import session
from pages.ui.shell.training_service import training_service
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
    return [(number, f"{number} · {told.title}", run) for number, run in shown if (told := run.metadata_or_none())]


def active_run() -> Run | None:
    """This visitor's run that is trained or, if there is none, one that waits."""
    going = [run for run in own_runs() if is_active(run)]
    return next((run for run in going if is_active(run, (RunState.RUNNING,))), going[0] if going else None)


def is_active(run: Run, states: Sequence[str] = ACTIVE) -> bool:
    """Whether it is trained or waits; not, if it is damaged or was just deleted."""
    with contextlib.suppress(RunError):
        return run.status().state in states
    return False


def begin_chosen(before: TrainingConfig) -> None:
    """Begin a training with what the controls say now; `before` is what they said when the button was shown."""
    config = settings_of_controls(before)
    if refused := why_not_trained(config):
        st.toast(refused, icon=":material/memory:")
    else:
        begin_run(config)


def begin_run(config: TrainingConfig, title: str | None = None, files: dict[str, bytes] | None = None) -> None:
    """Begin a training and look at it; if one is at work already, look at that. For a button's on_click."""
    training_service().start_now()
    if config.own_drawings and files is None:
        files = {USER_DRAWINGS: to_npz(session().collection)}
    try:
        with one_at_a_time(runs_folder(), owner_id()):  # several tabs may press at once
            run = active_run()
            if run is None and _refuse_when_full():
                return
            if run:
                _toast_busy(run)
            else:
                run = Run.create(config, title or title_of(config), owner_id(), files=files)
    except OSError as error:
        words = f"{refusal_in_words(error)} Nothing was begun; please try again later."
        st.toast(words, icon=":material/error:")
        return
    watch(run)
    look_at(run)


def begin_several(configs: Sequence[TrainingConfig], titles: Sequence[str], *, sweep: str, varied: str) -> list[Run]:
    """Begin the trainings of a sweep; none when one is at work already, fewer when the disk is full."""
    training_service().start_now()
    begun: list[Run] = []
    try:
        with one_at_a_time(runs_folder(), owner_id()):
            if active := active_run():
                _toast_busy(active)
            elif not _refuse_when_full(len(configs)):
                for config, title in zip(configs, titles, strict=True):
                    begun.append(Run.create(config, title, owner_id(), sweep=sweep, varied=varied))
                    permissions_of(begun[-1]).command("go_on")  # nobody looks at the second while the first is trained
    except OSError as error:
        st.toast(refusal_in_words(error), icon=":material/error:")
    return begun


def _toast_busy(run: Run) -> None:
    """Why nothing is begun: another tab has begun something."""
    told = run.metadata_or_none()
    st.toast(f"Your run {plain(told.title if told else '')} is at work. One at a time.", icon=":material/hourglass:")


def _refuse_when_full(more: int = 1) -> bool:
    """Whether so many more runs find no place in the queue; that is said."""
    waiting = len(read_queue().waiting)
    if full := waiting + more > MAX_QUEUED:
        st.toast(
            f"This server is full: {waiting} runs wait, and at most {MAX_QUEUED} can. Please try again later.",
            icon=":material/groups:",
        )
    return full


def watch(run: Run) -> None:
    """Say to the run that somebody looks at it."""
    watched_at = session().watched_at
    if time.monotonic() - watched_at.get(run.id, -WATCH) >= WATCH:
        watched_at[run.id] = time.monotonic()
        run.viewer_heartbeat()


def speed() -> Speed | None:
    """The measured speed of this machine; None as long as the training service is not there."""
    return read_speed(runs_folder())


def seconds_left(run: Run) -> float | None:
    """What a run still needs, from its pace so far or from what such a training is expected to take."""
    if (measured := speed()) is None:
        return None
    history = history_reader(run.id).update()
    return expected_seconds_left(run.config(), measured, history.step, history.seconds_per_update, history.is_starting)


def place_and_wait(run: Run) -> tuple[int, float] | None:
    """Its place in the queue, 1 for the next, and the seconds until its turn; None if it does not wait."""
    queue: Queue = read_queue()
    place = queue.position(run.id)
    if place is None:
        return None
    before = [one for name in queue.waiting[: place - 1] if (one := Run.find(name))]
    active = [one for name in queue.running if (one := Run.find(name))]
    return place, expected_wait(_seconds_left_of(active), _seconds_left_of(before), max(1, queue.slots))


def _seconds_left_of(runs: Sequence[Run]) -> list[float]:
    """The same of several, strangers' runs among them; one that cannot be read counts nothing."""
    left = []
    for run in runs:
        with contextlib.suppress(RunError):
            left.append(seconds_left(run) or 0.0)
    return left

"""A run as it is now: its state, how far it is, what its curve says; and the buttons that steer it."""

from collections.abc import Callable

import streamlit as st

from core.narrative import section
from core.plain_text import plain
from core.runs.commands import EPOCH, PAUSE, STOP, TRAIN, CommandLog
from core.runs.config import TrainingConfig
from core.runs.diagnosis import diagnose
from core.runs.eta import duration_in_words, epoch_overhead_seconds
from core.runs.history import History
from core.runs.permissions import RunPermissions, who_ended_it
from core.runs.run import Run
from core.runs.service_client import READY, read_queue
from core.runs.settings import SETTINGS
from core.runs.states import ACTIVE, RESUMABLE, RunState, RunStatus
from pages.ui.runs import settings_form
from pages.ui.runs.handing_over import show_looking_on
from pages.ui.runs.imported_run import show_imported
from pages.ui.runs.own_runs import history_reader, look_at, report_damaged_run, watch
from pages.ui.runs.run_commands import may_control, name_here, permissions_of, refused_in_words
from pages.ui.runs.state_badges import state_badge
from pages.ui.runs.waiting_time import place_and_wait, seconds_left, speed
from pages.ui.shell.navigation import go_on
from pages.ui.shell.session import session
from pages.ui.shell.training_service import training_service
from pages.ui.train.more_epochs import can_be_longer, show_more_epochs
from pages.ui.train.results import show_result
from pages.ui.train.run_charts import choose_scale, show_charts, show_inside
from pages.ui.widgets.live_part import live_part

PAGE = "train_network"
# Seconds between looks at a run that begins, at one that is at work, and at one that could go on.
FIRST_POLL_SECONDS, POLL_SECONDS, IDLE_POLL_SECONDS = 0.2, 1.0, 5.0
FIRST_SECONDS = 3.0  # seconds of learning that are looked at more often: a quick run is over by then


def show_run_and_result(run: Run) -> None:
    """A run, and what came of it, as far as there is something; a sentence where its files are damaged."""
    with report_damaged_run(run):
        _show_run(run)


def _show_run(run: Run) -> None:
    """The run, looked at again and again as long as something can happen to it."""
    if not run.has_config:
        show_imported(run)
        show_result(run)
        return
    state = run.status().state
    begins = _begins(state, history_reader(run.id).update())
    active = FIRST_POLL_SECONDS if begins else POLL_SECONDS
    every = active if state in ACTIVE else IDLE_POLL_SECONDS if state in RESUMABLE else None
    with live_part("run"):
        st.fragment(_show_now, run_every=every)(run, state, begins)


def _begins(state: RunState, history: History) -> bool:
    """Whether a run is about to learn, or has just begun to; of those that wait for others' runs none is."""
    if state == RunState.QUEUED:
        queue = read_queue()
        return queue.ready and len(queue.running) < queue.slots
    return state == RunState.RUNNING and (not history.timings or history.timings[-1][1] < FIRST_SECONDS)


def _show_now(run: Run, shown: RunState, begins: bool) -> None:
    with report_damaged_run(run):
        go_on()
        status, config, history = run.status(), run.config(), history_reader(run.id).update()
        # After a button's callback this part of the page alone runs again, also when it led to another run.
        if status.state != shown or session().run != run.id or _begins(shown, history) != begins:
            st.rerun()
        if shown in ACTIVE:
            watch(run)
        _show_state(run, status, history)
        with st.container(key="run_progress"):
            _show_progress(run, config, history, shown)
        _show_buttons(run, config, shown)
        # Below the buttons, since these stay where they are when a training ends and when more can be said of it.
        _show_verdict(config, status, history)
        with st.container():  # the same place while there is no result, so that the charts are not made anew
            show_result(run)
        show_charts(run, config, history)
        show_inside(run)


def _show_state(run: Run, status: RunStatus, history: History) -> None:
    """Its name, its state and why."""
    state = status.state
    words = [f"**{plain(run.metadata().title)}** {state_badge(state)}"]
    reason, by_hand = status.reason, who_ended_it(run, status, name_here())
    if run.metadata().brought:
        words.append(section(PAGE, "brought"))
    elif state == RunState.INTERRUPTED:
        words.append(f"{reason}: *Resume* takes it up where it was kept." if may_control(run) else f"{reason}.")
    elif by_hand:
        words.append(by_hand)
    elif reason:
        words.append(f"{reason.rstrip('.')}.")
    if history.was_migrated and state != RunState.QUEUED:
        words.append(section(PAGE, "was moved"))
    st.markdown(" ".join(words))


def _show_verdict(config: TrainingConfig, status: RunStatus, history: History) -> None:
    """What its curve says, in a place that has room for two lines from the beginning."""
    with st.container(key="verdict"):
        if diagnosis := diagnose(history, config):
            colour = "red" if diagnosis.code == "diverged" else "orange" if diagnosis.needs_action else "blue"
            badge = f":{colour}-badge[{diagnosis.code}] " if diagnosis.code != status.state else ""
            st.markdown(f"{badge}{diagnosis.words}")


def _show_progress(run: Run, config: TrainingConfig, history: History, state: RunState) -> None:
    if state == RunState.QUEUED:
        _show_queue(run)
        return
    updates = config.updates
    done = min(history.step, updates)
    epoch = max(1, -(-done // config.updates_per_epoch))  # the one that is at work, or has just ended
    measured = speed()
    if state == RunState.RUNNING and history.is_starting:
        takes = f" About {duration_in_words(measured.startup_seconds)}." if measured else ""
        st.progress(done / updates, section(PAGE, "starts again" if done else "starts") + takes)
        return
    text = f"Epoch {epoch} of {config.epochs}, update {done:,} of {updates:,}"
    if history.seconds_per_update and state != RunState.DIVERGED:
        besides = epoch_overhead_seconds(config, measured) if measured else 0.0
        text += f" · {history.seconds_per_update * config.updates_per_epoch + besides:.2g} s an epoch"
    if state == RunState.RUNNING and (left := seconds_left(run)):
        text += f" · {duration_in_words(left)} left"
    st.progress(done / updates, text)


def _show_queue(run: Run) -> None:
    waits = place_and_wait(run)
    service = training_service().state()
    if service.kind != READY:
        st.progress(0.0, f"{section(PAGE, f'service {service.kind}')} {service.reason}")
    elif missing := read_queue().waiting_for:
        st.progress(0.0, section(PAGE, f"missing {missing}"))
    elif waits:
        place, seconds = waits
        st.progress(0.0, f"Number {place} in the queue: its turn in about {duration_in_words(seconds)}.")
    else:
        st.progress(0.0, "It begins.")


def _show_buttons(run: Run, config: TrainingConfig, state: RunState) -> None:
    steers = may_control(run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if not steers:
            show_looking_on(run, config)
        if steers and state in ACTIVE:
            st.button("Pause", icon=":material/pause:", on_click=_ask(run, PAUSE))
            st.button("Stop", icon=":material/stop:", on_click=_ask(run, STOP))
            desired = CommandLog(run.path).current()
            _show_learning_rate(run, desired.learning_rate or config.learning_rate)
            _show_go_on(run, desired.unattended)
        if steers and state in RESUMABLE and not run.metadata().brought:
            resume = _ask(run, TRAIN, RunPermissions.resume)
            st.button("Resume", icon=":material/play_arrow:", type="primary", on_click=resume)
            st.button("One epoch", icon=":material/skip_next:", on_click=_ask(run, EPOCH, RunPermissions.resume))
        if steers and can_be_longer(run, config):
            show_more_epochs(run, config)
        if state not in ACTIVE:
            st.button("New settings", icon=":material/tune:", on_click=_to_settings, args=(config,))
        choose_scale(run)
    if state in ACTIVE:
        st.caption(section(PAGE, "lease") + (f" {section(PAGE, 'lease switch')}" if steers else ""))


def _ask(run: Run, word: str, how: Callable[..., None] = RunPermissions.command) -> Callable[..., None]:
    """Say a word to a run; for a button's on_click."""

    def ask(*value: float) -> None:
        with refused_in_words():
            how(permissions_of(run), word, *value)
            if word in (STOP, PAUSE):
                st.toast(section(PAGE, f"{word} soon"), icon=":material/hourglass_bottom:")

    return ask


def _show_learning_rate(run: Run, rate: float) -> None:
    """The learning rate of now, to be changed; another tab may have changed it, and a pause makes the slider forget."""
    key = f"rate-{run.id}"
    if key not in st.session_state or st.session_state[f"{key}-known"] != rate:
        st.session_state[key] = st.session_state[f"{key}-known"] = rate

    def change() -> None:
        if st.session_state[key] != rate:
            _ask(run, "learning_rate")(st.session_state[key])

    st.select_slider(
        "Learning rate",
        sorted({*SETTINGS["learning_rate"].offered, rate}),
        rate,  # what a browser begins with that has forgotten the slider: without it, the lowest
        format_func=lambda value: f"{value:g}",
        key=key,
        on_change=change,
        width=260,
    )


def _show_go_on(run: Run, goes_on: bool) -> None:
    """Whether it needs nobody who watches, to be changed and changed back; another tab may have done so."""
    key = f"go-on-{run.id}"
    if st.session_state.get(f"{key}-known") != goes_on or key not in st.session_state:
        st.session_state[key] = st.session_state[f"{key}-known"] = goes_on

    def change() -> None:
        if st.session_state[key] != goes_on:  # a pause makes the browser forget it, and tell it anew
            _ask(run, "go_on")(float(st.session_state[key]))

    st.toggle("Keep training while I am away", goes_on, key=key, on_change=change)


def _to_settings(config: TrainingConfig) -> None:
    look_at(None)
    settings_form.load_settings(settings_form.for_next_run(config))

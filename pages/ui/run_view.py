"""A run as it is now: how far it is, what its curves say, what it answers; and the buttons that steer it."""

import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from core.figures.training import accuracy_figure, gradients_figure, loss_figure, weights_picture
from core.narrative import section
from core.training.config import TrainingConfig
from core.training.history import History, verdict
from core.training.run_folder import CAN_GO_ON, FAILED, GOING, INTERRUPTED, PAUSED, QUEUED, RUNNING, Run
from core.training.speed import in_words
from core.training.wishes import EPOCH, PAUSE, STOP, Wishes
from pages.ui import settings
from pages.ui.live_chart import show_live_chart
from pages.ui.live_digits import show_live_digits
from pages.ui.runs import history_reader, look_at, place_and_wait, seconds_left, watch
from pages.ui.training_service import training_service

PAGE = "train_network"
TICK, SLOW_TICK = 1.0, 5.0  # seconds between looks at a run that is at work, and at one that could go on
COLOURS = {RUNNING: "blue", QUEUED: "gray", "finished": "green", "diverged": "red", FAILED: "red"}


def show_run(run: Run) -> None:
    """The run, looked at again and again as long as something can happen to it."""
    state = run.status()["state"]
    every = TICK if state in GOING else SLOW_TICK if state in CAN_GO_ON else None
    st.fragment(_show_now, run_every=every)(run, state)


def _show_now(run: Run, shown: str) -> None:
    try:
        status = run.status()
    except OSError:
        st.warning("This run is not here any more.", icon=":material/link_off:")
        return
    if status["state"] != shown:
        st.rerun()
    config, history = run.config(), history_reader(run.id).update()
    if shown in GOING:
        watch(run)
    _show_state(run, status, history)
    _show_progress(run, config, history, shown)
    _show_buttons(run, config, shown)
    _show_charts(run, config, history)
    _show_inside(run)


def _show_state(run: Run, status: dict[str, Any], history: History) -> None:
    """Its name, its state and why, and what its curve says: always in the same place, so that nothing jumps."""
    state = status["state"]
    words = [f"**{run.about()['title']}** :{COLOURS.get(state, 'orange')}-badge[{state}]"]
    if reason := status.get("reason"):
        words.append(f"{reason}: *Resume* takes it up where it was kept." if state == INTERRUPTED else f"{reason}.")
    if said := verdict(history):
        colour = "red" if said.kind == "diverged" else "orange" if said.is_trouble else "blue"
        words.append(f":{colour}-badge[{said.kind}] {said.words}")
    st.markdown(" ".join(words))


def _show_progress(run: Run, config: TrainingConfig, history: History, state: str) -> None:
    if state == QUEUED:
        _show_queue(run)
        return
    updates = config.updates_per_epoch * config.epochs
    done = min(history.step, updates)
    epoch = min(done // config.updates_per_epoch + 1, config.epochs)
    text = f"Epoch {epoch} of {config.epochs}, update {done:,} of {updates:,}"
    if done:
        each = history.seconds / done * config.updates_per_epoch
        text += f" · {each:.1f} s an epoch"
    if state == RUNNING:
        left = seconds_left(run)
        text += f" · {in_words(left)} left" if left else ""
    st.progress(done / updates, text)


def _show_queue(run: Run) -> None:
    waits = place_and_wait(run)
    if not training_service().is_ready:
        st.progress(0.0, "The training program is starting: some seconds, once.")
    elif waits:
        place, seconds = waits
        st.progress(0.0, f"Number {place} in the queue: its turn in about {in_words(seconds)}.")
    else:
        st.progress(0.0, "It begins.")


def _show_buttons(run: Run, config: TrainingConfig, state: str) -> None:
    def say(command: str, value: float | None = None) -> Callable[[], None]:
        return lambda: run.command(command, value)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        if state in GOING:
            st.button("Pause", icon=":material/pause:", on_click=say(PAUSE))
            st.button("Stop and keep", icon=":material/stop:", on_click=say(STOP))
            wish = Wishes(run.path).now()
            st.select_slider(
                "Learning rate",
                sorted({*settings.RATES, wish.learning_rate or config.learning_rate}),
                wish.learning_rate or config.learning_rate,
                format_func=lambda rate: f"{rate:g}",
                key=f"rate-{run.id}",
                on_change=lambda: run.command("learning_rate", st.session_state[f"rate-{run.id}"]),
                width=260,
            )
            if wish.go_on:
                st.caption("It goes on without you.", width="content")
            else:
                st.button(
                    "Go on without me",
                    icon=":material/directions_walk:",
                    help=section(PAGE, "lease"),
                    on_click=say("go_on"),
                )
        if state in CAN_GO_ON:
            st.button("Resume", icon=":material/play_arrow:", type="primary", on_click=run.resume)
            st.button("One epoch", icon=":material/skip_next:", on_click=run.resume, args=(EPOCH,))
        if state == PAUSED:
            st.button("Stop and keep", icon=":material/stop:", on_click=_stop_paused, args=(run,))
        if state not in GOING:
            st.button("New settings", icon=":material/tune:", on_click=_to_settings, args=(config,))
        st.toggle("Logarithmic loss", key="log_loss", persist_state="session")


def _stop_paused(run: Run) -> None:
    run.command(STOP)
    run.ask_for_turn()


def _to_settings(config: TrainingConfig) -> None:
    look_at(None)
    settings.load_settings(config)


def _show_charts(run: Run, config: TrainingConfig, history: History) -> None:
    watched = settings.in_words(config.watched)
    left, right = st.columns(2)
    logarithmic = st.session_state.log_loss
    with left:
        figure = loss_figure(history, watched, settings.in_words(config.loss), logarithmic, f"{run.id}{logarithmic}")
        show_live_chart(figure, "live-loss", _loss_in_words(history, watched))
    with right:
        show_live_chart(
            accuracy_figure(history, watched, run.id), "live-accuracy", _accuracy_in_words(history, watched)
        )
    st.caption(section(PAGE, "zoom"))


def _loss_in_words(history: History, watched: str) -> str:
    if not len(history.loss):
        return "Loss: no update yet."
    words = (
        f"Loss: {history.loss.values[0]:.3g} at the first update, {history.loss.smooth[-1]:.3g} after {history.step:,}."
    )
    if history.epochs:
        words += f" On {watched} after epoch {len(history.epochs)}: {history.epochs[-1]['val_loss']:.3g}."
    return words


def _accuracy_in_words(history: History, watched: str) -> str:
    if not history.step:
        return "Right answers: no update yet."
    words = f"Right answers: {history.accuracy.smooth[-1]:.1%} of the latest batches."
    if history.epochs:
        words += f" Of {watched} after epoch {len(history.epochs)}: {history.epochs[-1]['val_accuracy']:.1%}."
    return words


def _show_inside(run: Run) -> None:
    """What the network answers, weighs and changes now."""
    try:
        with np.load(run.path / "live.npz", allow_pickle=False) as live:
            images, labels, answers = live["images"], live["labels"], live["answers"].argmax(axis=1)
            weights, gradients = live["weights"].astype(np.float32), live["gradients"].astype(float)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return  # it has not begun
    digits, units, slopes = st.columns([1.1, 1.2, 1], gap="large")
    with digits:
        st.markdown("**Its answers**")
        show_live_digits(images, labels, answers.tolist())
        right = int((answers == labels).sum())
        st.caption(f"**{right} of {len(labels)}** right. {section(PAGE, 'digits')}")
    with units:
        st.markdown("**The first layer's weights**")
        st.image(
            weights_picture(weights),
            alt=f"The weights of {len(weights)} units as images",
            output_format="PNG",
        )
        st.caption(section(PAGE, "weights"))
    with slopes:
        st.markdown("**The size of the gradients**")
        in_words = ", ".join(f"layer {number}: {size:.2g}" for number, size in enumerate(gradients, 1))
        show_live_chart(gradients_figure(gradients.tolist()), "live-gradients", f"Length of the gradient: {in_words}.")
        st.caption(section(PAGE, "gradients"))

"""A network that a visitor teaches update by update: one, ten, a hundred, or to the end of an epoch."""

from __future__ import annotations

import time
from typing import NamedTuple

import streamlit as st

from core.explain.training_step import StepTrace, initial_state, take_steps, updates_per_epoch, with_optimizer
from core.figures.training import steps_figure
from core.runs.history import MetricSeries
from pages.ui.components.chart import show_chart
from pages.ui.shell.session import SteppingSession, session
from pages.ui.widgets.cached_models import training_set
from pages.ui.widgets.live_part import live_part
from pages.ui.widgets.number_text import plain

SLICE_SECONDS = 0.12  # seconds of work between two looks, so that others have their turn
POLL_SECONDS = 0.1  # between


class NextUpdateWords(NamedTuple):
    """Words about the next update. Words alone: a fragment keeps them with its session, and an `Update` is 20 MB."""

    sentence: str
    caption: str = ""
    help: str = ""


def stepping_session(seed: int, optimizer: str) -> SteppingSession:
    """The network at hand; another random start gives a new one, another optimizer goes on with it."""
    mine = session()
    if mine.stepped is None or mine.stepped.learner.seed != seed:
        mine.stepped = SteppingSession(initial_state(seed, optimizer), MetricSeries())
    mine.stepped.learner = with_optimizer(mine.stepped.learner, optimizer)
    return mine.stepped


def start_again() -> None:
    """Forget what was learned: the next look begins with the same random start; for a button's on_click."""
    session().stepped = None


def is_active(at: SteppingSession) -> bool:
    """Whether more updates were asked for than were taken."""
    return at.learner.step < at.goal


def show_buttons(at: SteppingSession, learning_rate: float, now: StepTrace) -> None:
    """Take updates: the one that is looked at, or many."""
    an_epoch = updates_per_epoch(len(training_set()))
    epochs, taken = divmod(max(at.goal, at.learner.step), an_epoch)  # when all that were asked for are taken
    left = an_epoch - taken
    before, after = plain(now.loss, 3), plain(now.loss_after, 3)

    def ask(count: int) -> None:  # it is kept with its session: so it may not hold `now`, which is 20 MB
        alone = count == 1 and not is_active(at)
        at.last_update = f"The last update took the loss of its batch from {before} to {after}." if alone else ""
        at.goal = max(at.goal, at.learner.step) + count  # who presses while updates are taken asks for more of them
        _work(at, learning_rate)  # a few are taken at once

    with st.container(horizontal=True):
        lost = not now.is_finite
        st.button("1 update", type="primary", on_click=ask, args=(1,), icon=":material/skip_next:", disabled=lost)
        st.button("10", on_click=ask, args=(10,), disabled=lost)
        st.button("100", on_click=ask, args=(100,), disabled=lost)
        label = f"To the end of epoch {epochs + 1}: {left:,}"  # and a key, or the one of before stays beside it awhile
        st.button(label, on_click=ask, args=(left,), disabled=lost, key="to_the_end")


def _work(at: SteppingSession, learning_rate: float) -> None:
    """Take updates for a moment, or until there are enough, or the loss is no number."""
    began, losses, before = time.monotonic(), [], at.learner.step
    for learner, loss in take_steps(at.learner, training_set(), learning_rate):
        at.learner = learner
        losses.append(loss)
        if not is_active(at) or time.monotonic() - began > SLICE_SECONDS:
            break
    else:
        at.goal = at.learner.step
    at.losses.extend(losses, before)


def show_progress(at: SteppingSession, learning_rate: float, next_update: NextUpdateWords) -> None:
    """How far it is, with *Stop*; what comes next; the loss of every update so far, growing while they are taken."""
    going = is_active(at)
    with live_part("steps"):
        st.fragment(_show_now, run_every=POLL_SECONDS if going else None)(at, learning_rate, going, next_update)


def _show_now(at: SteppingSession, learning_rate: float, going: bool, next_update: NextUpdateWords) -> None:
    if is_active(at):
        _work(at, learning_rate)
    if going and not is_active(at):
        st.rerun()
    an_epoch = updates_per_epoch(len(training_set()))
    epoch, done = divmod(at.learner.step, an_epoch)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(done / an_epoch, f"Epoch {epoch + 1}: {done:,} of {an_epoch:,} updates taken")

        def stop() -> None:
            at.goal = at.learner.step

        st.button("Stop", disabled=not going, on_click=stop, icon=":material/stop:")
    words = _curve_in_words(at)
    # Below Stop, for its height changes: a press is lost when its button moves before the release. It is one place, so
    # that the chart below is not made anew.
    with st.container():
        st.markdown(next_update.sentence)
        if next_update.caption:
            st.caption(next_update.caption, help=next_update.help)
        if not going:
            st.caption(at.last_update or words)
    figure = steps_figure(at.losses)
    show_chart(figure, "steps-loss", words)


def _curve_in_words(at: SteppingSession) -> str:
    if not len(at.losses):
        return "No update was taken yet: the curve begins with update 1."
    first, last = at.losses.values[0], at.losses.smooth[-1]
    return f"The loss of each batch: {first:.3g} at the first update, about {last:.3g} after {len(at.losses):,}."

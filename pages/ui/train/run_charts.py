"""A run in pictures: its curves, what it answers now, its weights, its gradients."""

import streamlit as st

from core.figures.training import (
    accuracy_figure,
    gradients_figure,
    learning_rate_figure,
    loss_figure,
    weights_picture,
)
from core.narrative import section
from core.nn.learning_rate_schedules import SCHEDULES
from core.runs.array_files import read_preview
from core.runs.comparison import handicaps_of
from core.runs.config import TrainingConfig
from core.runs.errors import RunError
from core.runs.history import History
from core.runs.learning_rate_changes import rate_of_each_update
from core.runs.run import Run
from core.runs.states import RunState
from pages.ui.components.chart import show_chart
from pages.ui.components.live_digits import show_live_digits
from pages.ui.runs import settings_form
from pages.ui.runs.own_runs import history_reader
from pages.ui.shell.session import session
from pages.ui.widgets.number_text import span
from pages.ui.widgets.switch import explained_switch

PAGE = "train_network"
FAR_ABOVE_START = 20  # times above where the loss began


def choose_scale(run: Run) -> None:
    """The switch of the loss' axis. Once a run it turns itself on: when the loss has come far above where it began.

    Else all but the last updates would lie on the axis. It begins as the switch of another run was left by hand.
    """
    mine, key = session(), _scale_key(run)
    loss = history_reader(run.id).history.loss
    if run.id not in mine.far_runs and len(loss) and max(loss.smooth) > FAR_ABOVE_START * loss.smooth[0]:
        mine.far_runs.add(run.id)
        st.session_state[key] = True
    st.session_state.setdefault(key, mine.logarithmic)

    def choose() -> None:
        mine.logarithmic = st.session_state[key]

    words = section(PAGE, "logarithmic")
    explained_switch("Logarithmic loss", words, key=key, persist_state="session", on_change=choose)


def _scale_key(run: Run) -> str:
    return f"log_loss-{run.id}"


def show_charts(run: Run, config: TrainingConfig, history: History) -> None:
    """Loss and right answers, of batches and of epochs."""
    watched = settings_form.option_in_words(config.validate_on)
    left, right = st.columns(2)
    logarithmic = st.session_state[_scale_key(run)]
    with left:
        figure = loss_figure(
            history, watched, settings_form.option_in_words(config.loss), logarithmic, f"{run.id}{logarithmic}"
        )
        show_chart(figure, "live-loss", _loss_in_words(history, watched))
    with right:
        show_chart(accuracy_figure(history, watched, run.id), "live-accuracy", _accuracy_in_words(history, watched))
    if config.learning_rate_schedule != "constant":
        _show_learning_rate(run, config, history)
    if handicaps := handicaps_of(config.to_dict()):
        st.caption(f"{section(PAGE, 'handicaps')} {', '.join(handicaps)}.")
    scale = f" {section(PAGE, 'scale of the loss')}" if config.loss == "categorical_crossentropy" else ""
    st.caption(section(PAGE, "curves") + scale)


def _show_learning_rate(run: Run, config: TrainingConfig, history: History) -> None:
    """The curve of a rate that follows a schedule, below the loss that it makes fall."""
    schedule = SCHEDULES[config.learning_rate_schedule]
    rates = rate_of_each_update(config, history.learning_rates, config.updates)
    left, right = st.columns(2)
    with left:
        words = (
            f"Learning rate: {rates[0]:.3g} at the first of {config.updates:,} updates, at most {rates.max():.3g}, "
            f"{rates[-1]:.2g} at the last; {history.step:,} are taken."
        )
        show_chart(learning_rate_figure(config, history, run.id), "live-rate", words)
    with right:
        st.markdown(f"**The learning rate: {schedule.title}**")
        st.latex(schedule.formula)
        st.caption(section(PAGE, "learning rate curve"))


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


def show_inside(run: Run) -> None:
    """What the network answers, weighs and changes now."""
    try:
        preview = read_preview(run)
    except RunError:
        return  # it has not begun
    labels, answers, weights = preview.labels, preview.answers.argmax(axis=1), preview.weights
    if preview.step >= 0 and run.status().state == RunState.DIVERGED:
        st.caption(f"As it was **after update {preview.step:,}**, when it was looked at for the last time:")
    digits, units, slopes = st.columns([1.1, 1.2, 1], gap="large")
    with digits:
        st.markdown("**Its answers**")
        show_live_digits(preview.images, labels, answers.tolist())
        right = int((answers == labels).sum())
        st.caption(f"**{right} of {len(labels)}** right. {section(PAGE, 'digits')}")
    with units:
        st.markdown("**The first layer's weights**")
        st.image(
            weights_picture(weights),
            alt=f"The weights of {len(weights)} units as images, {span(weights)}",
            output_format="PNG",
        )
        st.caption(section(PAGE, "weights"))
    with slopes:
        st.markdown("**The size of the gradients**")
        in_words = ", ".join(f"layer {number}: {size:.2g}" for number, size in enumerate(preview.gradients, 1))
        show_chart(
            gradients_figure(preview.gradients.tolist()), "live-gradients", f"Length of the gradient: {in_words}."
        )
        st.caption(section(PAGE, "gradients"))

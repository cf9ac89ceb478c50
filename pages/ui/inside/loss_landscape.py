"""The real hill: the loss of a whole network in two slices, beside the ball of the chapter before."""

import numpy as np
import streamlit as st

from core.descent.curves import CURVES
from core.descent.simulation import simulate
from core.explain.loss_landscape import Interpolation, LossLandscape
from core.figures.descent import curve_figure
from core.figures.loss_landscape import line_figure, moves_on_plane, path_figure, plane_figure
from core.narrative import section
from core.nn.optimizers import OPTIMIZERS
from core.runs.errors import RunError
from core.runs.landscape import LandscapeState, landscape_status, read_landscape, why_no_landscape
from core.runs.run import Run
from core.runs.timeline import CheckpointTimeline
from pages.ui.components.chart import Animation, show_chart
from pages.ui.inside.training_picker import choose_training
from pages.ui.runs.own_runs import report_damaged_run
from pages.ui.runs.run_commands import permissions_of, refused_in_words
from pages.ui.shell.training_service import training_service
from pages.ui.widgets.live_part import live_part

PAGE = "look_inside"
POLL_SECONDS = 1.0  # between looks at a landscape that is being computed
TOY, RATE, STEPS = "article", 0.1, 20  # the ball of the chapter on gradient descent
RISES = 0.02  # of the fall from start to end: less is seen as flat


def show_loss_landscape() -> None:
    """Choose a training and see its loss landscape; one's own is computed when one asks for it."""
    st.markdown(section(PAGE, "real hill"))
    timeline = choose_training()
    try:
        if (landscape := _landscape(timeline)) is not None:
            _show_slices(landscape, timeline.network(timeline.checkpoints[-1]).parameter_count)
    except RunError:  # the run was deleted or went on meanwhile, or a file is damaged
        st.error(section(PAGE, "no moments"), icon=":material/broken_image:")


def _landscape(timeline: CheckpointTimeline) -> LossLandscape | None:
    """The landscape of a run; if it is not there (yet), words on how to come by it."""
    run = Run.find(timeline.key)
    if run is None:
        return None
    with report_damaged_run(run):
        _show_request(run)
        return read_landscape(run)
    return None


def _show_request(run: Run) -> None:
    """How it stands with a run's landscape, and the button that asks for one."""
    state = landscape_status(run)

    def ask() -> None:
        training_service().start_now()
        with refused_in_words():
            permissions_of(run).request_landscape()

    going = state.state in (LandscapeState.QUEUED, LandscapeState.RUNNING)
    if going:
        with live_part("hill"):
            st.fragment(_wait_for, run_every=POLL_SECONDS)(run, state.state)
    elif state.state == LandscapeState.FAILED:
        st.error(state.reason, icon=":material/error:")
    if not going and (state.state in (LandscapeState.NONE, LandscapeState.FAILED) or state.out_of_date):
        words = why_no_landscape(run)
        st.markdown(words or section(PAGE, "hill out of date" if state.out_of_date else "no hill"))
        st.button(
            "Survey the hill", type="primary", on_click=ask, disabled=words is not None, icon=":material/landscape:"
        )


def _wait_for(run: Run, shown: LandscapeState) -> None:
    if landscape_status(run).state != shown:
        st.rerun()
    st.info(section(PAGE, f"hill {shown}"), icon=":material/hourglass:")


def _show_slices(landscape: LossLandscape, parameters: int) -> None:
    real, toy = st.columns(2, gap="large")
    with real:
        st.markdown(f"**{parameters:,} weights and biases, one line.** {section(PAGE, 'line')}")
        line = landscape.line
        alt = f"The loss falls from {line.start_loss:.3g} at the start to {line.end_loss:.3g} at the end."
        show_chart(line_figure(line), "hill-line", alt)
    with toy:
        st.markdown(f"**One weight.** {section(PAGE, 'toy')} {_beyond_in_words(landscape.line)}")
        curve = CURVES[TOY]
        path = simulate(curve.loss, curve.gradient, curve.start, OPTIMIZERS["sgd"], RATE, STEPS)
        alt = f"The loss of one weight falls from {path.losses[0]:.3g} to {path.losses[-1]:.3g} in {STEPS} steps."
        show_chart(curve_figure(curve, path), "hill-toy", alt)
    st.header("The plane of its path")
    share = np.floor(100 * landscape.plane.explained.sum() + 1e-6)  # 100 only where nothing is left
    held = f"These two directions contain **{share:.0f} %** of the way it went."
    st.markdown(f"{section(PAGE, 'plane')} {held}")
    plane, words = st.columns([1.7, 1], gap="large")
    with plane:
        animation = Animation(
            moves_on_plane(landscape.plane),
            [_checkpoint_in_words(landscape, place) for place in range(len(landscape.steps))],
        )
        far = float(np.hypot(*landscape.plane.path[0]))
        alt = f"The training began {far:.0f} away from the last network. {' '.join(_checkpoint_in_words(landscape, 0))}"
        show_chart(plane_figure(landscape), "hill-plane", alt, animation)
    with words:
        st.markdown(section(PAGE, "hides"))
        losses = zip(landscape.steps, landscape.plane.path_losses, landscape.plane.slice_losses, strict=True)
        alt = "; ".join(
            f"update {step:,}: {loss:.3g} on the path, {below:.3g} in the slice" for step, loss, below in losses
        )
        show_chart(path_figure(landscape), "hill-path", f"The loss at each moment, {alt}.")


def _beyond_in_words(line: Interpolation) -> str:
    """Whether the line has a wall on its far side, as the curve of one weight has."""
    far, loss = line.alphas[-1], line.losses[-1]
    if not np.isfinite(loss) or loss - line.end_loss > RISES * abs(line.start_loss - line.end_loss):
        return "Beyond the end both rise again."
    return f"Its curve rises again; the network's loss does not yet: {loss:.2g} at {far:.0%} of the way."


def _checkpoint_in_words(landscape: LossLandscape, place: int) -> list[str]:
    on_path, below = landscape.plane.path_losses[place], landscape.plane.slice_losses[place]
    return [f"Update {landscape.steps[place]:,}: loss {on_path:.3g}. At the same place of the slice: {below:.3g}."]

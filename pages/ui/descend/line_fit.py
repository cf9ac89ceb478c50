"""A line through points: two weights that one can see, their loss, and descent with batches of any size."""

import numpy as np
import streamlit as st

from core.descent.learning_rates import geometric_grid
from core.descent.line_narration import line_outcome, line_rate_in_words, starts_in_words
from core.descent.narration import number
from core.descent.regression import (
    MAX_COORDINATE,
    MAX_POINTS,
    MIN_POINTS,
    POINT_SETS,
    Descent,
    Points,
    best_line,
    descend,
    draw_batches,
    from_text,
    to_text,
)
from core.figures.regression import LINES, frames_of, line_figure, line_loss_figure, moves_of_line, moves_on_line_loss
from core.narrative import section
from pages.ui.components.chart import Animation, show_chart
from pages.ui.components.number_box import number_box
from pages.ui.widgets.learning_rate_slider import choose_rate
from pages.ui.widgets.switch import explained_switch

PAGE = "gradient_descent"
OWN = "Your own"
FIRST = to_text(next(iter(POINT_SETS.values())))
RATES = geometric_grid(-3, 0)
BATCHES = ("1", "2", "4", "8", "all")
RESTARTS = 12


def show_line_through_points() -> None:
    """Choose points, a line and a batch size; see residuals, the error's landscape, and the path."""
    st.markdown(section(PAGE, "line"))
    seen, landscape = st.columns(2, gap="medium")
    learning, second, third = st.columns(3, gap="large")  # on a phone the rate is directly below the path
    with third:
        points = _choose_points()
    with second:
        slope = st.slider("Slope m", LINES[0], LINES[1], -0.5, 0.01, key="slope", bind="query-params")
        intercept = st.slider("Intercept b", LINES[2], LINES[3], 2.5, 0.01, key="intercept", bind="query-params")
        restart = explained_switch(
            "Twelve random starts", section(PAGE, "restarts"), key="restarts", bind="query-params"
        )
    with learning:
        rate = choose_rate("Learning rate", "line_rate", RATES, 0.05)
        words = st.empty()
        steps = st.slider("Steps", 10, 300, 60, 10, key="line_steps", bind="query-params")
        batch = st.segmented_control(
            "Points in a batch", BATCHES, default="all", required=True, key="batch", bind="query-params"
        )
        batch = batch or "all"  # "?batch=" chooses none
        st.caption(section(PAGE, "batch"))
        seed = number_box(
            "Seed", 0, 9999, 0, key="line_seed", bind="query-params", width=120, help=section(PAGE, "seed")
        )
    size = len(points) if batch == "all" else min(int(batch), len(points))
    starts = [(slope, intercept)]
    if restart:
        starts += np.random.default_rng(seed).uniform(LINES[::2], LINES[1::2], (RESTARTS, 2)).tolist()
    batches = draw_batches(len(points), size, steps, seed)
    path, *others = descend(points, starts, rate, batches)
    words.markdown(f"{line_rate_in_words(points, rate, batches)} {line_outcome(points, path)}")
    with second:
        if others:
            st.markdown(starts_in_words(points, others))
            st.caption(section(PAGE, "single valley"))

    frames = frames_of(path)
    animation = Animation(
        moves_of_line(points, path, frames),
        [_step_in_words(points, path, step) for step in frames],
        frames,
        identity=f"{slope} {intercept}",
        group="line",
        play_on_click=False,
    )
    with seen:
        first, last = (number(float(path.errors[place]), 2) for place in (0, -1))
        alt = f"A line through {len(points)} points: its mean squared error is {first}, and {last} after its last step."
        show_chart(line_figure(points, path), "line", alt, animation, on_click=_add_point)
    with landscape:
        moves = Animation(moves_on_line_loss(path, frames), (), frames, animation.identity, "line", follower=True)
        best = ", ".join(number(part, 2) for part in best_line(points))
        alt = f"The mean squared error over slope and intercept. The best line is at {best}."
        show_chart(line_loss_figure(points, path, others), "line-loss", alt, moves, on_click=_place_line)
        st.caption(section(PAGE, "line loss"))


def _choose_points() -> Points:
    """The points are a text, which a set or a click writes and one's own hand may change."""
    written = st.session_state.get("own", st.query_params.get("own", FIRST))
    st.session_state.set = next((name for name, points in POINT_SETS.items() if to_text(points) == written), OWN)
    st.selectbox("Points", [*POINT_SETS, OWN], key="set", on_change=_take_set)
    text = st.text_area("x y; x y; … each -5 to 5", FIRST, max_chars=800, height=90, key="own", bind="query-params")
    try:
        points = from_text(text)
    except ValueError as error:
        st.warning(f"{error} Until then the first set is shown.", icon=":material/edit:")
        return from_text(FIRST)
    st.button(
        "Remove the last point", disabled=len(points) <= MIN_POINTS, icon=":material/undo:", on_click=_remove_last
    )
    if len(points) == MAX_POINTS:
        st.caption(section(PAGE, "enough points"))
    if np.ptp(points.x) == 0:
        st.caption(section(PAGE, "upright"))
    return points


def _take_set() -> None:
    if st.session_state.set in POINT_SETS:
        st.session_state.own = to_text(POINT_SETS[st.session_state.set])


def _remove_last() -> None:
    points = from_text(st.session_state.own)
    st.session_state.own = to_text(Points(points.x[:-1], points.y[:-1]))


def _add_point(at: dict[str, float]) -> None:
    """Add the point that was clicked to those that are shown; the oldest go when they are too many."""
    try:
        shown = from_text(st.session_state.own)
    except ValueError:
        shown = from_text(FIRST)
    x, y = (round(float(np.clip(at[axis], -MAX_COORDINATE, MAX_COORDINATE)), 2) for axis in "xy")
    added = Points(np.append(shown.x, x)[-MAX_POINTS:], np.append(shown.y, y)[-MAX_POINTS:])
    st.session_state.own = to_text(added)


def _place_line(at: dict[str, float]) -> None:
    st.session_state.slope = round(float(np.clip(at["x"], *LINES[:2])), 2)
    st.session_state.intercept = round(float(np.clip(at["y"], *LINES[2:])), 2)


def _step_in_words(points: Points, path: Descent, step: int) -> list[str]:
    slope, intercept = (number(float(part), 3) for part in path.lines[step])
    lines = [f"Slope {slope}, intercept {intercept}: mean squared error {number(float(path.errors[step]), 3)}"]
    if step < len(path.batches):
        size = len(path.batches[step])
        which = "all points" if size == len(points) else f"{size} of {len(points)} points, drawn at random"
        lines.append(f"The next step follows the gradient of {which}.")
    elif path.diverged:
        lines.append(f"Step {path.diverged} would lead beyond a million. It has diverged.")
    return lines

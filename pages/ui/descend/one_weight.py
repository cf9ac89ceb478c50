"""One weight: a ball on a curve, its slope, its step in words, and the learning rate's edge."""

import numpy as np
import streamlit as st

from core.descent.curves import CURVES, LossCurve
from core.descent.learning_rates import geometric_grid, losses_by_rate
from core.descent.narration import bands_of, describe_rate, number, step_in_words
from core.descent.random_restarts import descend_from, random_starts, reached_global_minimum
from core.descent.simulation import Trajectory, simulate
from core.figures.descent import curve_figure, moves_on_curve, rates_figure, view_of
from core.narrative import section
from core.nn.optimizers import OPTIMIZERS
from pages.ui.components.chart import Animation, show_chart
from pages.ui.components.number_box import number_box
from pages.ui.widgets.learning_rate_slider import choose_rate, nearest
from pages.ui.widgets.switch import explained_switch

PAGE = "gradient_descent"
RATES = geometric_grid(-3, 2)
STARTS = 12


def show_one_weight() -> None:
    """Choose a curve, a start and a learning rate; see the path, step by step."""
    text, slider = st.columns([1.7, 1], gap="large")  # a row of their own: on a phone the slider is above its curve
    text.markdown(section(PAGE, "one weight"))
    with slider:
        rate = choose_rate("Learning rate", "rate", RATES, 0.1)
    picture, controls = st.columns([1.7, 1], gap="large")
    with controls:
        words = st.empty()
        name = st.selectbox(
            "Curve",
            list(CURVES),
            format_func=lambda name: CURVES[name].title,
            key="curve",
            bind="query-params",
            on_change=_new_curve,
        )
        curve = CURVES[name]
        st.caption(curve.lesson)
        low, high = curve.domain
        start = st.slider("Start", low, high, curve.start, 0.01, key="start", bind="query-params")
        steps = st.slider("Steps", 5, 500, 30, 5, key="steps", bind="query-params")
        draw = _choose_draw()

    path = simulate(curve.loss, curve.gradient, start, OPTIMIZERS["sgd"], rate, steps)
    others = descend_from(curve, random_starts(low, high, STARTS, draw), rate, steps) if draw else None
    description = describe_rate(curve, path, rate)
    words.markdown(f"{description.says} {description.outcome}")
    if others:
        with controls:
            st.markdown(_found_in_words(curve, others))
    with picture:
        moves = moves_on_curve(curve, path, others)
        animation = Animation(
            moves,
            [_step_in_words(curve, path, min(step, path.steps), rate) for step in range(len(moves))],
            identity=f"{name} {start} {draw}",
        )
        figure = curve_figure(curve, path, others)
        alt = f"The loss of one weight, and a ball that starts at {number(start, 2)}. {description.outcome}"
        show_chart(figure, "one-weight", alt, animation, on_click=_place)
    below, _ = st.columns([1.7, 1], gap="large")
    with below:
        _show_rates(curve, path, rate, steps)


def _choose_draw() -> int:
    """The number of a draw of random starts; 0 for none."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = explained_switch("Twelve random starts", section(PAGE, "starts"), key="starts", bind="query-params")
        if not wanted:
            return 0
        return number_box("Seed", 1, 999, 1, key="draw", bind="query-params", width=120, help=section(PAGE, "draw"))


def _found_in_words(curve: LossCurve, others: Trajectory) -> str:
    found = int(reached_global_minimum(curve, others).sum())
    which = "the global minimum" if len(curve.minima) > 1 else "the minimum"
    words = f"**{found} of {STARTS}** random starts found {which} at {number(curve.minima[0], 2)}"
    gone = int((others.diverged > 0).sum())
    return f"{words}; {gone} diverged." if gone else f"{words}."


def _step_in_words(curve: LossCurve, path: Trajectory, step: int, rate: float) -> list[str]:
    left, right = view_of(curve, path)
    weight = float(path.weights[step])
    words = step_in_words(path, step, rate)
    if not left <= weight <= right:
        words[0] += f" The ball is far out of the picture, to the {'left' if weight < left else 'right'}."
    return words


def _show_rates(curve: LossCurve, path: Trajectory, rate: float, steps: int) -> None:
    rates, start = np.geomspace(RATES[0], RATES[-1], 251), float(path.weights[0])
    edge = curve.stability_limit(curve.valley(start))
    reached = None if path.diverged else float(path.losses[-1])
    losses, bands = losses_by_rate(curve, start, rates, steps), bands_of(curve, start, np.array(RATES))
    figure = rates_figure(rates, losses, rate, reached, edge, steps, bands)
    st.markdown(section(PAGE, "rates"))
    now = "diverged" if reached is None else number(reached, 3)
    alt = f"The loss after {steps} steps for each learning rate: {now} at {rate:g}. The edge is at {number(edge, 3)}."
    show_chart(figure, "rates", alt, on_click=_take_rate)


def _new_curve() -> None:
    st.session_state.start = CURVES[st.session_state.curve].start


def _place(at: dict[str, float]) -> None:
    low, high = CURVES[st.session_state.curve].domain
    st.session_state.start = round(float(np.clip(at["x"], low, high)), 2)


def _take_rate(at: dict[str, float]) -> None:
    st.session_state.rate = nearest(RATES, at["x"])

"""Which landscape of two weights, and where on it the balls start: chosen alike in two views."""

import streamlit as st

from core.descent.learning_rates import tune_rate
from core.descent.momentum_map import RATES
from core.descent.surfaces import SURFACES
from core.nn.optimizers import OPTIMIZERS
from pages.ui.shell.session import session
from pages.ui.widgets.learning_rate_slider import nearest


def choose_surface() -> str:
    """The name of the surface."""
    return st.selectbox(
        "Surface",
        list(SURFACES),
        1,
        format_func=lambda name: SURFACES[name].title,
        key="surface",
        bind="query-params",
        on_change=_new_surface,
    )


def _new_surface() -> None:
    surface = st.session_state.surface
    st.session_state.x, st.session_state.y = SURFACES[surface].start
    session().pointed_pair = None
    if "race_steps" in st.session_state:
        st.session_state.race_steps = SURFACES[surface].steps
    if "pair_rate" in st.session_state:
        st.session_state.pair_rate, st.session_state.momentum = pair_at_first(surface), 0.0
    for name in OPTIMIZERS:
        if f"rate_{name}" in st.session_state:
            st.session_state[f"rate_{name}"] = tune_rate(surface, name)


def pair_at_first(surface: str) -> float:
    """A learning rate of the momentum map that brings plain gradient descent home on a surface."""
    return nearest(RATES, tune_rate(surface, "sgd"))


def choose_start(surface: str) -> tuple[float, float]:
    """The place where the balls lie at first, by two sliders."""
    ground = SURFACES[surface]
    x0, x1, y0, y1 = map(float, ground.domain)
    columns = st.columns(2)
    x = columns[0].slider("Start x", x0, x1, ground.start[0], 0.01, key="x", bind="query-params")
    y = columns[1].slider("Start y", y0, y1, ground.start[1], 0.01, key="y", bind="query-params")
    return x, y


def place_start(at: dict[str, float]) -> None:
    """Start where the map was clicked."""
    x0, x1, y0, y1 = SURFACES[st.session_state.surface].domain
    st.session_state.x = round(float(min(max(at["x"], x0), x1)), 2)
    st.session_state.y = round(float(min(max(at["y"], y0), y1)), 2)

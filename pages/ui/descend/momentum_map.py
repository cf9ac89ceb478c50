"""Learning rate against momentum: a map of how many steps each pair needs; point at one and see its path."""

import numpy as np
import streamlit as st

from core.descent.momentum_map import MOMENTA, RATES, STEPS, momentum_map
from core.descent.narration import number, rate_in_words
from core.descent.race_narration import result_in_words
from core.descent.simulation import simulate
from core.descent.surfaces import SURFACES
from core.figures.momentum_map import momentum_map_figure
from core.figures.surfaces import contour_figure, frames_of, moves_on_contour
from core.narrative import section
from core.nn.optimizers import OPTIMIZERS
from pages.ui.components.chart import Animation, show_chart
from pages.ui.descend.surface_picker import choose_start, choose_surface, pair_at_first, place_start
from pages.ui.shell.session import session
from pages.ui.widgets.learning_rate_slider import choose_rate, nearest

PAGE = "gradient_descent"


def show_momentum_map() -> None:
    """Point at a pair on the map, or choose it by slider; its path is beside."""
    st.markdown(section(PAGE, "momentum"))
    ground, words = st.columns([1, 2.4])
    with ground:
        name = choose_surface()
    surface = SURFACES[name]
    pairs, path_of_pair = st.columns([1, 1.2], gap="large")
    with pairs:
        field = st.container()
        columns = st.columns(2)
        with columns[0]:
            rate = choose_rate("Learning rate", "pair_rate", RATES, pair_at_first(name))
        momentum = columns[1].select_slider("Momentum", MOMENTA, 0.0, key="momentum", bind="query-params")
    with path_of_pair:
        picture = st.container()
        start = choose_start(name)

    known = momentum_map(name, start)
    shown_rate, shown_momentum = session().pointed_pair or (rate, momentum)
    path = simulate(
        *(surface.loss, surface.gradient, start, OPTIMIZERS["momentum"], shown_rate, STEPS),
        axis=0,
        momentum=shown_momentum,
    )
    result = result_in_words(surface, path, STEPS)
    with words:
        pair = f"learning rate **{rate_in_words(shown_rate)}**, momentum **{shown_momentum:g}**"
        st.markdown(f"{'Pointed at' if session().pointed_pair else 'Chosen'}: {pair}: {result}.")
        fewest_in_words = "No pair arrives."
        if best := known.best():
            fewest = int(np.nanmin(known.steps))
            fewest_in_words = f"The fewest on this map: {fewest} steps, with {rate_in_words(best[0])} and {best[1]:g}."
            st.caption(fewest_in_words)
    with field:
        show_chart(
            momentum_map_figure(known, rate, momentum),
            "momentum-map",
            f"Steps to a minimum for each learning rate and momentum. {fewest_in_words}",
            on_click=_take_pair,
            on_point=_point_at,
        )
        st.caption(section(PAGE, "momentum colours"))
    with picture:
        paths = {"momentum": path}
        animation = Animation(
            moves_on_contour(surface, paths, "momentum"),
            [
                [f"Loss after step {step}: {number(float(path.losses[min(step, path.steps)]), 3)}"]
                for step in frames_of(paths)
            ],
            frames_of(paths),
            identity=f"{name} {start}",
        )
        figure = contour_figure(surface, paths, "momentum")
        alt = f"The path with this pair: {result}.".replace("**", "")
        show_chart(figure, "momentum-path", alt, animation, on_click=place_start)


def _pair_at(at: dict[str, float]) -> tuple[float, float]:
    return nearest(RATES, at["x"]), min(MOMENTA, key=lambda momentum: abs(momentum - at["y"]))


def _point_at(at: dict[str, float]) -> None:
    session().pointed_pair = _pair_at(at) if at else None


def _take_pair(at: dict[str, float]) -> None:
    st.session_state.pair_rate, st.session_state.momentum = _pair_at(at)
    session().pointed_pair = None

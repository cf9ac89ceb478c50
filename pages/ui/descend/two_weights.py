"""Two weights: two to six optimizers race down a landscape, each with a learning rate that suits it."""

import inspect

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.descent.learning_rates import geometric_grid, tune_rate
from core.descent.narration import number
from core.descent.race_narration import race_in_words, result_in_words
from core.descent.simulation import Trajectory, simulate_many
from core.descent.surfaces import SURFACES, Surface
from core.figures.surfaces import contour_figure, frames_of, moves_in_space, moves_on_contour, surface_figure
from core.narrative import section
from core.nn.optimizers import OPTIMIZERS
from pages.ui.components.chart import Animation, show_chart
from pages.ui.descend.surface_picker import choose_start, choose_surface, place_start
from pages.ui.widgets.learning_rate_slider import choose_rate

PAGE = "gradient_descent"
RATES = geometric_grid(-5, 1)
FIRST_RACERS = ["sgd", "momentum", "adam"]


def show_two_weights() -> None:
    """Choose a surface, a start and who races; see the paths from above and in three dimensions."""
    st.markdown(section(PAGE, "two weights"))
    ground, who = st.columns([1, 2.4])
    with ground:
        name = choose_surface()
    with who:
        racers = _choose_racers()
    if not racers:
        st.info(section(PAGE, "nobody races"), icon=":material/flag:")
        return
    surface = SURFACES[name]
    above, words = st.columns([1.3, 1], gap="medium")
    with words:  # beside the paths that the rates move; on a phone directly below them
        rates, results = _choose_rates(name, racers)
        first = st.empty()
        lesson = st.empty()
    space, places = st.columns([1.3, 1], gap="medium")
    with places:
        st.caption(section(PAGE, "their rates"))
        start = choose_start(name)
        steps = st.slider("Steps", 20, 500, surface.steps, 10, key="race_steps", bind="query-params")
        arrows = _choose_arrows(racers)

    entrants = [(OPTIMIZERS[each], rate) for each, rate in rates.items()]
    raced = simulate_many(surface.loss, surface.gradient, start, entrants, steps, axis=0)
    paths = dict(zip(rates, raced, strict=True))
    for each, path in paths.items():
        results[each].markdown(result_in_words(surface, path, steps))
    in_words = "; ".join(f"{OPTIMIZERS[each].title}: {result_in_words(surface, paths[each], steps)}" for each in racers)
    in_words = in_words.replace("**", "")  # an alternative text is read as it is written
    animation = Animation(
        moves_on_contour(surface, paths, arrows),
        [_losses_in_words(paths, step) for step in frames_of(paths)],
        frames_of(paths),
        identity=f"{name} {start}",
        group="race",
    )
    first.markdown(race_in_words(surface, paths))
    as_found = start == surface.start and all(rate == tune_rate(name, each) for each, rate in rates.items())
    lesson.markdown(f"{surface.lesson} {surface.race}" if as_found else surface.lesson)
    with above:
        figure = contour_figure(surface, paths, arrows)
        show_chart(figure, "race", f"{surface.title} from above. {in_words}.", animation, on_click=place_start)
    with space:
        turned = Animation(
            moves_in_space(surface, paths), identity=animation.identity, group="race", follower=True, full_redraw=True
        )
        alt = f"{surface.title} in three dimensions. {in_words}."
        show_chart(surface_figure(surface, paths), "race-space", alt, turned)
    _show_formulas(surface, racers)


def _choose_racers() -> list[str]:
    chosen = st.pills(
        "Optimizers",
        list(OPTIMIZERS),
        selection_mode="multi",
        default=FIRST_RACERS,
        format_func=lambda name: OPTIMIZERS[name].title,
        key="racers",
        wrap=True,
        bind="query-params",
    )
    return [name for name in OPTIMIZERS if name in chosen]


def _choose_rates(surface: str, racers: list[str]) -> tuple[dict[str, float], dict[str, DeltaGenerator]]:
    """A learning rate for each, and a place below it for what becomes of it."""
    rates, results = {}, {}
    for name in racers:
        label = f"Learning rate of {OPTIMIZERS[name].title}"
        rates[name] = choose_rate(label, f"rate_{name}", RATES, tune_rate(surface, name))
        results[name] = st.empty()
    return rates, results


def _choose_arrows(racers: list[str]) -> str | None:
    options = ["none", *racers]
    if st.session_state.get("arrows") not in options:
        st.session_state.pop("arrows", None)
    first = "momentum" if "momentum" in racers else racers[-1]
    chosen = st.selectbox(
        "Arrows of",
        options,
        options.index(first),
        format_func=lambda name: OPTIMIZERS[name].title if name in OPTIMIZERS else name,
        key="arrows",
        bind="query-params",
        help=section(PAGE, "arrows"),
    )
    return None if chosen == "none" else chosen


def _losses_in_words(paths: dict[str, Trajectory], step: int) -> list[str]:
    losses = [
        f"{OPTIMIZERS[name].title} {number(float(path.losses[min(step, path.steps)]), 3)}"
        for name, path in paths.items()
    ]
    return [f"Loss after step {step}: {', '.join(losses)}"]


def _show_formulas(surface: Surface, racers: list[str]) -> None:
    title = "The formulas, and the code that ran"
    formulas = st.expander(title, icon=":material/function:", key="formulas", bind="query-params")
    if not formulas.open:
        return
    with formulas:
        st.latex(rf"\text{{{surface.title}: }} L(x, y) = {surface.formula}")
        st.caption(section(PAGE, "symbols"))
        for name in racers:
            optimizer = OPTIMIZERS[name]
            words, code = st.columns(2, gap="large")
            words.markdown(f"**{optimizer.title}**. {optimizer.idea}")
            words.latex(optimizer.formula)
            code.code(inspect.getsource(optimizer.update), language="python", wrap_lines=True)

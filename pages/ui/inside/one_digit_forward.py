"""One digit goes through a network: every layer's activations, one unit's sum, softmax; and what changes do to it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.explain.interventions import Interventions, apply, dead_units
from core.figures.layers import LARGE, answers_figure, close_up_figure, digit_at, grid, layer_figure, unit_at
from core.figures.pictures import ink_in_words
from core.formatting import percent
from core.narrative import section
from core.nn.network import Forward, Network, forward
from core.nn.prediction import Prediction, digit_name, predict_one
from pages.ui.components.chart import show_chart
from pages.ui.inside.digit_picker import ChosenDigit, choose_digit
from pages.ui.inside.interventions import edits_of, show_changes, show_effect
from pages.ui.inside.one_unit import choose_unit, show_unit
from pages.ui.inside.softmax import show_softmax
from pages.ui.runs.kept_model import own_network
from pages.ui.widgets.cached_models import models_or_problems, test_set
from pages.ui.widgets.predictions import answer_in_words, badge, choose_network
from pages.ui.widgets.source_viewer import show_source

PAGE = "look_inside"
WIDTH = 262  # pixels of a layer's picture


def show_one_digit_forward() -> None:
    """Choose a digit and a network; see all that the network computes on the way to its answer."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = choose_network([*models_or_problems(), *own_network()], key="looked_into")
        to_read = choose_digit(hard_for=model.name if model else "")
    if model is None:
        return
    try:
        before = predict_one(model.network, to_read.image)
    except ValueError as error:
        st.error(str(error), icon=":material/error:")
        return
    edits = edits_of(model)
    network = apply(model.network, replace(edits, temperature=1.0))  # softmax is shown with its temperature
    result = forward(network, to_read.image.reshape(1, -1).astype(np.float32))
    after = predict_one(apply(model.network, edits), to_read.image)
    meant = "" if to_read.label is None else f", {digit_name(to_read.label)},"
    digit, how_sure = answer_in_words(after)
    answer = f"**{digit}** {badge(after, how_sure, label=to_read.label)}"
    st.markdown(f"{to_read.name.capitalize()}{meant} is read as {answer}")
    st.markdown(f"{section(PAGE, 'forward')} {_activations_in_words(network)}")
    found = _dead_units(model.name, model.fingerprint, model.network)
    dead = [  # unless a change has woken it
        units & (activations[0] == 0) for units, activations in zip(found, result.activations, strict=False)
    ]
    layers = st.container(horizontal=True, gap="small")
    unit_column, change_column = st.columns([1.5, 1], gap="large")
    with unit_column:
        layer, unit = choose_unit(network, result)
    with layers:
        _show_layers(to_read, network, result, after, (layer, unit), dead, edits)
    with unit_column:
        is_dead = layer < len(dead) and bool(dead[layer][unit])
        show_unit(network, result, layer, unit, is_dead, (layer, unit) in edits.ablated)
    with change_column:
        st.header("Change it")
        effect = show_changes(model, result, layer, unit)
    show_softmax(network, result, edits.temperature)
    show_source(forward)
    with effect:  # last, since all test digits are read again
        show_effect(model, network, before, after, to_read.label)


@st.cache_resource(show_spinner=False, max_entries=32)
def _dead_units(name: str, marks: bytes, _network: Network) -> list[npt.NDArray[np.bool_]]:
    """Of each hidden layer the units that answer none of the test digits."""
    return dead_units(_network, test_set().images)


def _show_layers(
    to_read: ChosenDigit,
    network: Network,
    result: Forward,
    answer: Prediction,
    chosen: tuple[int, int],
    dead: list[npt.NDArray[np.bool_]],
    edits: Interventions,
) -> None:
    """The input and every layer side by side; a click on a unit chooses it."""
    with st.container(width=WIDTH):
        figure = layer_figure(to_read.image.reshape(-1), "input: 784 pixels", "value", of_one="pixel")
        show_chart(figure, "layer-0", f"The pixels of {to_read.name}: {ink_in_words(to_read.image)}.")
    last = len(network.layers) - 1
    for number, activations in enumerate(result.activations):
        units = activations.shape[1]
        framed = chosen[1] if chosen[0] == number else None
        layer = network.layers[number]
        title = f"layer {number + 1}: {units:,} units, {layer.activation}"
        with st.container(width=WIDTH):
            if number == last:
                texts = [percent(float(p)) for p in answer.probabilities]
                figure = answers_figure(answer.probabilities, texts, title, framed)
                words = ", ".join(f"{digit}: {text}" for digit, text in enumerate(texts))
                alt = f"Layer {number + 1}, the answer: {words}"
                show_chart(figure, f"layer-{number + 1}", alt, on_click=_choose(number, units, digit_at))
            else:
                crossed = sorted(
                    {*np.flatnonzero(dead[number]).tolist(), *(u for of, u in edits.ablated if of == number)}
                )
                figure = layer_figure(activations[0], title, "activation", framed, crossed)
                active = int((activations[0] != 0).sum())
                alt = (
                    f"Layer {number + 1}: {active} of {units:,} units are not 0; the largest is {activations.max():.2f}"
                )
                show_chart(figure, f"layer-{number + 1}", alt, on_click=_choose(number, units, unit_at))
                if grid(units)[1] > LARGE:  # the style sheet shows it where there is no mouse
                    middle = int(activations[0].argmax()) if framed is None else framed
                    near = close_up_figure(activations[0], middle, "activation", framed, crossed)
                    with st.container(key=f"close-up-{number + 1}"):
                        gives = f"{activations[0][middle]:.2f}"
                        words = f"The units around unit {middle} of layer {number + 1}, which gives {gives}"
                        show_chart(near, f"near-{number + 1}", words, on_click=_choose(number, units, unit_at))
                st.caption(_crosses_in_words(int(dead[number].sum()), len(crossed) - int(dead[number].sum())))


def _activations_in_words(network: Network) -> str:
    """What the names in the titles of the layers mean, each once."""
    names = dict.fromkeys(layer.activation for layer in network.layers)
    return f"{', '.join(f'*{name}* {_what_it_does(name)}' for name in names)}."


def _what_it_does(name: str) -> str:
    family = name.partition("(")[0]
    return section(PAGE, f"activation {family}")


def _crosses_in_words(dead: int, off: int) -> str:
    """Also said where there is nothing to say: else all that is below would move when a unit is switched off."""
    units = "dead unit: it gives" if dead == 1 else "dead units: they give"
    parts = [f"{off} switched off"] * bool(off) + [f"{dead} {units} 0 for every test digit"] * bool(dead)
    return f"× {', '.join(parts)}" if parts else "No unit is dead or switched off."


def _choose(
    layer: int, units: int, at_place: Callable[[int, dict[str, float]], int | None]
) -> Callable[[dict[str, float]], None]:
    def choose(at: dict[str, float]) -> None:
        if (unit := at_place(units, at)) is not None:
            st.session_state.layer, st.session_state.unit = layer + 1, unit

    return choose

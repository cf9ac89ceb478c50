"""One unit of a network: what comes in, its weights, their products, and the sum written out."""

import numpy as np
import streamlit as st

from core.data.mnist import SIDE
from core.explain.neuron import WeightedSum, weighted_sum
from core.explain.worked_numbers import worked_sum
from core.figures.layers import arranged
from core.figures.pictures import diverging
from core.narrative import section
from core.nn.more_activations import activation_of
from core.nn.network import Forward, Network
from pages.ui.components.number_box import number_box
from pages.ui.widgets.number_text import plain, span, table

PAGE = "look_inside"
SIZE, GAP = 196, 6  # pixels of a picture, and between two


def choose_unit(network: Network, result: Forward) -> tuple[int, int]:
    """A layer and a unit of it, from 0; at first the unit that answers this digit most."""
    layers = len(network.layers)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        layer = st.selectbox(
            "Layer",
            list(range(1, layers + 1)),
            format_func=lambda n: f"{n}" if n < layers else f"{n}, the answer",
            key="layer",
            bind="query-params",
            width=150,
            on_change=take_strongest,
        )
        activations = result.activations[layer - 1][0]
        last = activations.size - 1
        asked = "unit" in st.session_state or "unit" in st.query_params
        if not asked or st.session_state.get("unit") == STRONGEST or st.session_state.get("unit", 0) > last:
            st.session_state.unit = int(activations.argmax())
        unit = number_box(f"Unit, 0 to {last:,}", 0, last, key="unit", bind="query-params", width=150)
        st.button(
            "The strongest", icon=":material/arrow_upward:", on_click=take_strongest, help=section(PAGE, "strongest")
        )
    return layer - 1, unit


STRONGEST = -1


def take_strongest() -> None:
    """Turn to the unit of the chosen layer with the largest activation; for a control's callback."""
    st.session_state.unit = STRONGEST


def show_unit(network: Network, result: Forward, layer: int, unit: int, dead: bool, off: bool) -> None:
    """Everything about one unit."""
    summed = weighted_sum(network, result, layer, unit)
    last = layer == len(network.layers) - 1
    what = f"Unit {unit} of layer {layer + 1}" + (f", the answer {unit}" if last else "")
    st.markdown(f"**{what}** {section(PAGE, 'unit')}")
    if dead:
        st.markdown(f":orange-badge[dead] {section(PAGE, 'dead')}")
    if off:
        st.markdown(f":orange-badge[off] {section(PAGE, 'off')}")
    _show_pictures(summed, layer)
    _show_sum(summed, layer, network.layers[layer].activation, off)


def _show_pictures(summed: WeightedSum, layer: int) -> None:
    """What came in, the weights, and their products, side by side: each in its own full colour."""
    columns = []
    for values in (summed.inputs, summed.weights, summed.products):
        squares = np.nan_to_num(arranged(values))
        block = max(1, SIZE // squares.shape[1])
        picture = diverging(squares, float(np.quantile(np.abs(values), 0.995))).repeat(block, 0).repeat(block, 1)
        columns += [picture, np.full((len(picture), GAP, 3), 128, np.uint8)]
    came = "the input" if layer == 0 else f"layer {layer}"
    words = f"{came}, times its weights, makes the products"
    parts = ("inputs", summed.inputs), ("weights", summed.weights), ("products", summed.products)
    alt = "; ".join(f"{name} {span(values)}" for name, values in parts)
    st.image(np.concatenate(columns[:-1], axis=1), caption=words, width="stretch", alt=alt, output_format="PNG")


def _show_sum(summed: WeightedSum, layer: int, activation: str, off: bool) -> None:
    written = worked_sum(summed)
    others = summed.inputs.size - len(written.terms)
    rows = [
        (_source(layer, term.place), plain(term.input), plain(term.weight), plain(term.product))
        for term in written.terms
    ]
    if others:
        rows.append((f"the other {others:,}", "", "", plain(written.rest)))
    rows.append(("**sum of all products**", "", "", f"**{plain(written.total)}**"))
    rows.append(("+ its bias", "", "", plain(written.bias)))
    rows.append(("**z**", "", "", f"**{plain(written.pre_activation)}**"))
    if activation != "softmax":  # that is written out by itself
        formula = activation_of(activation).formula
        rows.append((f"**a** = {activation}(z) = {formula}", "", "", f"**{plain(written.activation)}**"))
    if off:
        rows.append(("switched off, so it passes on", "", "", f"**{plain(0)}**"))
    st.markdown(table(("from", "input", "× weight", "= product"), rows))


def _source(layer: int, place: int) -> str:
    if layer == 0:
        row, column = divmod(place, SIDE)
        return f"pixel in row {row}, column {column}"
    return f"unit {place} of layer {layer}"

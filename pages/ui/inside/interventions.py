"""Change a network by hand and see at once what it answers, and how many test digits it still reads."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.explain.interventions import Interventions, strongest
from core.narrative import section
from core.nn.network import Forward, Network
from core.nn.prediction import Prediction, predict
from core.pretrained.registry import Model
from pages.ui.shell.session import session
from pages.ui.widgets.cached_models import test_set
from pages.ui.widgets.predictions import answer_in_words, badge

PAGE = "look_inside"
MANY = 20  # units that one press switches off
TEMPERATURES = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0]


def edits_of(model: Model) -> Interventions:
    """What this visitor has changed in a network; another network begins unchanged."""
    mine = session()
    if mine.edited != model.name or mine.edits is None:
        mine.edited, mine.edits = model.name, Interventions()
    return mine.edits


def _change(edits: Interventions, beside_controls: bool = False) -> None:
    """Take changes over; what was not done by the control that shows it gives new controls."""
    mine = session()
    mine.edits = edits
    mine.edits_version += beside_controls


def show_changes(model: Model, changed: Forward, layer: int, unit: int) -> DeltaGenerator:
    """The controls that change the chosen unit, its layer, and softmax; the place for what they do."""
    edits, chosen, version = edits_of(model), (layer, unit), session().edits_version
    of_unit, of_layer = f"{model.name}-{layer}-{unit}-{version}", f"{model.name}-{layer}-{version}"

    def switch() -> None:
        _change(edits.with_ablated([chosen], st.session_state[f"off-{of_unit}"]))

    def switch_many() -> None:
        _change(edits.with_ablated(strongest(changed.activations[layer][0], layer, edits, MANY), True), True)

    def shift() -> None:
        _change(edits.with_bias(chosen, st.session_state[f"bias-{of_unit}"]))

    def rescale() -> None:
        _change(edits.with_scale(layer, st.session_state[f"scale-{of_layer}"]))

    def warm() -> None:
        _change(edits.with_temperature(st.session_state[f"temperature-{model.name}-{version}"]))

    if layer < len(model.network.layers) - 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.toggle(f"Switch unit {unit} off", chosen in edits.ablated, key=f"off-{of_unit}", on_change=switch)
            left = strongest(changed.activations[layer][0], layer, edits, 1)
            words = f"Switch off the {MANY} strongest"
            st.button(words, on_click=switch_many, help=section(PAGE, "many off"), disabled=not left)
        if not left:
            st.caption(section(PAGE, "none left"))
    effect = st.container()  # above the sliders: on a phone, below them, it would be out of sight
    added = dict(edits.biases).get(chosen, 0.0)
    st.slider(f"Add to the bias of unit {unit}", -5.0, 5.0, added, 0.1, key=f"bias-{of_unit}", on_change=shift)
    scale = dict(edits.scales).get(layer, 1.0)
    label = f"Multiply the weights of layer {layer + 1} by"
    st.slider(label, 0.0, 3.0, scale, 0.1, key=f"scale-{of_layer}", on_change=rescale)
    if model.network.layers[-1].activation == "softmax":
        st.select_slider(
            "Temperature of softmax",
            TEMPERATURES,
            edits.temperature,
            key=f"temperature-{model.name}-{version}",
            on_change=warm,
            help=section(PAGE, "temperature"),
        )
    return effect


def show_effect(model: Model, network: Network, before: Prediction, after: Prediction, label: int | None) -> None:
    """What the changes did: to this answer, and to the share of test digits that are read rightly."""
    edits = edits_of(model)
    if edits == Interventions():
        st.caption(section(PAGE, "unchanged"))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Changed:** {_changes_in_words(edits)}.", width="stretch")
        st.button("Undo all", icon=":material/undo:", on_click=_change, args=(Interventions(), True))
    first, then = answer_in_words(before), answer_in_words(after)
    st.markdown(f"Its answer: **{first[0]}**, {first[1]} → **{then[0]}** {badge(after, then[1], label=label)}")
    changes = repr((sorted(edits.ablated), edits.biases, edits.scales))
    accuracy = _accuracy(model.name, model.fingerprint, changes, network)
    st.markdown(
        f"Of all 10,000 test digits it reads **{100 * model.test_accuracy:.2f} %** → **{100 * accuracy:.2f} %**."
    )


@st.cache_data(show_spinner=False, max_entries=500)
def _accuracy(name: str, marks: bytes, changes: str, _network: Network) -> float:
    """The share of test digits that a changed network reads rightly, 0 to 1; measured once for the same changes."""
    test = test_set()
    return float((predict(_network, test.images).argmax(axis=1) == test.labels).mean())


def _changes_in_words(edits: Interventions) -> str:
    changes = []
    if edits.ablated:
        layer, unit = next(iter(edits.ablated))
        changes.append(
            f"unit {unit} of layer {layer + 1} off" if len(edits.ablated) == 1 else f"{len(edits.ablated)} units off"
        )
    changes += [f"bias of unit {unit} of layer {layer + 1} {by:+.1f}" for (layer, unit), by in edits.biases]
    changes += [f"weights of layer {layer + 1} × {by:g}" for layer, by in edits.scales]
    if edits.temperature != 1:
        changes.append(f"temperature {edits.temperature:g}")
    return ", ".join(changes).replace("-", "−")

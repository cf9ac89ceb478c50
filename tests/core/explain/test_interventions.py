"""Changes made by hand, against the same changes made to the arithmetic."""

import numpy as np
import pytest

from core.explain.interventions import Interventions, apply, dead_units, strongest
from core.nn.activations import ACTIVATIONS
from core.nn.network import Dense, Network, forward, initial_network


@pytest.fixture
def network():
    network = initial_network((784, 20, 15, 10), ("relu", "relu", "softmax"), seed=4)
    biases = np.random.default_rng(0).normal(0, 0.1, 20).astype(np.float32)
    return Network((Dense(network.layers[0].weights, biases, "relu"), *network.layers[1:]))


@pytest.fixture
def inputs(test_set):
    return (test_set.images[:50].reshape(50, 784) / 255).astype(np.float32)


def by_hand(network, inputs, off=(), scale=1.0, temperature=1.0):
    """Forward with some units of the first layer masked, the second layer scaled, the logits divided."""
    first, second, last = network.layers
    a = np.maximum(inputs @ first.weights + first.biases, 0)
    a[:, list(off)] = 0
    a = np.maximum(a @ (second.weights * scale) + second.biases, 0)
    return ACTIVATIONS["softmax"].forward((a @ last.weights + last.biases) / temperature)


def test_without_changes_it_is_the_network(network):
    assert apply(network, Interventions()) is network


@pytest.mark.parametrize("off", [[3], [0, 7, 19]])
def test_a_unit_that_is_off_gives_nothing_to_the_next_layer(network, inputs, off):
    changed = apply(network, Interventions().with_ablated([(0, unit) for unit in off], True))
    assert forward(changed, inputs).outputs == pytest.approx(by_hand(network, inputs, off), abs=1e-6)
    assert not np.allclose(forward(changed, inputs).outputs, forward(network, inputs).outputs, atol=1e-4)


def test_a_unit_can_be_switched_on_again(network):
    edits = Interventions().with_ablated([(0, 3), (1, 4)], True).with_ablated([(0, 3)], False)
    assert edits.ablated == {(1, 4)}
    assert edits.with_ablated([(1, 4)], False) == Interventions()


def test_layers_are_scaled_and_answers_cooled(network, inputs):
    edits = Interventions().with_scale(1, 0.5).with_temperature(3.0).with_ablated([(0, 2)], True)
    expected = by_hand(network, inputs, [2], 0.5, 3.0)
    assert forward(apply(network, edits), inputs).outputs == pytest.approx(expected, abs=1e-6)


def test_temperature_changes_no_answer(network, inputs):
    cool, warm = (forward(apply(network, Interventions(temperature=t)), inputs).outputs for t in (0.2, 5.0))
    assert np.array_equal(cool.argmax(axis=1), warm.argmax(axis=1))
    assert (cool.max(axis=1) > warm.max(axis=1)).all()


def test_a_bias_moves_its_unit_alone(network, inputs):
    changed = forward(apply(network, Interventions().with_bias((1, 6), 2.5)), inputs).pre_activations[1]
    moved = changed - forward(network, inputs).pre_activations[1]
    assert moved[:, 6] == pytest.approx(np.full(50, 2.5), abs=1e-5)
    assert np.delete(moved, 6, axis=1) == pytest.approx(0, abs=1e-6)


def test_changes_that_are_taken_back_are_none():
    edits = Interventions().with_bias((0, 1), 2.0).with_scale(0, 0.0).with_temperature(2.0)
    assert edits.with_bias((0, 1), 0.0).with_scale(0, 1.0).with_temperature(1.0) == Interventions()


def test_the_network_that_is_changed_stays_as_it_is(network):
    before = [array.copy() for layer in network.layers for array in (layer.weights, layer.biases)]
    apply(network, Interventions(frozenset({(0, 1)}), (((1, 2), 1.0),), ((0, 2.0), (2, 0.1)), 4.0))
    after = [array for layer in network.layers for array in (layer.weights, layer.biases)]
    assert all(np.array_equal(old, new) for old, new in zip(before, after, strict=True))


def test_an_answer_cannot_be_switched_off(network):
    with pytest.raises(ValueError, match="only hidden units"):
        apply(network, Interventions(frozenset({(2, 3)})))


def test_the_strongest_are_those_that_are_on_and_give_something():
    activations = np.array([0.5, 3.0, 0.0, 2.0, 1.0])
    edits = Interventions(frozenset({(1, 3)}))
    assert strongest(activations, 1, edits, 2) == [(1, 1), (1, 4)]
    assert strongest(activations, 1, edits, 9) == [(1, 1), (1, 4), (1, 0)]


def test_dead_units_are_those_that_answer_no_image(network, test_set):
    first = network.layers[0]
    weights, biases = first.weights.copy(), first.biases.copy()
    weights[:, 5], biases[5] = 0, -1
    killed = Network((Dense(weights, biases, "relu"), *network.layers[1:]))
    images = test_set.images[:2500].copy()
    images[:, 0, 0] = 0
    images[3, 0, 0] = 255  # a pixel of one image in the first batch alone, for which one unit waits
    weights[:, 6], biases[6] = 0, 0
    weights[0, 6] = 1
    dead = dead_units(killed, images)
    assert [len(units) for units in dead] == [20, 15]
    assert dead[0][5]
    assert not dead[0][6]
    all_at_once = forward(killed, (images.reshape(2500, 784) / 255).astype(np.float32))
    for units, activations in zip(dead, all_at_once.activations, strict=False):
        assert np.array_equal(units, activations.max(axis=0) == 0)

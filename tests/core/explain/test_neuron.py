"""One unit's sum against the layer's own arithmetic."""

import numpy as np
import pytest

from core.explain.neuron import weighted_sum
from core.nn.network import Dense, Network, forward


@pytest.fixture
def by_hand():
    first = Dense(np.array([[1.0, -2.0], [0.5, 1.0]]), np.array([0.25, 0.0]), "relu")
    second = Dense(np.array([[2.0], [3.0]]), np.array([-1.0]), "sigmoid")
    network = Network((first, second))
    return network, forward(network, np.array([[9.0, 9.0], [2.0, 4.0]]))


def test_a_unit_of_the_first_layer_adds_up_the_input(by_hand):
    summed = weighted_sum(*by_hand, layer=0, unit=0, row=1)
    assert summed.inputs.tolist() == [2, 4]
    assert summed.weights.tolist() == [1, 0.5]
    assert summed.products.tolist() == [2, 2]
    assert (summed.bias, summed.pre_activation, summed.activation) == (0.25, 4.25, 4.25)


def test_a_unit_below_zero_passes_nothing_on(by_hand):
    summed = weighted_sum(*by_hand, layer=0, unit=1, row=0)
    assert (summed.pre_activation, summed.activation) == (9 * -2 + 9, 0)


def test_a_unit_of_the_second_layer_adds_up_the_first(by_hand):
    summed = weighted_sum(*by_hand, layer=1, unit=0, row=1)
    assert summed.inputs.tolist() == [4.25, 0]  # -2 * 2 + 1 * 4 = 0
    assert summed.pre_activation == 4.25 * 2 + 0 * 3 - 1
    assert summed.activation == pytest.approx(1 / (1 + np.exp(-7.5)))

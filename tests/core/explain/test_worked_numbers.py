"""What is written must add up exactly as it is written, and be what the network computed, but for rounding."""

from decimal import Decimal

import numpy as np
import pytest

from core.data.mnist import load_training_set, scale
from core.explain.attribution import attribute
from core.explain.neuron import weighted_sum
from core.explain.training_step import (
    FiniteDifference,
    WeightUpdate,
    finite_difference,
    initial_state,
    largest_updates,
    next_batch,
    trace_step,
)
from core.explain.worked_numbers import (
    worked_loss,
    worked_prediction,
    worked_score,
    worked_sigmoid,
    worked_softmax,
    worked_sum,
    worked_update,
)
from core.nn.activations import ACTIVATIONS
from core.nn.network import forward
from core.pretrained.registry import load_model
from core.runs.run import PRETRAINED


def exact(value, decimals):
    """The number as it stands on the page."""
    return Decimal(f"{value:.{decimals}f}")


@pytest.mark.parametrize("name", PRETRAINED)
@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("digit", [0, 8, 9999])
def test_every_units_sum_adds_up(name, layer, digit, test_set):
    network = load_model(name).network
    result = forward(network, scale(test_set.images[digit]).reshape(1, -1))
    for unit in range(0, network.layers[layer].biases.size, 7):
        summed = weighted_sum(network, result, layer, unit)
        written = worked_sum(summed)
        for term in written.terms:
            product = exact(term.input, 4) * exact(term.weight, 4)
            assert abs(product - exact(term.product, 4)) <= Decimal("0.00005")
            assert term.input == pytest.approx(float(summed.inputs[term.place]), abs=6e-5)
            assert term.weight == pytest.approx(float(summed.weights[term.place]), abs=6e-5)
        assert sum(exact(term.product, 4) for term in written.terms) + exact(written.rest, 4) == exact(written.total, 4)
        assert exact(written.total, 4) + exact(written.bias, 4) == exact(written.pre_activation, 4)
        assert written.pre_activation == pytest.approx(summed.pre_activation, abs=6e-5)
        assert written.activation == pytest.approx(summed.activation, abs=6e-5)
        others = np.delete(summed.products.astype(float), [term.place for term in written.terms])
        assert written.rest == pytest.approx(others.sum(), abs=6 * 1e-3)  # six products of rounded factors
        assert np.abs(others).max() <= abs(summed.products[written.terms[-1].place])


def test_a_unit_with_few_inputs_has_no_rest():
    network = load_model("article").network
    result = forward(network, np.ones((1, 784), np.float32))
    summed = weighted_sum(network, result, 2, 3)
    assert worked_sum(summed, most=100).rest == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("digit", range(0, 300, 20))
def test_softmax_follows_from_its_logits_step_by_step(digit, test_set):
    network = load_model("article").network
    result = forward(network, scale(test_set.images[digit]).reshape(1, -1))
    soft = worked_softmax(result.pre_activations[-1][0])
    largest = max(exact(z, 4) for z in soft.logits)
    for z, below, power, share in zip(soft.logits, soft.below, soft.powers, soft.probabilities, strict=True):
        assert exact(z, 4) - largest == exact(below, 4)
        assert power == pytest.approx(np.exp(below), abs=5.1e-5)
        assert share == pytest.approx(power / soft.total, abs=5.1e-5)
    assert sum(exact(power, 4) for power in soft.powers) == exact(soft.total, 4)
    assert soft.probabilities == pytest.approx(result.outputs[0], abs=3e-4)
    assert soft.logits == pytest.approx(result.pre_activations[-1][0], abs=6e-5)


@pytest.mark.parametrize("temperature", [0.2, 3.0])
def test_temperature_divides_the_logits_before_all_else(temperature):
    logits = np.array([2.0, -1.0, 0.5])
    soft = worked_softmax(logits, temperature)
    assert soft.logits == (2, -1, 0.5)
    assert soft.scaled == pytest.approx(logits / temperature, abs=5e-5)
    assert soft.probabilities == pytest.approx(ACTIVATIONS["softmax"].forward(logits / temperature), abs=1e-4)


@pytest.mark.parametrize("probability", [0.0863941, 0.002211, 1.0, 3.4e-12, 0.999999])
def test_a_loss_follows_from_the_probability_as_it_is_written(probability):
    written, loss = worked_loss(probability)
    assert loss == pytest.approx(-np.log(written), abs=5.1e-5)
    assert loss == pytest.approx(-np.log(probability), abs=1e-4)
    assert loss >= 0


def test_sigmoids_are_separate_answers():
    logits = np.array([-3.0, 0.0, 2.0])
    written = worked_sigmoid(logits)
    assert written.answers == pytest.approx(ACTIVATIONS["sigmoid"].forward(logits), abs=5e-5)
    assert written.answers == (0.0474, 0.5, 0.8808)
    assert written.shares == pytest.approx(np.array(written.answers) / sum(written.answers), abs=5e-5)


def test_sigmoids_that_all_say_no_share_alike():
    assert worked_sigmoid(np.full(10, -40.0)).shares == (0.1,) * 10


@pytest.mark.parametrize("rate", [0.0316, 0.1, 5.0])
def test_an_update_of_gradient_descent_adds_up(rate):
    training, learner = load_training_set(), initial_state(3)
    update = trace_step(learner, next_batch(training, learner), rate)
    for weight in largest_updates(update):
        step = worked_update(weight, rate, "sgd")
        assert abs(Decimal(str(rate)) * exact(step.gradient, 6) - exact(step.step, 6)) <= Decimal("0.0000005")
        assert exact(step.before, 6) - exact(step.step, 6) == exact(step.after, 6)
        assert step.after == pytest.approx(weight.after, abs=1.5e-6 + rate * 1e-6)


def test_an_update_of_adam_adds_up():
    weight = WeightUpdate(0, 5, 7, before=0.1234567, gradient=-0.5, after=0.1244567)
    step = worked_update(weight, 0.001, "adam")
    assert (step.before, step.step, step.after) == (0.123457, -0.001, 0.124457)


def test_a_nudge_adds_up_and_is_what_was_measured():
    training, learner = load_training_set(), initial_state(1)
    digits = next_batch(training, learner)
    weight = largest_updates(trace_step(learner, digits, 0.1))[0]
    said = worked_prediction(finite_difference(learner, digits, weight, 0.001))
    assert abs(exact(said.gradient, 8) * Decimal("0.001") - exact(said.change, 8)) <= Decimal("0.000000005")
    assert exact(said.loss, 8) + exact(said.change, 8) == exact(said.predicted, 8)
    assert said.measured == pytest.approx(said.predicted, abs=2e-7)
    assert said.measured != said.loss


def test_a_nudge_by_hand():
    said = worked_prediction(FiniteDifference(loss=2.0, gradient=-0.3, delta=0.1, loss_after=1.9712))
    assert (said.change, said.predicted, said.measured) == (-0.03, 1.97, 1.9712)


@pytest.mark.parametrize("name", PRETRAINED)
def test_every_score_is_what_its_pixels_said(name, test_set):
    network = load_model(name).network
    for image in scale(test_set.images[:20]):
        scores = forward(network, image.reshape(1, -1)).pre_activations[-1][0]
        for said in attribute(network, image, range(10)):
            written = worked_score(said)
            parts = [exact(one, 1) for one in (written.spoke_for, -written.spoke_against, written.rest)]
            assert sum(parts) == exact(written.score, 1)
            assert written.score == pytest.approx(scores[said.digit], abs=0.0501)
            assert written.spoke_against >= 0
            assert written.rest == pytest.approx(said.bias_term, abs=0.1501)  # three numbers were rounded

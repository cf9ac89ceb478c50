"""One update of the microscope against Keras, finite differences, and itself."""

import os
import subprocess
import sys
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from core.data.mnist import load_training_set, one_hot, to_inputs
from core.explain.training_step import (
    ACTIVATIONS,
    LOSS,
    UNITS,
    dead_unit_counts,
    finite_difference,
    gradient_norms,
    initial_state,
    largest_units,
    largest_updates,
    next_batch,
    take_steps,
    trace_step,
    updates_per_epoch,
    with_optimizer,
)
from core.nn.network import Dense, Network, batch_loss, forward
from core.paths import ROOT

STEPS = 3
RATES = {"sgd": 0.1, "adam": 0.001}


def arrays_of(network):
    return [array for layer in network.layers for array in (layer.weights, layer.biases)]


@pytest.fixture(scope="module")
def training():
    return load_training_set()


@pytest.fixture(scope="module")
def keras_said(tmp_path_factory, training):
    folder = tmp_path_factory.mktemp("keras")
    learner = initial_state(0)
    given = {f"array{n}": array for n, array in enumerate(arrays_of(learner.network))}
    for step in range(STEPS):
        digits = next_batch(training, replace(learner, step=step))
        given |= {f"x{step}": to_inputs(digits.images), f"y{step}": one_hot(digits.labels)}
    np.savez(folder / "given.npz", units=UNITS, activations=ACTIVATIONS, steps=STEPS, **given)
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(
        [sys.executable, "-m", "tests.core.explain.keras_step", folder], check=True, cwd=ROOT, env=environment
    )
    with np.load(folder / "said.npz") as said:
        return dict(said)


@pytest.mark.parametrize("optimizer", RATES)
def test_an_update_is_that_of_keras_on_every_weight(optimizer, keras_said, training):
    learner = initial_state(0, optimizer)
    for step in range(STEPS):
        update = trace_step(learner, next_batch(training, learner), RATES[optimizer])
        if step == 0:
            assert update.loss == pytest.approx(float(keras_said[f"{optimizer} loss 0"]), rel=1e-5)
        learner = update.after
        for n, array in enumerate(arrays_of(learner.network)):
            assert array.dtype == np.float32
            assert np.abs(array - keras_said[f"{optimizer} {step} {n}"]).max() < 1e-5, (step, n)


@pytest.mark.parametrize("optimizer", RATES)
def test_many_steps_are_the_same_as_one_after_the_other(optimizer, training):
    looked, losses = initial_state(7, optimizer), []
    for _ in range(4):
        update = trace_step(looked, next_batch(training, looked), RATES[optimizer])
        losses.append(update.loss)
        looked = update.after
    *_, (taken, _) = steps = list(islice(take_steps(initial_state(7, optimizer), training, RATES[optimizer]), 4))
    assert [loss for _, loss in steps] == losses
    assert taken.step == looked.step == 4
    assert all(map(np.array_equal, arrays_of(taken.network), arrays_of(looked.network)))


def test_the_same_seed_is_the_same_start_and_the_same_batches(training):
    one, same, other = initial_state(5), initial_state(5), initial_state(6)
    assert all(map(np.array_equal, arrays_of(one.network), arrays_of(same.network)))
    assert not np.array_equal(one.network.layers[0].weights, other.network.layers[0].weights)
    assert np.array_equal(next_batch(training, one).images, next_batch(training, same).images)
    assert not np.array_equal(next_batch(training, one).labels, next_batch(training, other).labels)


def test_who_has_taken_no_update_shares_the_network_with_others_and_a_step_leaves_it_as_it_was(training):
    start = initial_state(7)
    assert initial_state(7, "adam").network is start.network
    before = start.network.layers[0].weights.copy()
    for optimizer in ("sgd", "adam"):
        taken, _ = next(take_steps(initial_state(7, optimizer), training, 0.1))
        assert taken.network is not start.network
    assert (start.network.layers[0].weights == before).all()
    with pytest.raises(ValueError, match="read-only"):
        start.network.layers[0].weights[0, 0] = 1


def test_an_epoch_shows_every_digit_once(training):
    learner = initial_state(2)
    assert updates_per_epoch(len(training)) == 1875
    shown = [next_batch(training, replace(learner, step=step)).images for step in range(1875)]
    shown = np.concatenate(shown).reshape(60_000, 784)
    assert np.array_equal(np.sort(shown.sum(axis=1)), np.sort(training.images.reshape(60_000, 784).sum(axis=1)))
    second = next_batch(training, replace(learner, step=1875)).images
    assert not np.array_equal(second.reshape(32, 784), shown[:32])


def test_the_loss_of_a_batch_is_the_mean_of_its_digits(training):
    learner = initial_state(0)
    update = trace_step(learner, next_batch(training, learner), 0.1)
    right = update.result.outputs[np.arange(32), update.digits.labels]
    assert update.losses == pytest.approx(-np.log(right), rel=1e-5)
    assert update.loss == pytest.approx(-np.log(right).mean(), rel=1e-5)
    after = forward(update.after.network, update.result.inputs)
    assert update.loss_after == pytest.approx(
        batch_loss(update.after.network, after, one_hot(update.digits.labels), LOSS), rel=1e-6
    )
    assert update.loss_after < update.loss


def test_a_step_that_is_too_large_raises_the_loss(training):
    learner = initial_state(0)
    update = trace_step(learner, next_batch(training, learner), 5.0)
    assert update.loss_after > 10 * update.loss


def test_steps_end_when_the_loss_is_no_number(training):
    taken = list(islice(take_steps(initial_state(0), training, 10.0), 200))
    assert 0 < len(taken) < 200
    assert all(np.isfinite(loss) for _, loss in taken)
    last = taken[-1][0]
    assert not np.isfinite(trace_step(last, next_batch(training, last), 10.0).loss)


def test_the_weights_that_moved_most_are_those_of_all(training):
    learner = initial_state(4)
    update = trace_step(learner, next_batch(training, learner), 0.1)
    pairs = zip(learner.network.layers, update.after.network.layers, strict=True)
    moved = np.sort(np.concatenate([np.abs(new.weights - old.weights).ravel() for old, new in pairs]))[::-1]
    found = largest_updates(update)
    assert [abs(weight.after - weight.before) for weight in found] == pytest.approx(moved[:5].tolist(), rel=1e-6)
    for weight in found:
        at = weight.input, weight.unit
        assert weight.before == learner.network.layers[weight.layer].weights[at]
        assert weight.after == update.after.network.layers[weight.layer].weights[at]
        assert weight.gradient == update.gradients.weights[weight.layer][at]


def test_no_weight_moved_at_a_rate_of_zero(training):
    learner = initial_state(4)
    assert largest_updates(trace_step(learner, next_batch(training, learner), 0.0)) == []


def test_a_gradient_foretells_the_loss_of_a_small_nudge(training):
    learner = initial_state(4)
    digits = next_batch(training, learner)
    update = trace_step(learner, digits, 0.1)
    weights_before = learner.network.layers[2].weights.copy()
    for weight in largest_updates(update):
        small = [finite_difference(learner, digits, weight, by) for by in (1e-5, -1e-5)]
        slope = (small[0].loss_after - small[1].loss_after) / 2e-5
        assert small[0].gradient == pytest.approx(slope, rel=1e-5)
        assert weight.gradient == pytest.approx(slope, rel=1e-3)
        assert small[0].loss == pytest.approx(update.loss, rel=1e-5)
    assert np.array_equal(learner.network.layers[2].weights, weights_before)


def test_another_optimizer_goes_on_with_the_same_network_and_counts_anew(training):
    learner = trace_step(initial_state(0), next_batch(training, initial_state(0)), 0.1).after
    adam = with_optimizer(learner, "adam")
    assert (adam.step, adam.optimizer_steps, adam.network) == (1, 0, learner.network)
    assert with_optimizer(adam, "adam") is adam
    first_step = trace_step(adam, next_batch(training, adam), 0.001)
    moved = np.abs(first_step.after.network.layers[2].weights - adam.network.layers[2].weights)
    assert np.median(moved) == pytest.approx(0.001, rel=1e-2)  # Adam's first steps are as long as the rate


def test_units_that_no_digit_reaches_are_counted(training):
    learner = initial_state(0)
    first, *others = learner.network.layers
    biases = first.biases.copy()
    biases[:30] = -100
    silenced = replace(learner, network=Network((Dense(first.weights, biases, "relu"), *others)))
    update = trace_step(silenced, next_batch(training, silenced), 0.1)
    sums = to_inputs(update.digits.images) @ first.weights + biases
    assert dead_unit_counts(update.result)[0] == (sums.max(axis=0) <= 0).sum() >= 30
    assert (update.gradients.weights[0][:, :30] == 0).all()


def test_sizes_and_longest_gradients(training):
    learner = initial_state(0)
    gradients = trace_step(learner, next_batch(training, learner), 0.1).gradients
    assert gradient_norms(gradients)[1] == pytest.approx(np.sqrt((gradients.weights[1].astype(float) ** 2).sum()))
    lengths = np.sqrt((gradients.weights[0].astype(float) ** 2).sum(axis=0))
    assert lengths[largest_units(gradients.weights[0], 5)] == pytest.approx(np.sort(lengths)[::-1][:5], rel=1e-5)

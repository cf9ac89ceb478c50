"""Keras is the oracle: the same weights must give the same answers and the same gradients.

One test in a process of its own, since the import takes 15 s and leaves TensorFlow's runtime behind;
everything that Keras says is asked in one go.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from core.data.mnist import one_hot, to_inputs
from core.nn.losses import LOSSES
from core.nn.more_activations import OTHER_ACTIVATIONS, activation_of
from core.nn.network import Dense, Network, backward, batch_loss, forward
from core.nn.prediction import predict
from core.paths import ROOT
from core.pretrained.registry import load_model
from core.runs.run import PRETRAINED, PRETRAINED_FOLDER

BATCH = 64
SUMS = np.r_[np.linspace(-12.1, 12.1, 122), -90, 85].astype(np.float32)  # none at a kink
ONE_BY_ONE = [
    *OTHER_ACTIVATIONS,
    "relu",
    "sigmoid",
    "tanh",
    "leaky_relu(0.3)",
    "elu(0.7)",
    "celu(0.7)",
    "hard_sigmoid(0.166666667)",
]


@pytest.fixture(scope="module")
def keras_said(tmp_path_factory, test_set):
    folder = tmp_path_factory.mktemp("keras")
    inputs, targets = to_inputs(test_set.images[:BATCH]), one_hot(test_set.labels[:BATCH])
    np.savez(folder / "given.npz", test=to_inputs(test_set.images), inputs=inputs, targets=targets, sums=SUMS)
    words = [folder, *map(json.dumps, (list(LOSSES), PRETRAINED, str(PRETRAINED_FOLDER), ONE_BY_ONE))]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-m", "tests.core.nn.keras_layers", *words], check=True, cwd=ROOT, env=environment)
    with np.load(folder / "said.npz") as said:
        return dict(said)


@pytest.mark.parametrize("name", PRETRAINED)
def test_numpy_answers_as_keras_on_all_test_images(name, keras_said, test_set):
    probabilities = predict(load_model(name).network, test_set.images)
    assert np.abs(probabilities - keras_said[name]).max() < 1e-5
    assert np.array_equal(probabilities.argmax(axis=1), keras_said[name].argmax(axis=1))


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_activations_and_their_slopes_are_those_of_keras(name, keras_said):
    activation = activation_of(name)
    a = activation.forward(SUMS)
    slopes = activation.backward(np.ones_like(SUMS), SUMS, a)
    assert a.dtype == slopes.dtype == np.float32
    assert a == pytest.approx(keras_said[name][0], rel=2e-6, abs=2e-6)
    assert slopes == pytest.approx(keras_said[name][1], rel=5e-6, abs=5e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("last", ["softmax", "sigmoid"])
def test_losses_and_gradients_are_those_of_keras(last, loss, keras_said, test_set):
    arrays = [keras_said[f"{last} weights {number}"] for number in range(6)]
    activations = ("relu", "tanh", last)
    network = Network(tuple(Dense(w, b, a) for w, b, a in zip(arrays[::2], arrays[1::2], activations, strict=True)))
    inputs, targets = to_inputs(test_set.images[:BATCH]), one_hot(test_set.labels[:BATCH])
    result = forward(network, inputs)
    assert batch_loss(network, result, targets, loss) == pytest.approx(float(keras_said[f"{last} {loss}"]), rel=1e-4)
    gradients = backward(network, result, targets, loss)
    mine = [array for pair in zip(gradients.weights, gradients.biases, strict=True) for array in pair]
    for number, gradient in enumerate(mine):
        keras = keras_said[f"{last} {loss} {number}"]
        assert np.abs(gradient - keras).max() < 1e-4 * np.abs(keras).max()

"""What stock Keras saves is read, and answers as it does in Keras."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from core.data.mnist import one_hot, to_inputs
from core.importers.readers import read_network
from core.nn.network import forward
from core.nn.prediction import predict
from core.nn.weights_file import network_to_safetensors

layers = keras.layers


def article():
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(784, activation="relu"),
            layers.Dense(100, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def images_and_dropout():
    return keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(30, activation="relu", kernel_regularizer=keras.regularizers.L2(0.01)),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def names_of_ones_own():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(name="pixels"),
            layers.Dense(20, activation="tanh", name="dense_7"),
            layers.Dense(15, activation="sigmoid", name="Layer-2.x"),
            layers.Dense(10, activation="sigmoid", name="answers"),
        ],
        name="my_model",
    )


def activations_apart():
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dropout(0.1),
            layers.Dense(20),
            layers.Activation("tanh"),
            layers.Dense(20),
            layers.ReLU(),
            layers.Dense(20),
            layers.Dense(10),
            layers.Softmax(),
        ]
    )


def no_hidden_layer():
    return keras.Sequential([keras.Input((784,)), layers.Dense(10, activation="softmax")])


def built_by_its_first_digits():
    model = keras.Sequential([layers.Flatten(), layers.Dense(12, activation="relu"), layers.Dense(10, "softmax")])
    model(np.zeros((1, 28, 28), np.float32))
    return model


def names_with_spaces():
    """Keras takes such names, TensorFlow does not: a model that has them is saved, and never compiled."""
    return keras.Sequential([keras.Input((784,)), layers.Dense(10, activation="softmax", name="Zehn große Ziffern")])


BUILDS = (
    article,
    images_and_dropout,
    names_of_ones_own,
    activations_apart,
    no_hidden_layer,
    built_by_its_first_digits,
)


def trained(model, digits):
    """Some steps with Adam, whose numbers are saved with the model."""
    inputs = to_inputs(digits.images[:256]).reshape(-1, *model.input_shape[1:])
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(inputs, one_hot(digits.labels[:256]), batch_size=64, verbose=0)
    return model


@pytest.mark.filterwarnings("ignore")  # Keras says that .h5 is old
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "not compiled"])
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.__name__)
def test_a_network_from_keras_answers_here_as_it_does_there(build, compiled, tmp_path, test_set):
    keras.utils.set_random_seed(1)
    model = build()
    if compiled:
        model = trained(model, test_set)
    inputs = to_inputs(test_set.images[:500])
    theirs = np.asarray(model(inputs.reshape(-1, *model.input_shape[1:])))
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"model.{ending}")
        network = read_network((tmp_path / f"model.{ending}").read_bytes()).network
        assert network.parameter_count == model.count_params()
        np.testing.assert_allclose(forward(network, inputs).outputs, theirs, rtol=0, atol=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_a_layer_may_have_any_name_that_keras_takes(tmp_path, test_set):
    model, inputs = names_with_spaces(), to_inputs(test_set.images[:100])
    for ending in ("keras", "h5"):
        model.save(tmp_path / f"model.{ending}")
        read = forward(read_network((tmp_path / f"model.{ending}").read_bytes()).network, inputs).outputs
        np.testing.assert_allclose(read, np.asarray(model(inputs)), rtol=0, atol=1e-6)


def test_what_this_app_saves_is_read_as_it_was(bundled_model, test_set):
    network = read_network(network_to_safetensors(bundled_model.network)).network
    images = test_set.images[:100]
    assert np.array_equal(predict(network, images), predict(bundled_model.network, images))

"""What Keras 3 builds and saves answers here as it does there, or is refused by name."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from core.data.mnist import to_inputs
from core.importers.errors import ModelFileError
from core.importers.readers import read_network
from core.nn.network import forward
from tests.core.importers.asked import saved

pytestmark = pytest.mark.filterwarnings("ignore")  # of what Keras saves
layers = keras.layers


def normed():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(20, use_bias=False),
            layers.BatchNormalization(scale=False),
            layers.ReLU(),
            layers.Dense(15, activation="elu"),
            layers.BatchNormalization(center=False, epsilon=0.01),
            layers.Dropout(0.2),
            layers.Dense(10),
            layers.BatchNormalization(),
            layers.Softmax(),
        ]
    )


def normed_columns():
    return keras.Sequential(
        [keras.Input((28, 28)), layers.BatchNormalization(), layers.Flatten(), layers.Dense(10, activation="softmax")]
    )


def rescaled():
    chain = [
        layers.Rescaling(2.0, offset=-1.0),
        layers.Reshape((28, 28, 1)),
        layers.Reshape((-1,)),
        layers.Dense(12, "gelu"),
    ]
    at = given = keras.Input((28, 28))
    for layer in [*chain, layers.Dense(10, activation="softmax")]:
        at = layer(at)
    return keras.Model(given, at)


def nested():
    inner = keras.Sequential([keras.Input((784,)), layers.Dense(12, activation="silu"), layers.Dense(10)])
    return keras.Sequential([keras.Input((28, 28)), layers.Flatten(), inner, layers.Softmax()])


def nested_functional():
    at = given = keras.Input((784,))
    for layer in (layers.Dense(9, "mish"), layers.LeakyReLU(negative_slope=0.1)):
        at = layer(at)
    body = keras.Model(given, at)
    whole = keras.Input((784,))
    return keras.Model(whole, layers.Dense(10, activation="softmax")(body(whole)))


def all_activations():
    names = ("selu", "softplus", "softsign", "hard_silu", "hard_sigmoid", "celu", "leaky_relu", "relu6")
    return keras.Sequential(
        [keras.Input((784,)), *(layers.Dense(8, activation=name) for name in names), layers.Dense(10, "log_softmax")]
    )


def bent_twice():
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(9, "relu"),
            layers.Activation("tanh"),
            layers.Dense(10, "softmax"),
            layers.Softmax(),
        ]
    )


def augmented():
    chain = [
        layers.RandomRotation(0.1),
        layers.RandomTranslation(0.1, 0.1),
        layers.Flatten(),
        layers.GaussianNoise(0.1),
    ]
    return keras.Sequential([keras.Input((28, 28, 1)), *chain, layers.Dense(10, "softmax")])


BUILDS = (normed, normed_columns, rescaled, nested, nested_functional, all_activations, bent_twice, augmented)


@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.__name__)
def test_what_keras_3_builds_answers_here_as_it_does_there(build, ending, tmp_path, test_set):
    keras.utils.set_random_seed(3)
    model = build()
    for number, array in enumerate(model.weights):  # numbers of each unit that are not all 0 or 1
        random = np.random.default_rng(number)
        if len(array.shape) == 1:
            array.assign(random.uniform(0.5, 1.5, array.shape).astype(np.float32))
    shape = model.input_shape[1:]
    inputs = to_inputs(test_set.images[:300])
    theirs = np.asarray(model(inputs.reshape(-1, *shape), training=False))
    if build is all_activations:
        theirs = np.exp(theirs)  # it ends in logarithms, and here in what they are of
    read = read_network(saved(model, tmp_path, ending))
    assert not read.softmax_added
    np.testing.assert_allclose(forward(read.network, inputs).outputs, theirs, rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize("last", ["linear", "relu"])
def test_a_network_that_ends_in_scores_gets_a_softmax(last, tmp_path, test_set):
    model = keras.Sequential(
        [keras.Input((784,)), layers.Dense(20, activation="relu"), layers.Dense(10, activation=last)]
    )
    read = read_network(saved(model, tmp_path))
    assert read.softmax_added
    scores = np.asarray(model(to_inputs(test_set.images[:50])))
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    outputs = forward(read.network, to_inputs(test_set.images[:50])).outputs
    np.testing.assert_allclose(outputs, shares, rtol=0, atol=2e-6)


@pytest.mark.parametrize("precision", ["float16", "mixed_float16", "bfloat16", "float64"])
def test_less_and_more_precise_weights_are_read(precision, tmp_path, test_set):
    keras.utils.set_random_seed(1)
    built = [
        layers.Dense(20, activation="relu", dtype=precision),
        layers.Dense(10, activation="softmax", dtype=precision),
    ]
    model = keras.Sequential([keras.Input((784,)), *built])
    outputs = forward(read_network(saved(model, tmp_path)).network, to_inputs(test_set.images[:50])).outputs
    same = np.asarray(model(to_inputs(test_set.images[:50]))).astype(np.float32)
    np.testing.assert_allclose(outputs, same, rtol=0, atol=0.02 if "16" in precision else 2e-6)


@pytest.mark.parametrize("kind", ["int8", "int4", "float8"])
def test_quantized_networks_are_named(kind, tmp_path):
    model = keras.Sequential([keras.Input((784,)), layers.Dense(16, activation="relu"), layers.Dense(10, "softmax")])
    model.quantize(kind)
    for ending in ("keras", "h5"):
        with pytest.raises(ModelFileError, match="quantized"):
            read_network(saved(model, tmp_path, ending))


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        (layers.Conv2D(4, 3), "convolutional: it has a layer Conv2D"),
        (layers.MaxPooling2D(), "convolutional: it has a layer MaxPooling2D"),
        (layers.TimeDistributed(layers.Dense(3)), "recurrent: it has a layer TimeDistributed"),
    ],
)
def test_networks_that_are_not_dense_are_named(layer, says, tmp_path):
    model = keras.Sequential([keras.Input((28, 28, 1)), layer, layers.Flatten(), layers.Dense(10, "softmax")])
    for ending in ("keras", "h5"):
        with pytest.raises(ModelFileError, match=says):
            read_network(saved(model, tmp_path, ending))

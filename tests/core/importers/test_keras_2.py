"""Files of Keras 2, in all their forms, and of Keras 1: each answers as it did."""

import numpy as np
import pytest

from core.data.mnist import to_inputs
from core.importers.errors import ModelFileError
from core.importers.readers import read_network
from core.nn.network import forward
from tests.core.importers import keras2
from tests.core.importers.asked import found
from tests.core.importers.learned import PREPARED, accuracy, astray, learned

NETWORK = learned()


@pytest.mark.parametrize("description", keras2.DESCRIPTIONS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("text", [str, bytes])
@pytest.mark.parametrize("suffix", [":0", ""])
def test_files_of_keras_2_are_read(description, text, suffix, test_set):
    content = keras2.h5(NETWORK, description(NETWORK), text=text, suffix=suffix)
    inputs = to_inputs(test_set.images[:300])
    assert np.array_equal(forward(read_network(content).network, inputs).outputs, forward(NETWORK, inputs).outputs)


def test_a_file_of_keras_1_is_read(test_set):
    inputs = to_inputs(test_set.images[:300])
    read = read_network(keras2.h5_of_keras_1(NETWORK)).network
    assert np.array_equal(forward(read, inputs).outputs, forward(NETWORK, inputs).outputs)


def test_weights_whose_scope_was_taken_lie_under_another_name():
    content = keras2.h5(NETWORK, keras2.of_2_3(NETWORK), scope="{name}_1")
    assert np.array_equal(read_network(content).network.layers[0].weights, NETWORK.layers[0].weights)


@pytest.mark.parametrize(
    ("told", "name"), [("swish", "silu"), ("hard_sigmoid", "hard_sigmoid(0.2)"), ("elu", "elu(1)")]
)
def test_activations_are_those_that_keras_2_meant(told, name):
    description = keras2.of_2_3(NETWORK)
    description["config"]["layers"][1]["config"]["activation"] = told
    assert read_network(keras2.h5(NETWORK, description)).network.layers[0].activation == name


def test_an_activation_may_be_told_as_an_object():
    description = keras2.of_2_3(NETWORK)
    config = description["config"]["layers"][1]["config"]
    config["activation"] = {"class_name": "LeakyReLU", "config": {"name": "leaky_re_lu", "alpha": 0.25}}
    assert read_network(keras2.h5(NETWORK, description)).network.layers[0].activation == "leaky_relu(0.25)"
    config["activation"] = {
        "module": "builtins",
        "class_name": "function",
        "config": "tanh",
        "registered_name": "function",
    }
    assert read_network(keras2.h5(NETWORK, description)).network.layers[0].activation == "tanh"


@pytest.mark.parametrize("kind", ["Convolution2D", "Conv2D", "AtrousConvolution2D"])
def test_convolutions_of_old_files_are_named(kind):
    description = keras2.of_2_0(NETWORK)
    description["config"].insert(
        0, {"class_name": kind, "config": {"name": "c", "batch_input_shape": [None, 28, 28, 1]}}
    )
    with pytest.raises(ModelFileError, match=f"convolutional: it has a layer {kind}"):
        read_network(keras2.h5(NETWORK, description))


@pytest.mark.parametrize("pixels", PREPARED)
def test_the_pixels_that_a_network_was_made_for_are_found_out(pixels, test_set):
    network = learned(pixels)
    right = accuracy(network, pixels, test_set)
    assert right > 0.85
    tried = found(keras2.h5(network, keras2.of_2_3(network)), test_set)
    here = float((forward(tried.network, to_inputs(test_set.images)).outputs.argmax(axis=1) == test_set.labels).mean())
    assert here == pytest.approx(right, abs=0.003)
    if tried.pixels == pixels:
        assert here == pytest.approx(right, abs=2e-4)
    assert (tried.unprepared is None) == (tried.pixels == "0 to 1")
    if pixels == "0 to 1":
        assert tried.pixels == pixels


def test_of_a_network_that_reads_few_digits_nobody_can_say_for_which_pixels_it_was_made(test_set):
    """Its labels stand in another order: it reads some digits by chance, with other pixels more than with its own."""
    network = astray()
    assert accuracy(network, "0 to 1", test_set) < 0.1
    tried = found(keras2.h5(network, keras2.of_2_3(network)), test_set)
    assert tried.pixels == "0 to 1"
    assert tried.unprepared is None

"""Weights without a description, of Keras and PyTorch: what they do not say is found out."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
import safetensors.numpy

from core.data.mnist import to_inputs
from core.importers.errors import ModelFileError
from core.importers.readers import read_network
from core.nn.network import Dense, Network, forward
from tests.core.importers import keras2
from tests.core.importers.asked import found
from tests.core.importers.learned import accuracy, learned

pytestmark = pytest.mark.filterwarnings("ignore")  # of what Keras saves
layers = keras.layers
NETWORK = learned()


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "elu(1)"])
def test_of_weights_alone_the_activation_is_found_out(activation, tmp_path, test_set):
    network = learned(activation=activation, epochs=8 if activation == "sigmoid" else 4)
    right = accuracy(network, "0 to 1", test_set)
    for content in (keras2.weights_alone(network), torch(network), of_keras_3(network, tmp_path)):
        tried = found(content, test_set)
        here = float(
            (forward(tried.network, to_inputs(test_set.images)).outputs.argmax(axis=1) == test_set.labels).mean()
        )
        assert here == pytest.approx(right, abs=0.003)
        assert tried.activation == activation


def of_keras_3(network, tmp_path):
    built = [layers.Dense(one.biases.size, activation="relu") for one in network.layers]
    model = keras.Sequential([keras.Input((784,)), *built])
    model.set_weights([array for one in network.layers for array in (one.weights, one.biases)])
    model.save_weights(tmp_path / "alone.weights.h5")
    return (tmp_path / "alone.weights.h5").read_bytes()


def torch(network, names=("{}.weight", "{}.bias"), step=2, float_type=np.float32):
    """The state of a torch.nn.Sequential of Linear layers and activations."""
    return safetensors.numpy.save(
        {
            name.format(step * number): np.ascontiguousarray(array.astype(float_type))
            for number, one in enumerate(network.layers)
            for name, array in zip(names, (one.weights.T, one.biases), strict=True)
        }
    )


@pytest.mark.parametrize("names", [("net.{}.weight", "net.{}.bias"), ("fc{}_weight", "fc{}_bias"), ("W{}", "b{}")])
def test_names_in_safetensors_may_be_any(names, test_set):
    tried = found(torch(NETWORK, names), test_set)
    assert np.array_equal(tried.network.layers[0].weights, NETWORK.layers[0].weights)
    assert not tried.turned


def test_layers_whose_names_are_in_another_order_are_sorted_by_their_shapes(test_set):
    network = learned(units=(30, 20))
    arrays = {}
    for name, one in zip(("c", "a", "b"), network.layers, strict=True):
        arrays |= {f"{name}.weight": np.ascontiguousarray(one.weights.T), f"{name}.bias": one.biases}
    tried = found(safetensors.numpy.save(arrays), test_set)
    assert [one.biases.size for one in tried.network.layers] == [30, 20, 10]
    assert np.array_equal(tried.network.layers[1].weights, network.layers[1].weights)


def test_weights_that_were_written_as_their_memory_lay_are_turned(test_set):
    """safetensors 0.8.0 takes kernel.T from NumPy without an error, and writes kernel with the shape of kernel.T."""
    arrays = {}
    for number, one in enumerate(NETWORK.layers):
        arrays |= {f"{number}.weight": one.weights.T, f"{number}.bias": one.biases}
    tried = found(safetensors.numpy.save(arrays), test_set)
    assert tried.turned
    assert np.array_equal(tried.network.layers[0].weights, NETWORK.layers[0].weights)


def test_what_this_app_saves_is_contiguous():
    from core.nn.weights_file import network_from_safetensors, network_to_safetensors

    turned = Network(tuple(Dense(np.asfortranarray(one.weights), one.biases, one.activation) for one in NETWORK.layers))
    read = network_from_safetensors(network_to_safetensors(turned))
    assert np.array_equal(read.layers[0].weights, NETWORK.layers[0].weights)


def test_a_norm_is_kept_in_a_file_of_this_app(test_set):
    from core.nn.weights_file import network_to_safetensors

    network = Network(learned("columns").layers, "columns")
    again = read_network(network_to_safetensors(network)).network
    inputs = to_inputs(test_set.images[:100])
    assert again.norm == "columns"
    assert np.array_equal(forward(again, inputs).outputs, forward(network, inputs).outputs)


def trained_with_norms(late, digits):
    """A network with batch normalization before or after its activations, after some steps."""
    keras.utils.set_random_seed(2)
    built = []
    for units in (40, 30):
        norm, relu = layers.BatchNormalization(), layers.ReLU()
        built += [layers.Dense(units), *((relu, norm) if late else (norm, relu))]
    model = keras.Sequential([keras.Input((784,)), *built, layers.Dense(10, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(to_inputs(digits.images[:4000]), digits.labels[:4000], batch_size=32, epochs=3, verbose=0)
    return model


@pytest.mark.parametrize("late", [False, True], ids=["before the activation", "after it"])
def test_batch_normalization_is_read_from_weights_alone(late, tmp_path, training_set, test_set):
    model = trained_with_norms(late, training_set)
    inputs = to_inputs(test_set.images)
    theirs = np.asarray(model(inputs)).argmax(axis=1)
    model.save_weights(tmp_path / "alone.weights.h5")
    arrays = {"net.1.num_batches_tracked": np.array(7)}
    of_ones_own = {}  # bn1, bn2, ..., fc1, fc2: by their names the normalizations would come first
    for number, layer in enumerate(model.layers):
        kind = "bn" if isinstance(layer, layers.BatchNormalization) else "fc"
        for name, array in zip(_torch_names(layer), layer.get_weights(), strict=True):
            arrays[f"net.{number}.{name}"] = of_ones_own[f"{kind}{number}.{name}"] = np.ascontiguousarray(array.T)
    contents = [safetensors.numpy.save(each) for each in (arrays, of_ones_own)]
    for content in ((tmp_path / "alone.weights.h5").read_bytes(), *contents):
        ours = forward(found(content, test_set).network, inputs).outputs.argmax(axis=1)
        assert (ours == theirs).mean() > 0.995  # PyTorch adds another small number to the variance


@pytest.mark.parametrize("after", [0, 1])
def test_a_batch_normalization_that_fits_two_layers_is_tried_after_both(after, training_set, test_set):
    keras.utils.set_random_seed(3)
    hidden = [layers.Dense(30, activation="relu"), layers.Dense(30, activation="relu")]
    hidden.insert(after + 1, layers.BatchNormalization())
    model = keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(10, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(to_inputs(training_set.images[:4000]), training_set.labels[:4000], epochs=3, verbose=0)
    arrays = {}  # bn1 comes before fc1 by its name, and is as wide as fc1 and fc2
    for number, layer in enumerate(model.layers):
        kind = "bn" if isinstance(layer, layers.BatchNormalization) else "fc"
        for name, array in zip(_torch_names(layer), layer.get_weights(), strict=True):
            arrays[f"{kind}{number}.{name}"] = np.ascontiguousarray(array.T)
    inputs = to_inputs(test_set.images)
    ours = forward(found(safetensors.numpy.save(arrays), test_set).network, inputs).outputs.argmax(axis=1)
    assert (ours == np.asarray(model(inputs)).argmax(axis=1)).mean() > 0.995


def test_a_batch_normalization_of_a_width_that_no_layer_has_is_no_networks():
    arrays = {"fc1.weight": np.ones((16, 784)), "bn1.weight": np.ones(17), "fc2.weight": np.ones((10, 16))}
    arrays |= {"bn1.running_mean": np.ones(17), "bn1.running_var": np.ones(17)}
    for more in ({}, {"bn1.running_var": np.ones(16)}, {"bn1.running_mean": np.ones((17, 1))}):
        content = safetensors.numpy.save({name: array.astype(np.float32) for name, array in (arrays | more).items()})
        with pytest.raises(ModelFileError, match="not the layers of a dense network"):
            read_network(content)


def _torch_names(layer):
    """What PyTorch calls the arrays of a layer."""
    if isinstance(layer, layers.BatchNormalization):
        return "weight", "bias", "running_mean", "running_var"
    return ("weight", "bias") if layer.weights else ()


def test_convolutions_without_a_description_are_named(tmp_path):
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(10)])
    model.save_weights(tmp_path / "alone.weights.h5")
    with pytest.raises(ModelFileError, match="convolutional"):
        read_network((tmp_path / "alone.weights.h5").read_bytes())

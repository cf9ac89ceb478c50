"""What people have, files of Keras 2 and 3 in all their forms, weights alone, PyTorch's: each answers as it did."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
import safetensors.numpy

from core.digits import to_inputs
from core.model_files.reading import read_network
from core.model_files.refusal import ModelFileError
from core.model_files.trial import find_out
from core.network import Dense, Network, forward
from tests.core.model_files import keras2
from tests.core.model_files.learned import PREPARED, accuracy, learned
from tests.hostile.good_files import hdf5

pytestmark = pytest.mark.filterwarnings("ignore")  # of what Keras saves
layers = keras.layers
NETWORK = learned()


def found(content, digits):
    """What is read of a file and found out by trial, as the app does it."""
    read = read_network(content)
    return find_out(read.variants, read.activations, digits)


def saved(model, tmp_path, ending="keras"):
    model.save(tmp_path / f"model.{ending}")
    return (tmp_path / f"model.{ending}").read_bytes()


def same_answers(network, model, digits, shape=(784,), times=1, atol=2e-6):
    inputs = to_inputs(digits.images[:300])
    theirs = np.asarray(model(times * inputs.reshape(-1, *shape)))
    np.testing.assert_allclose(forward(network, times * inputs).outputs, theirs, rtol=0, atol=atol)


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
    from core.models import network_from_safetensors, network_to_safetensors

    turned = Network(tuple(Dense(np.asfortranarray(one.weights), one.biases, one.activation) for one in NETWORK.layers))
    read = network_from_safetensors(network_to_safetensors(turned))
    assert np.array_equal(read.layers[0].weights, NETWORK.layers[0].weights)


def test_a_norm_is_kept_in_a_file_of_this_app(test_set):
    from core.models import network_to_safetensors

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
        norm, bend = layers.BatchNormalization(), layers.ReLU()
        built += [layers.Dense(units), *((bend, norm) if late else (norm, bend))]
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
    for number, layer in enumerate(model.layers):
        for name, array in zip(_torch_names(layer), layer.get_weights(), strict=True):
            arrays[f"net.{number}.{name}"] = np.ascontiguousarray(array.T)
    for content in ((tmp_path / "alone.weights.h5").read_bytes(), safetensors.numpy.save(arrays)):
        ours = forward(found(content, test_set).network, inputs).outputs.argmax(axis=1)
        assert (ours == theirs).mean() > 0.995  # PyTorch adds another small number to the variance


def _torch_names(layer):
    """What PyTorch calls the arrays of a layer."""
    if isinstance(layer, layers.BatchNormalization):
        return "weight", "bias", "running_mean", "running_var"
    return ("weight", "bias") if layer.weights else ()


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


@pytest.mark.parametrize("kind", ["Convolution2D", "Conv2D", "AtrousConvolution2D"])
def test_convolutions_of_old_files_are_named(kind):
    description = keras2.of_2_0(NETWORK)
    description["config"].insert(
        0, {"class_name": kind, "config": {"name": "c", "batch_input_shape": [None, 28, 28, 1]}}
    )
    with pytest.raises(ModelFileError, match=f"convolutional: it has a layer {kind}"):
        read_network(keras2.h5(NETWORK, description))


def test_convolutions_without_a_description_are_named(tmp_path):
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(10)])
    model.save_weights(tmp_path / "alone.weights.h5")
    with pytest.raises(ModelFileError, match="convolutional"):
        read_network((tmp_path / "alone.weights.h5").read_bytes())


@pytest.mark.parametrize("kind", ["u1", "i4"])
def test_digits_in_hdf5_and_safetensors_are_not_called_weights(kind):
    images, labels = np.zeros((20, 28, 28), kind), np.zeros(20, kind)
    for content in (
        hdf5(lambda file: file.update({"train_images": images, "train_labels": labels})),
        safetensors.numpy.save({"images": images, "labels": labels}),
    ):
        with pytest.raises(ModelFileError, match="not the layers of a dense network"):
            read_network(content)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x08\x07\x12\x07pytorch\x1a\x051.9.1" + bytes(100), r"another format \(ONNX\)"),
        (b"\x08\x01\x12\xa0\x05\n\x10" + bytes(100), r"another format \(SavedModel\)"),
        (b"\x1c\0\0\0TFL3" + bytes(100), r"another format \(TensorFlow Lite\)"),
        (b"GGUF" + bytes(100), r"another format \(GGUF\)"),
        (b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + bytes(600), r"another format \(MATLAB\)"),
        (
            b'{"format": "layers-model", "modelTopology": {"class_name": "Sequential"}}',
            r"another format \(TensorFlow.js\)",
        ),
        (bytes(1000), "of no form that is read here"),
    ],
)
def test_networks_in_other_formats_are_not_called_none(content, says):
    with pytest.raises(ModelFileError, match=says):
        read_network(content)

"""Whoever does what a refusal says is let in: each sentence with advice, followed."""

import gzip
import io
import json
import os
import pickle
import struct
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import h5py
import keras
import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

from core.data.mnist import to_inputs
from core.drawing.background import ImageFileError
from core.drawing.image_file import ink_from_file
from core.importers.errors import ModelFileError
from core.importers.readers import read_network
from core.nn.network import Dense, Network, forward
from core.nn.weights_file import network_to_safetensors
from tests.core.importers.asked import found
from tests.core.importers.learned import accuracy, learned
from tests.core.written import ALONE
from tests.hostile.good_files import NETWORK, h5_file, hdf5, keras_file, torch_file, write_h5, zipped

pytestmark = pytest.mark.filterwarnings("ignore")  # of what Keras saves
layers = keras.layers


def refused(content, says):
    with pytest.raises(ModelFileError, match=says):
        read_network(content)


def saved(model, tmp_path, name, **options):
    model.save(tmp_path / name, **options)
    return (tmp_path / name).read_bytes()


def test_put_a_flatten_layer_before_it(tmp_path):
    answers = layers.Dense(10, activation="softmax")
    without = keras.Sequential([keras.Input((28, 28)), layers.Dense(10, activation="softmax")])
    refused(saved(without, tmp_path, "without.keras"), "put a Flatten layer before it")
    read_network(saved(keras.Sequential([keras.Input((28, 28)), layers.Flatten(), answers]), tmp_path, "with.keras"))


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_save_the_weights_of_a_model_with_code_alone(tmp_path, test_set, ending):
    """What the code does to the pixels is found by trial."""
    network = learned("0 to 255")
    built = [layers.Dense(one.biases.size, activation=one.activation) for one in network.layers]
    model = keras.Sequential([keras.Input((784,)), layers.Lambda(lambda x: x * 1.0), *built])
    model.set_weights([array for one in network.layers for array in (one.weights, one.biases)])
    refused(saved(model, tmp_path, f"with_code.{ending}"), "save the model's weights alone, as .weights.h5")
    model.save_weights(tmp_path / "alone.weights.h5")
    tried = found((tmp_path / "alone.weights.h5").read_bytes(), test_set)
    right = (forward(tried.network, to_inputs(test_set.images)).outputs.argmax(axis=1) == test_set.labels).mean()
    assert tried.pixels == "0 to 255"
    assert right == pytest.approx(accuracy(network, "0 to 255", test_set), abs=0.003)


def test_load_it_with_keras_and_save_it_again(tmp_path):
    network = learned()
    (tmp_path / "newest.h5").write_bytes(_of_keras_3(network, tmp_path, libver="latest"))
    refused((tmp_path / "newest.h5").read_bytes(), "load it with Keras and save it again")
    read_network(saved(keras.saving.load_model(tmp_path / "newest.h5"), tmp_path, "again.h5"))


def _of_keras_3(network, tmp_path, **form):
    """An .h5 file of Keras 3, copied into another form of HDF5."""
    built = [layers.Dense(one.biases.size, activation=one.activation) for one in network.layers]
    model = keras.Sequential([keras.Input((784,)), *built])
    model.set_weights([array for one in network.layers for array in (one.weights, one.biases)])
    file = io.BytesIO()
    with h5py.File(io.BytesIO(saved(model, tmp_path, "plain.h5"))) as old, h5py.File(file, "w", **form) as new:
        for name in old:
            old.copy(name, new)
        new.attrs.update(old.attrs)
    return file.getvalue()


def test_save_the_model_as_keras(tmp_path):
    chain = [
        layers.Dense(10, activation="softmax" if number == 9 else "relu", name=f"größe{number}") for number in range(10)
    ]
    model = keras.Sequential([keras.Input((784,)), *chain])
    refused(saved(model, tmp_path, "umlauts.h5"), "save the model as .keras")
    read_network(saved(model, tmp_path, "umlauts.keras"))


@pytest.mark.parametrize("kind", [">f4", "f4"])
def test_save_them_as_float32(kind):
    def write(file):
        write_h5(file)
        place = "model_weights/dense0/sequential/dense0/kernel"
        weights = file[place][()]
        del file[place]
        file[place] = weights.astype(kind)

    if kind == "f4":
        read_network(hdf5(write))
    else:
        refused(hdf5(write), "save them as float32")


def test_save_the_network_as_float32():
    arrays = {f"{n}.{what}": one for n, layer in enumerate(NETWORK.layers) for what, one in _torch_arrays(layer)}
    read_network(torch_file(arrays))
    content = torch_file({name: array.astype("f2") for name, array in arrays.items()})
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    for told in header.values():
        told["dtype"] = "C32"
    text = json.dumps(header).encode()
    refused(len(text).to_bytes(8, "little") + text + content[8 + size :], "save the network as float32")


def _torch_arrays(layer):
    return ("weight", layer.weights.T), ("bias", layer.biases)


def test_save_the_weights_as_safetensors():
    arrays = {"0.weight": NETWORK.layers[0].weights.T, "0.bias": NETWORK.layers[0].biases}
    arrays |= {"2.weight": NETWORK.layers[1].weights.T, "2.bias": NETWORK.layers[1].biases}
    refused(pickle.dumps(arrays), "save the weights as .safetensors")
    refused(zipped({"archive/data.pkl": pickle.dumps(arrays)}), "save the weights as .safetensors")
    read_network(safetensors.numpy.save({name: np.ascontiguousarray(array) for name, array in arrays.items()}))


def test_save_arrays_as_safetensors():
    arrays = {"W1": NETWORK.layers[0].weights, "b1": NETWORK.layers[0].biases}
    arrays |= {"W2": NETWORK.layers[1].weights, "b2": NETWORK.layers[1].biases}
    file = io.BytesIO()
    np.savez(file, **arrays)
    refused(file.getvalue(), "save them as .safetensors, each by its name")
    read_network(safetensors.numpy.save(arrays))
    file = io.BytesIO()
    np.savez(file, x_train=np.zeros((3, 28, 28)), y_train=np.zeros(3))
    refused(file.getvalue(), "This is a data set")


def test_unpack_it_and_choose_what_is_in_it():
    content = zipped({"folder/model.keras": keras_file()})
    refused(content, "unpack it, and choose what is in it")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        read_network(archive.read("folder/model.keras"))
    packed = gzip.compress(h5_file())
    refused(packed, "unpack it, and choose what is in it")
    read_network(gzip.decompress(packed))


def test_compile_it_which_leaves_the_optimizer_out(tmp_path):
    model = keras.Sequential([keras.Input((784,)), layers.Dense(2000, activation="relu"), layers.Dense(10, "softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(np.zeros((32, 784), np.float32), np.zeros(32), verbose=0)
    endings = ("keras", "h5")
    for ending in endings:
        refused(saved(model, tmp_path, f"with.{ending}"), r"call model\.compile\(\) and save it again")
    model.compile()
    for ending in endings:
        read_network(saved(model, tmp_path, f"without.{ending}"))


def test_add_a_softmax_layer():
    first, last = NETWORK.layers
    refused(network_to_safetensors(Network((first, Dense(last.weights, last.biases, "relu")))), "add a Softmax layer")
    read_network(network_to_safetensors(NETWORK))


def test_names_of_200_letters():
    refused(torch_file({"x" * 201 + ".weight": np.zeros((10, 784), np.float32)}), "200 letters at most")
    read_network(torch_file({"x" * 193 + ".weight": np.zeros((10, 784), np.float32)}))


def test_the_whole_model_not_its_description():
    refused(keras.Sequential([keras.Input((784,)), layers.Dense(10)]).to_json().encode(), "the whole model")
    read_network(keras_file())


def test_a_picture_is_to_be_drawn_from():
    picture = ALONE["two levels"](7)
    refused(picture, "choose it under Draw, by Open a picture")
    assert ink_from_file(picture).ink.max() == 1
    file = io.BytesIO()
    Image.open(io.BytesIO(picture)).save(file, "GIF")
    refused(file.getvalue(), "save it as PNG, and choose it under Draw")
    assert ink_from_file(picture).ink.max() == 1


@pytest.mark.parametrize(
    "data_set",
    [
        struct.pack(">IIII", 0x803, 1, 28, 28) + bytes(784),
        gzip.compress(struct.pack(">II", 0x801, 1) + bytes(1)),
        b"label,1x1,1x2\n5,0,0\n",
        b"5,0,0,0,12,255\n" * 20,
    ],
    ids=["images", "packed labels", "a table with a head", "a table without"],
)
def test_data_sets_are_told(data_set):
    refused(data_set, "This is a data set")


def test_a_picture_that_is_no_picture_says_so():
    with pytest.raises(ImageFileError, match="Choose a PNG, JPEG, WebP or BMP file"):
        ink_from_file(keras_file())
    ink_from_file(ALONE["two levels"](3))

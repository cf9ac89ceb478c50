"""What was made to harm in the forms that others write: graphs, models in models, weights without a description."""

import io
import json
import pickle
import struct
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from core.nn.activations import Array
from core.nn.network import initial_network
from tests.hostile.good_files import (
    NETWORK,
    UNITS,
    Config,
    Configs,
    Files,
    dense,
    h5_config,
    h5_file,
    hdf5,
    keras_file,
    layer,
    model_config,
    torch_file,
    weights_file,
    write_h5,
    zipped,
)


def graph(*parts: tuple[Config, list[str]], kind: str = "Functional") -> Config:
    """A model whose layers name the layers that they take: (layer, names)."""
    layers = []
    for one, sources in parts:
        history = [{"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}} for name in sources]
        nodes = [{"args": history, "kwargs": {}}] if sources else []
        layers.append({**one, "name": one["config"]["name"], "inbound_nodes": nodes})
    return {"module": "keras.src.models.functional", "class_name": kind, "config": {"name": "f", "layers": layers}}


def graphs() -> Configs:
    """Configurations of the functional kind."""
    given = layer("InputLayer", "in", batch_shape=[None, 784])
    first, last = dense(0, UNITS, "relu"), dense(1, 10, "softmax")
    yield "a graph that goes in a circle", graph((given, []), (first, ["dense1"]), (last, ["dense0"]))
    yield "a layer that takes itself", graph((given, []), (first, ["dense0"]), (last, ["dense0"]))
    yield "a layer that takes two", graph((given, []), (first, ["in", "dense1"]), (last, ["dense0"]))
    yield "two layers that take one", graph((given, []), (first, ["in"]), (last, ["in"]))
    yield "a layer that takes none there is", graph((given, []), (first, ["nowhere"]), (last, ["dense0"]))
    yield "two layers of one name", graph((given, []), (first, ["in"]), (dense(0, 10, "softmax"), ["dense0"]))
    deep: Any = first
    for _ in range(60):
        deep = [deep]
    yield "nodes in nodes in nodes", graph((given, []), ({**first, "inbound_nodes": deep}, []), (last, ["dense0"]))
    told = graph((given, []), (first, ["in"]), (last, ["dense0"]))
    told["config"]["layers"][1]["inbound_nodes"] = deep
    yield "sources in sources in sources", told
    yield "a Sequential whose layers name others", graph((given, []), (last, ["x"]), kind="Sequential")


def nested() -> Configs:
    """Models in models."""
    inner = model_config()
    for _ in range(8):
        inner = model_config(inner)
    yield "models in models, nine deep", inner
    wide = model_config(*[layer("Dropout", f"d{number}") for number in range(40)])
    for _ in range(3):
        wide = model_config(*[{**wide, "config": {**wide["config"], "name": f"m{n}"}} for n in range(10)])
    yield "40,000 layers by models in models", wide
    yield "a model that is none of Keras'", model_config({**model_config(), "module": "evil"})


def settings() -> Configs:
    """Layers with settings that cannot be."""
    last = dense(1, 10, "softmax")

    def before_the_end(kind: str, **config: Any) -> Config:
        return model_config(dense(0, UNITS, "linear"), layer(kind, "odd", **config), last)

    for value in (1e300, "1", True, None, [1.0], {"value": {"value": 1}}):
        yield f"a scale of {type(value).__name__} {value}", model_config(layer("Rescaling", "r", scale=value), last)
    for slope in (-1, 1e300, "0.1"):
        yield f"a slope of {slope!r}", before_the_end("LeakyReLU", negative_slope=slope)
    yield "a relu that ends at 3", before_the_end("ReLU", max_value=3)
    yield "an ELU of -1", before_the_end("ELU", alpha=-1)
    yield "a Softmax across digits", before_the_end("Softmax", axis=0)
    for target in ([-1, -1], [0], [10**9, 10**9], [785], "784", [True], [None], [-2]):
        yield f"reshaped to {target}", model_config(layer("Reshape", "r", target_shape=target), dense(0, UNITS), last)
    yield "flattened by columns", model_config(layer("Flatten", "f", data_format="channels_first"), shape=(2, 14, 28))
    yield "normalized along another axis", before_the_end("BatchNormalization", axis=[1, 2])
    yield "normalized without numbers", before_the_end("BatchNormalization", axis=-1)
    yield "an activation in a class", model_config(dense(0, UNITS, {"class_name": "Evil", "config": "relu"}), last)
    yield "an activation in 40", model_config(dense(0, UNITS, _in_activations(40)), last)
    yield (
        "an activation that is registered",
        model_config(
            dense(0, UNITS, {"class_name": "function", "config": "relu", "registered_name": "evil>relu"}), last
        ),
    )
    yield "a precision of int4", model_config({**dense(0, UNITS, "relu", dtype="int4")}, last)
    yield "a precision that is a list", model_config({**dense(0, UNITS, "relu", dtype=["float32"])}, last)
    yield "a list of layers that are texts", {**model_config(), "config": ["Dense", "Dense"]}
    yield "a layer whose settings are a list", {**model_config(), "config": [{"class_name": "Dense", "config": []}]}


def _in_activations(depth: int) -> str | Config:
    told: str | Config = "relu"
    for _ in range(depth):
        told = {"class_name": "Activation", "config": {"activation": told}}
    return told


def normalized() -> Files:
    """A .keras file with a batch normalization, and what is wrong with its numbers."""
    config = model_config(
        layer("BatchNormalization", "b", epsilon=0.001, axis=-1), *model_config()["config"]["layers"][1:]
    )
    good = {"0": np.ones(784), "1": np.zeros(784), "2": np.zeros(784), "3": np.ones(784)}
    for name, number, numbers in (
        ("no variance", "3", None),
        ("785 numbers", "0", np.ones(785)),
        ("a number for each pair of pixels", "0", np.ones((784, 784))),
        ("a variance that is none", "3", np.full(784, np.nan)),
        ("a scale of 1e38", "0", np.full(784, 1e38)),
    ):
        arrays: dict[str, npt.NDArray[np.float64] | None] = {**good, number: numbers}

        def write(file: h5py.File, arrays: Mapping[str, npt.NDArray[np.float64] | None] = arrays) -> None:
            for place, one in enumerate(NETWORK.layers):
                group = file.create_group(f"layers/dense{f'_{place}' if place else ''}/vars")
                group["0"], group["1"] = one.weights, one.biases
            for name, numbers in arrays.items():
                if numbers is not None:
                    file[f"layers/batch_normalization/vars/{name}"] = numbers.astype("f4")

        yield f"normalized, {name}", keras_file(config, hdf5(write))
    huge = model_config(
        *[layer("Rescaling", f"r{n}", scale=1e6) for n in range(50)], *model_config()["config"]["layers"][1:]
    )
    yield "scaled by 1e300 in fifty layers", keras_file(huge)
    tiny = model_config(
        *[layer("Rescaling", f"r{n}", scale=1e6, offset=-1e6) for n in range(50)],
        *model_config()["config"]["layers"][1:],
    )
    yield "scaled and shifted in fifty layers", keras_file(tiny)


def alone() -> Files:
    """Weights without a description, in HDF5 and in safetensors."""

    def rows(*sizes: tuple[int, ...]) -> list[Array]:
        return [np.zeros(size, np.float32) for size in sizes]

    def weights(*arrays: Array) -> dict[str, Array]:
        return {f"{number}.weight": array for number, array in enumerate(arrays)}

    many = rows(*[(100, 100)] * 9)
    for name, arrays in (
        ("no way from pixels to answers", weights(*rows((784, 9), (8, 10)))),
        ("eleven answers", weights(*rows((784, 9), (9, 11)))),
        ("twelve layers", weights(*rows((784, 100)), *many, *rows((100, 100), (100, 10)))),
        ("six squares", weights(*rows((784, 784)) * 6)),
        ("many ways, none to the end", weights(*rows((784, 100)), *many, *rows((99, 10)))),
        ("a convolution", weights(*rows((3, 3, 1, 8), (784, 10)))),
        ("2,500 units", weights(*rows((784, 2500), (2500, 10)))),
        ("biases of another layer", {**weights(*rows((784, 9), (9, 10))), "0.bias": rows((10,))[0]}),
        ("a recurrent layer", {"weight_hh_l0": rows((10, 10))[0], **weights(*rows((784, 10)))}),
        ("names that say nothing, and no network", {"x": rows((784, 11))[0]}),
        ("two weights of one name", {"a.weight": rows((784, 10))[0], "a.kernel": rows((784, 10))[0]}),
        ("a scale without its mean", {**weights(*rows((784, 10))), "1.gamma": rows((10,))[0]}),
        ("nothing", {}),
    ):
        yield f"safetensors, {name}", torch_file(arrays)
        yield f"weights in h5, {name}", weights_file(arrays)
    turned = {name: array.astype("f2") for name, array in weights(*rows((784, 10))).items()}
    yield "safetensors of whole numbers", torch_file({name: array.astype("i1") for name, array in turned.items()})
    yield "safetensors of BF16 that are no numbers", _as_bf16(weights(np.full((784, 10), np.nan, np.float32)))
    yield "safetensors, 700 arrays", torch_file({f"{n}.weight": rows((1, 1))[0] for n in range(700)})
    yield "safetensors, arrays of no size", torch_file({f"{n}.weight": rows((0, 784))[0] for n in range(9)})
    yield "safetensors, a name of 60,000 letters", torch_file({"w" * 60_000: rows((784, 11))[0]})
    large = initial_network((784, 2040, 1200, 10), ("relu", "relu", "softmax"), seed=0)
    yield (
        "safetensors, 4,000,000 weights of 1e30",
        torch_file(
            {
                f"{n}.weight": np.ascontiguousarray(one.weights.T * np.float32(1e30))
                for n, one in enumerate(large.layers)
            }
        ),
    )


def _as_bf16(arrays: Mapping[str, Array]) -> bytes:
    """By hand, since NumPy has no such numbers."""
    header: dict[str, Any] = {}
    numbers = b""
    for name, array in arrays.items():
        half = np.ascontiguousarray(array.view("<u2").reshape(*array.shape, 2)[..., 1]).tobytes()
        offsets = [len(numbers), len(numbers) + len(half)]
        header[name] = {"dtype": "BF16", "shape": list(array.shape), "data_offsets": offsets}
        numbers += half
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + numbers


def walks() -> Files:
    """HDF5 files whose members do not end, or whose texts lie."""

    def circle(file: h5py.File) -> None:
        file["a/x"] = np.ones(3, "f4")
        file["a/a"] = file["a"]

    yield "a group in itself", hdf5(circle)
    yield "a root in itself", hdf5(lambda file: file.__setitem__("a", file["/"]))
    yield "1,000 groups", hdf5(lambda file: [file.create_group(f"{n // 100}/{n % 100}") for n in range(1000)])
    yield "fifty groups deep", hdf5(lambda file: file.create_group("/".join("a" * 50)))
    yield "numbers of six axes", hdf5(lambda file: file.__setitem__("kernel", np.ones([1] * 6, "f4")))
    content = hdf5(lambda file: write_h5(file, model_config=h5_config(model_config())))
    heap = content.index(b"GCOL")
    yield "a heap of no bytes", _put(content, heap + 8, bytes(8))
    yield "a heap of an exabyte", _put(content, heap + 8, (2**60).to_bytes(8, "little"))
    yield "a heap of nothing but beginnings", _put(content, heap + 16, struct.pack("<HHxxxxQ", 9, 1, 0) * 60)
    yield "a text that is longer than its place", _put(content, heap + 24, (3).to_bytes(8, "little"))


def _put(content: bytes, place: int, part: bytes) -> bytes:
    return content[:place] + part + content[place + len(part) :]


def found_elsewhere() -> Files:
    """What people have that is no network, or none that is read."""
    yield "a web page", b"\n<!DOCTYPE html><html><title>model.h5</title></html>"
    yield "a pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n"
    yield "a zip in a zip", zipped({"model.keras": keras_file()})
    yield "a saved model", zipped({"model/saved_model.pb": b"", "model/variables/variables.index": b""})
    yield "a state of PyTorch", zipped({"archive/data.pkl": pickle.dumps({}), "archive/data/0": bytes(40)})
    array = io.BytesIO()
    np.savez(array, x_train=np.zeros((2, 28, 28), np.uint8))
    yield "a data set", array.getvalue()
    yield "a data set of images", struct.pack(">IIII", 0x803, 1, 28, 28) + bytes(784)
    yield "a table of digits", b"label,pixel0,pixel1\n" + b"5,0,0\n" * 9
    yield "a notebook", json.dumps({"cells": [], "nbformat": 4}).encode()
    yield "a description alone", json.dumps(model_config()).encode()
    yield "a zip of 3,000 names", zipped({f"{n}": b"" for n in range(3000)})
    for name in (".svg", "%s", "\x1b[31m", "‮"):
        yield f"a zip that holds {name!r}", zipped({f"evil{name}": b""})


def forms() -> Files:
    """All of them, as (name, content)."""
    for source in (graphs, nested, settings):
        for name, config in source():
            yield f"keras, {name}", keras_file(config)
            yield f"h5, {name}", h5_file(config)
    for files in (normalized, alone, walks, found_elsewhere):
        yield from files()

"""Files as Keras 2 wrote them, without Keras 2: the descriptions are what its versions saved."""

import io
import json
from collections.abc import Sequence
from typing import Any

import h5py
import numpy as np

from core.nn.network import Dense, Network


def dense(name: str, layer: Dense, **more: Any) -> dict[str, Any]:
    """The description of a dense layer, as far as it decides an answer, and a part of the rest."""
    config = {
        "name": name,
        "trainable": True,
        "dtype": "float32",
        "units": layer.biases.size,
        "activation": layer.activation,
        "use_bias": True,
        "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
        "kernel_regularizer": None,
    }
    return {"class_name": "Dense", "config": config | more}


def flatten(name: str = "flatten", **more: Any) -> dict[str, Any]:
    return {"class_name": "Flatten", "config": {"name": name, "trainable": True, "data_format": "channels_last"} | more}


def dropout(name: str = "dropout") -> dict[str, Any]:
    return {"class_name": "Dropout", "config": {"name": name, "rate": 0.2, "noise_shape": None, "seed": None}}


def of_1_2(network: Network) -> dict[str, Any]:
    """Keras 1: other names for the same settings."""
    described = of_2_0(network)
    for layer in described["config"]:
        config = layer["config"]
        if layer["class_name"] == "Dense":
            config |= {"output_dim": config.pop("units"), "bias": config.pop("use_bias"), "init": "glorot_uniform"}
    return described


def of_2_0(network: Network) -> dict[str, Any]:
    """Keras 2.0 to 2.2: the layers are the configuration, and the first one tells the shape."""
    first, *others = (dense(f"dense_{number}", layer) for number, layer in enumerate(network.layers, 1))
    first["config"]["batch_input_shape"] = [None, 784]
    return {"config": [first, dropout("dropout_1"), *others], "class_name": "Sequential"}


def of_2_3(network: Network) -> dict[str, Any]:
    """Keras 2.3 and tf.keras 2.0 to 2.2: the layers have a name together."""
    layers = [dense(f"dense_{number}", layer) for number, layer in enumerate(network.layers, 1)]
    shaped = flatten(batch_input_shape=[None, 28, 28], dtype="float32")
    return {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": [shaped, *layers]}}


def of_tf_2_15(network: Network) -> dict[str, Any]:
    """tf.keras 2.3 to 2.15: with an input layer."""
    layers = [dense(f"dense_{number}", layer) for number, layer in enumerate(network.layers, 1)]
    config = {"batch_input_shape": [None, 28, 28], "dtype": "float32", "sparse": False, "name": "flatten_input"}
    first = {"class_name": "InputLayer", "config": config}
    return {
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": [first, flatten(), dropout(), *layers]},
    }


def without_a_shape(network: Network) -> dict[str, Any]:
    """A model that was built by its first digits."""
    layers = [dense(f"dense_{number}", layer) for number, layer in enumerate(network.layers, 1)]
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": [flatten(), *layers]}}


def of_functional(network: Network) -> dict[str, Any]:
    """A chain of the functional kind, whose layers stand in another order than they are passed in."""
    names = [f"dense_{number}" for number, _ in enumerate(network.layers, 1)]
    config: dict[str, Any] = {"batch_input_shape": [None, 28, 28], "dtype": "float32", "name": "input_1"}
    chain: list[dict[str, Any]] = [{"class_name": "InputLayer", "config": config}, flatten()]
    chain += [dense(name, layer) for name, layer in zip(names, network.layers, strict=True)]
    before: str | None = None
    for layer in chain:
        layer["name"] = layer["config"]["name"]
        layer["inbound_nodes"] = [[[before, 0, 0, {}]]] if before else []
        before = layer["name"]
    config = {"name": "model", "layers": chain[::-1], "input_layers": [["input_1", 0, 0]]}
    return {"class_name": "Functional", "config": config | {"output_layers": [[before, 0, 0]]}}


DESCRIPTIONS = (of_2_0, of_2_3, of_tf_2_15, without_a_shape, of_functional)


def h5(
    network: Network,
    description: dict[str, Any],
    version: str = "2.4.0",
    text: type[str | bytes] = str,
    suffix: str = ":0",
    scope: str = "{name}",
) -> bytes:
    """An .h5 file; `text` is what the description is kept as: a str of any length, or bytes of just that length."""
    file = io.BytesIO()
    with h5py.File(file, "w") as root:
        told = json.dumps(description)
        root.attrs["keras_version"], root.attrs["backend"] = version, "tensorflow"
        root.attrs["model_config"] = told if text is str else np.bytes_(told)
        _write(root.create_group("model_weights"), network, suffix, scope)
    return file.getvalue()


def h5_of_keras_1(network: Network) -> bytes:
    """The same as Keras 1 named its arrays."""
    file = io.BytesIO()
    with h5py.File(file, "w") as root:
        root.attrs["keras_version"], root.attrs["model_config"] = b"1.2.2", json.dumps(of_1_2(network)).encode()
        for number, layer in enumerate(network.layers, 1):
            group = root.create_group(f"model_weights/dense_{number}")
            group[f"dense_{number}_W:0"], group[f"dense_{number}_b:0"] = layer.weights, layer.biases
    return file.getvalue()


def weights_alone(network: Network, names: Sequence[str] | None = None, float_type: str = "f4") -> bytes:
    """What save_weights of Keras 2 left."""
    file = io.BytesIO()
    with h5py.File(file, "w") as root:
        _write(root, network, ":0", "{name}", names, float_type)
    return file.getvalue()


def _write(
    root: h5py.Group,
    network: Network,
    suffix: str,
    scope: str,
    names: Sequence[str] | None = None,
    float_type: str = "f4",
) -> None:
    names = names or [f"dense_{number}" for number, _ in enumerate(network.layers, 1)]
    root.attrs["layer_names"] = np.array(names, "S")
    for name, layer in zip(names, network.layers, strict=True):
        group = root.create_group(name)
        weight_names = [f"{scope.format(name=name)}/{what}{suffix}" for what in ("kernel", "bias")]
        group.attrs["weight_names"] = np.array(weight_names, "S")
        for place, array in zip(weight_names, (layer.weights, layer.biases), strict=True):
            group[place] = array.astype(float_type)

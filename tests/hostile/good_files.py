"""Small good files, made without Keras, from which the hostile ones are bent."""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import safetensors.numpy

from core.importers.run_archive import archive_of
from core.nn.activations import Array
from core.nn.network import Dense, Network, initial_network
from core.nn.weights_file import network_to_safetensors
from core.runs.atomic_files import write_atomic
from core.runs.checkpoints import checkpoint_file
from core.runs.config import TrainingConfig
from core.runs.events import EpochEvent
from core.runs.run import Run
from core.runs.states import RunState

Config = dict[str, Any]  # the configuration of a layer or a model
Configs = Iterator[tuple[str, Config]]  # each with what is wrong with it, in words
Files = Iterator[tuple[str, bytes]]
Write = Callable[[h5py.File], object]  # puts something into an HDF5 file

UNITS = 8
NETWORK = initial_network((784, UNITS, 10), ("relu", "softmax"), seed=0)


def layer(kind: str, name: str, **config: Any) -> Config:
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, "dtype": "float32", **config},
        "registered_name": None,
    }


def dense(number: int, units: Any, activation: Any = "relu", **more: Any) -> Config:
    return layer("Dense", f"dense{number}", units=units, activation=activation, use_bias=True, **more)


def model_config(*layers: Config, shape: Sequence[int] = (784,)) -> Config:
    """A Sequential model's configuration; without layers, the good network's."""
    first = layer("InputLayer", "input_layer", batch_shape=[None, *shape])
    layers = layers or (dense(0, UNITS, "relu"), dense(1, 10, "softmax"))
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": [first, *layers]},
        "registered_name": None,
    }


def hdf5(write: Write, **form: Any) -> bytes:
    """What `write` leaves in a new HDF5 file."""
    content = io.BytesIO()
    with h5py.File(content, "w", **form) as file:
        write(file)
    return content.getvalue()


def write_weights(file: h5py.File, network: Network = NETWORK) -> None:
    """As in the weights of a .keras file."""
    for number, one in enumerate(network.layers):
        group = file.create_group(f"layers/dense{f'_{number}' if number else ''}/vars")
        group["0"], group["1"] = one.weights, one.biases


def h5_config(config: Config) -> str:
    """The text of a configuration as it stands in an .h5 file."""
    return json.dumps({name: config[name] for name in ("class_name", "config")})


def write_h5(file: h5py.File, network: Network = NETWORK, config: Config | None = None, **attributes: Any) -> None:
    """As in an .h5 file; with other attributes in the place of its configuration, if there are any."""
    file.attrs.update(attributes or {"model_config": h5_config(config or model_config())})
    for number, one in enumerate(network.layers):
        group = file.create_group(f"model_weights/dense{number}/sequential/dense{number}")
        group["kernel"], group["bias"] = one.weights, one.biases


def zipped(
    members: dict[str, bytes] | Iterable[tuple[str | zipfile.ZipInfo, bytes]], how: int = zipfile.ZIP_STORED
) -> bytes:
    """A zip file of members, a dict or pairs of a name or ZipInfo and a content."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, member, how)
    return content.getvalue()


def keras_members(config: Config | None = None, weights: bytes | None = None) -> dict[str, bytes]:
    return {
        "metadata.json": json.dumps({"keras_version": "3.15.1"}).encode(),
        "config.json": json.dumps(config or model_config()).encode(),
        "model.weights.h5": weights or hdf5(write_weights),
    }


def keras_file(config: Config | None = None, weights: bytes | None = None) -> bytes:
    return zipped(keras_members(config, weights))


def h5_file(config: Config | None = None) -> bytes:
    return hdf5(lambda file: write_h5(file, config=config))


def safetensors_file(network: Network = NETWORK) -> bytes:
    return network_to_safetensors(network)


def torch_file(arrays: Mapping[str, npt.NDArray[Any]] | None = None) -> bytes:
    """Arrays by their names, as PyTorch's users save them; without any, the good network's, (units, inputs)."""
    if arrays is None:
        layers = enumerate(NETWORK.layers)
        arrays = {f"{2 * n}.{what}": one for n, layer in layers for what, one in _torch_arrays(layer)}
    return safetensors.numpy.save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def _torch_arrays(layer: Dense) -> tuple[tuple[str, Array], tuple[str, Array]]:
    return ("weight", layer.weights.T), ("bias", layer.biases)


def weights_file(arrays: Mapping[str, npt.NDArray[Any]] | None = None) -> bytes:
    """The same in HDF5, as save_weights of Keras 2 left them, (inputs, units)."""
    if arrays is None:
        pairs = (("kernel:0", "weights"), ("bias:0", "biases"))
        layers = enumerate(NETWORK.layers)
        arrays = {f"dense_{n}/dense_{n}/{name}": getattr(layer, part) for n, layer in layers for name, part in pairs}

    def write(file: h5py.File) -> None:
        for name, array in arrays.items():
            file[name.replace(".", "/")] = array

    return hdf5(write)


def nested_file() -> bytes:
    """A .keras file of a chain of the functional kind with a model in it, rescaling and batch normalization."""
    body = model_config(
        dense(0, UNITS, "linear"), layer("BatchNormalization", "norm", epsilon=0.001, axis=-1), layer("ReLU", "relu")
    )
    chain = [
        layer("InputLayer", "in", batch_shape=[None, 784]),
        layer("Rescaling", "scale", scale=2.0, offset=-1.0),
        {**body, "config": {**body["config"], "name": "body"}},
        dense(1, 10, "linear"),
    ]
    before: list[Config] = []
    for one in chain:
        one |= {"name": one["config"]["name"], "inbound_nodes": before}
        history = {"class_name": "__keras_tensor__", "config": {"keras_history": [one["name"], 0, 0]}}
        before = [{"args": [history], "kwargs": {}}]
    config = {"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional"}

    def write(file: h5py.File) -> None:
        first, last = NETWORK.layers
        inner = file.create_group("layers/sequential/layers")
        inner["dense/vars/0"], inner["dense/vars/1"] = first.weights, first.biases
        for number, value in enumerate((1, 0, 0, 1)):
            inner[f"batch_normalization/vars/{number}"] = np.full(UNITS, value, "f4")
        file["layers/dense/vars/0"], file["layers/dense/vars/1"] = last.weights, last.biases

    return keras_file({**config, "config": {"name": "f", "layers": chain}}, hdf5(write))


def run_file() -> bytes:
    """The archive of a short run with three moments."""
    config = TrainingConfig(hidden_layers=(UNITS,), training_images=320, epochs=1)
    with tempfile.TemporaryDirectory() as folder:
        run = Run.create(config, "a run", "me", Path(folder))
        write_atomic(run.path / "model.safetensors", safetensors_file())
        write_atomic(run.path / "scores.json", json.dumps({"accuracy": 0.1, "loss": 2.3, "step": 10}).encode())
        for step in (0, 1, 10):
            name, content = checkpoint_file(NETWORK, step, step == 10)
            write_atomic(run.path / "checkpoints" / name, content)
        losses = np.linspace(2.3, 2, 10).round(3).tolist()
        run.add_event({"type": "steps", "epoch": 0, "step": 10, "loss": losses, "right": [3] * 10, "seconds": 0.1})
        end: EpochEvent = {
            "type": "epoch",
            "epoch": 0,
            "step": 10,
            "seconds": 0.1,
            "loss": 2.1,
            "accuracy": 0.1,
            "val_loss": 2.2,
            "val_accuracy": 0.1,
        }
        run.add_event(end)
        run.set_status(RunState.FINISHED, step=10)
        return archive_of(run)


GOOD: dict[str, Callable[[], bytes]] = {
    "keras": keras_file,
    "nested": nested_file,
    "h5": h5_file,
    "weights": weights_file,
    "safetensors": safetensors_file,
    "torch": torch_file,
    "run": run_file,
}

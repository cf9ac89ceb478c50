"""A Keras model is a description and its weights; the two formats differ in where the weights lie.

In a .keras file the place of each layer follows from how many of its kind come before; in an .h5 file it is named after
the layer, and after the models that the layer is in. Each is read as Keras 2 and Keras 3 write it.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from core.importers.bounded_zip import read_members
from core.importers.errors import MAX_FILE_BYTES, ModelFileError
from core.importers.keras_config import LayerConfig, layers_of_config
from core.importers.keras_layers import parts_of, variables_of
from core.importers.model_parts import Part
from core.importers.strict_hdf5 import Hdf5, Path, Stored
from core.importers.strict_json import parse_json

MAX_CONFIG_BYTES = 256 * 1024  # bytes; of the article's network 4 KB
MEMBERS = {"config.json": MAX_CONFIG_BYTES, "metadata.json": 4096, "model.weights.h5": MAX_FILE_BYTES}
CONFIG = "The description of this model"
BESIDES = ("optimizer", "_optimizer", "optimizer_weights", "metrics", "compile_metrics", "vars")  # of no interest here
KERAS_2_12 = "_layer_checkpoint_dependencies"  # what it calls "layers"
WEIGHTS = "model_weights"


def read_keras(content: bytes) -> list[Part]:
    """What the network in a .keras file does.

    Raises:
        ModelFileError: it holds no chain of layers that are known, or anything else.
    """
    members = read_members(content, MEMBERS.get, len(MEMBERS), MAX_FILE_BYTES)
    if not {"config.json", "model.weights.h5"} <= set(members):
        raise ModelFileError("This archive does not hold a whole model: save or download it again.")
    layers = layers_of_config(parse_json(members["config.json"], MAX_CONFIG_BYTES, CONFIG))
    about = parse_json(members.get("metadata.json", b"{}"), MAX_CONFIG_BYTES, CONFIG)
    stored = {
        tuple("layers" if name == KERAS_2_12 else name for name in path): array
        for path, array in Hdf5(members["model.weights.h5"]).arrays(BESIDES).items()
    }
    return parts_of(layers, partial(_by_number, stored), _version(about.get("keras_version")))


def _by_number(stored: Mapping[Path, Stored], layer: LayerConfig) -> dict[str, Stored]:
    """A layer's arrays by their names."""
    places = {name: (*layer.place, "vars", str(number)) for number, name in enumerate(variables_of(layer))}
    return {name: stored[place] for name, place in places.items() if place in stored}


def read_h5(file: Hdf5, description: bytes) -> list[Part]:
    """What the network in an .h5 file with this description does.

    Raises:
        ModelFileError: it holds no chain of layers that are known, or anything else.
    """
    layers = layers_of_config(parse_json(description, MAX_CONFIG_BYTES, CONFIG))
    version = (file.text("keras_version") or b"").decode(errors="replace")
    return parts_of(layers, partial(_by_name, file.arrays(BESIDES)), _version(version))


def _by_name(stored: Mapping[Path, Stored], layer: LayerConfig) -> dict[str, Stored]:
    """A layer's arrays by their names: kernel, or kernel:0 in Keras 2, somewhere in the layer's group.

    A model within the model has one group for all its layers, in which each has its own.
    """
    outermost = (WEIGHTS, *layer.names[0].split("/"))
    within = {path: array for path, array in stored.items() if path[: len(outermost)] == outermost}
    if len(layer.names) > 1:
        own = tuple(layer.names[-1].split("/"))
        within = {path: array for path, array in within.items() if path[-1 - len(own) : -1] == own}
    named = [(_variable(path[-1]), array) for path, array in within.items()]
    if len(dict(named)) < len(named):
        raise ModelFileError("This model has several layers of one name: it cannot be read here.")
    return dict(named)


def _variable(name: str) -> str:
    """What an array is: kernel, kernel:0 in Keras 2, dense_1_W:0 in Keras 1."""
    name = name.removesuffix(":0")
    return {"W": "kernel", "b": "bias"}.get(name.rpartition("_")[2], name)


def _version(version: Any) -> int:
    """Keras 2, or 3: what came before and what will come after is read as the one that is nearer."""
    return 2 if isinstance(version, str) and version[:2] in ("1.", "2.", "0.") else 3

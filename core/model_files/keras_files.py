"""A Keras model is a configuration and its weights; the two formats differ in where the weights lie.

Both are read as Keras 3 writes them. In a .keras file each layer's place follows from how many of its kind come before;
in an .h5 file it is the layer's name.
"""

from core.model_files.capped_zip import read_members
from core.model_files.keras_config import layers_of_config
from core.model_files.refusal import MOST_BYTES, ModelFileError
from core.model_files.shapes import network_of
from core.model_files.strict_hdf5 import Hdf5
from core.model_files.strict_json import parse_json
from core.network import Network

MOST_CONFIG = 256 * 1024  # bytes; of the article's network 4 KB
MEMBERS = {"config.json": MOST_CONFIG, "metadata.json": 4096, "model.weights.h5": MOST_BYTES}
CONFIG_BEGINS = b'{"class_name": "'  # of an .h5 file; no other text in it begins so
CONFIG = "The description of this model"


def read_keras(content: bytes) -> Network:
    """The network in a .keras file.

    Raises:
        ModelFileError: it holds no dense network, or anything else.
    """
    members = read_members(content, MEMBERS.get, len(MEMBERS), MOST_BYTES)
    if not {"config.json", "model.weights.h5"} <= set(members):
        raise ModelFileError("This archive does not hold a whole model: save or download it again.")
    _, layers = layers_of_config(parse_json(members["config.json"], MOST_CONFIG, CONFIG))
    file, arrays = Hdf5(members["model.weights.h5"]), []
    for number, layer in enumerate(layers):
        place = ("layers", f"dense_{number}" if number else "dense", "vars")
        weights = file.array((*place, "0"), layer.weights_shape)
        arrays.append((weights, file.array((*place, "1"), (layer.units,))))
    return network_of(layers, arrays)


def read_h5(content: bytes) -> Network:
    """The network in an .h5 file.

    Raises:
        ModelFileError: it holds no dense network, or anything else.
    """
    file, arrays = Hdf5(content), []
    model, layers = layers_of_config(parse_json(file.text(CONFIG_BEGINS), MOST_CONFIG, CONFIG))
    for layer in layers:
        place = _place(file, model, layer.name)
        weights = file.array((*place, "kernel"), layer.weights_shape)
        arrays.append((weights, file.array((*place, "bias"), (layer.units,))))
    return network_of(layers, arrays)


def _place(file: Hdf5, model: str, layer: str) -> tuple[str, ...]:
    """Where a layer's weights lie: under the model's name, or without it if the layer was built before the model."""
    within = ("model_weights", layer, model, layer)
    return within if file.has(within) else ("model_weights", layer, layer)

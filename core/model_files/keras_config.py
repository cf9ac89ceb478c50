"""What a Keras model's configuration describes: which layers, in which order. Nothing that it names is ever run.

Only what decides a dense network's answers is looked at; how it was trained is left aside.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.activations import ACTIVATIONS
from core.digits import PIXELS, SIDE
from core.model_files.refusal import ModelFileError
from core.model_files.shapes import Layer, check_layers
from core.plain_text import plain

MOST_PARTS = 40  # layers of any kind
LONGEST_NAME = 100
INPUT_SHAPES = ([PIXELS], [SIDE, SIDE], [SIDE, SIDE, 1])
KINDS = ("InputLayer", "Flatten", "Dropout", "Dense", "Activation", "ReLU", "Softmax")
PLAIN: dict[str, dict[str, Any]] = {  # the settings that leave an activation what its name says
    "ReLU": {"max_value": None, "negative_slope": 0, "threshold": 0},
    "Softmax": {"axis": -1},
}
SUPPORTED = "supported are Dense, Flatten, Dropout, Activation, ReLU and Softmax layers of a Sequential model"


def layers_of_config(config: Mapping[str, Any]) -> tuple[str, list[Layer]]:
    """A Sequential model's name and its dense layers, checked; activations are folded into the layer before.

    Raises:
        ModelFileError: it describes any other model.
    """
    if config.get("class_name") != "Sequential" or not _is_kerass_own(config, "keras"):
        raise ModelFileError(f"This is not a Sequential model: {SUPPORTED}.")
    model = _dict(config.get("config"))
    parts = model.get("layers")
    if not isinstance(parts, list) or not 2 <= len(parts) <= MOST_PARTS:
        raise ModelFileError(f"This model has too many layers, or none: {SUPPORTED}.")
    first, *others = (_part(part) for part in parts)
    layers: list[Layer] = []
    flat = _input_shape(*first) == [PIXELS]
    for kind, settings in others:
        if kind == "Flatten":
            if settings.get("data_format", "channels_last") != "channels_last":
                raise ModelFileError("This model flattens its pixels in another order: save it as channels_last.")
            flat = True
        elif kind == "Dense":
            if not flat:
                raise ModelFileError("The first Dense layer of this model takes no row of pixels: put Flatten first.")
            layers.append(_dense(settings, layers[-1].units if layers else PIXELS))
        elif kind != "Dropout":  # which does nothing once a network has learned
            _fold(layers, _activation_of(kind, settings))
    check_layers(layers)
    return _name(model.get("name")), layers


def _part(part: Any) -> tuple[str, dict[str, Any]]:
    """A layer's kind and its settings."""
    told = _dict(part)
    kind, settings = told.get("class_name"), _dict(told.get("config"))
    if not isinstance(kind, str) or not _is_kerass_own(told, "keras.layers"):
        raise ModelFileError(f"This model has a layer that is not Keras' own: {SUPPORTED}.")
    if kind not in KINDS:
        shown = (
            f"of the kind {plain(kind)}" if kind.isidentifier() and len(kind) <= LONGEST_NAME else "of an unknown kind"
        )
        raise ModelFileError(f"This model has a layer {shown}: {SUPPORTED}.")
    precision = settings.get("dtype", "float32")
    if isinstance(precision, dict):
        precision = _dict(precision.get("config")).get("name")
    if precision != "float32" or settings.get("quantization_config") is not None:
        raise ModelFileError("This model does not compute with float32: save one that does.")
    return kind, settings


def _is_kerass_own(told: Mapping[str, Any], module: str) -> bool:
    return told.get("module", module) == module and told.get("registered_name") is None


def _input_shape(kind: str, settings: Mapping[str, Any]) -> list[int]:
    shape = settings.get("batch_shape")
    if kind != "InputLayer" or not isinstance(shape, list) or not all(type(size) is int for size in shape[1:]):
        raise ModelFileError("This model does not say what it takes: begin it with keras.Input((784,)).")
    if shape[1:] not in INPUT_SHAPES:
        raise ModelFileError("This model does not take 28 by 28 pixels: choose one that reads MNIST's digits.")
    return shape[1:]


def _dense(settings: Mapping[str, Any], inputs: int) -> Layer:
    units = settings.get("units")
    if type(units) is not int:
        raise ModelFileError("A Dense layer of this model has no whole number of units: save the model again.")
    if settings.get("use_bias", True) is not True:
        raise ModelFileError("A Dense layer of this model has no biases: choose a network with biases.")
    return Layer(inputs, units, _known(settings.get("activation")), _name(settings.get("name")))


def _activation_of(kind: str, settings: Mapping[str, Any]) -> str:
    """The activation of a layer that is nothing else."""
    if kind == "Activation":
        return _known(settings.get("activation"))
    if kind not in PLAIN or any(settings.get(name, value) != value for name, value in PLAIN[kind].items()):
        raise ModelFileError(f"This model has a layer in a place or with settings that are not supported: {SUPPORTED}.")
    return kind.lower()


def _fold(layers: list[Layer], activation: str) -> None:
    """Give the layer before its activation."""
    if activation == "linear":
        return
    if not layers or layers[-1].activation != "linear":
        raise ModelFileError("An activation of this model follows no linear layer: one after each Dense is supported.")
    layers[-1] = replace(layers[-1], activation=activation)


def _known(activation: Any) -> str:
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise ModelFileError(f"This model has an unknown activation: supported are {', '.join(ACTIVATIONS)}.")
    return activation


def _name(name: Any) -> str:
    """A name, fit to be one step of a path in an HDF5 file."""
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or "/" in name or "\0" in name or name == ".":
        raise ModelFileError("A layer of this model has a name that cannot be read: name it in plain letters.")
    return name


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ModelFileError("The description of this model is damaged: save the model again.")
    return value

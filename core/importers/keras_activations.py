"""Keras' activations, as a layer names them and as layers of their own: each is one that activation_of knows.

Versions of Keras mean different functions by the same name.
"""

from collections.abc import Mapping
from typing import Any

from core.importers.errors import ModelFileError
from core.importers.keras_config import DAMAGED, number_of, setting_of
from core.importers.keras_refusals import refusal_of, shown
from core.importers.model_parts import IDLE, Nonlinearity
from core.nn.activations import ACTIVATIONS
from core.nn.more_activations import OTHER_ACTIVATIONS, parametric_name

OTHER_NAMES = {"swish": "silu", "hard_swish": "hard_silu", "softmax_v2": "softmax"}
HARD_SIGMOID = {2: 0.2, 3: 1 / 6}  # how steep it is in versions of Keras
LEAKY, LEAKY_LAYER = 0.2, 0.3  # of the activation leaky_relu, and of the layer where it tells nothing
SIX, LOG_SOFTMAX = 6, "log_softmax"
FUNCTION = "function"  # the class of an activation that is told as an object


def nonlinearities_of(activation: Any, version: int) -> list[Nonlinearity]:
    """The activation that a layer names, or none; Keras 2 may tell it as an object. `version` is that of Keras.

    Raises:
        ModelFileError: it is no activation that is read here.
    """
    if isinstance(activation, dict):
        kind, inner = activation.get("class_name"), activation.get("config")
        if isinstance(kind, str) and isinstance(inner, dict):
            return [nonlinearity_of(kind, inner, version)]
        if kind != FUNCTION or activation.get("registered_name", FUNCTION) != FUNCTION:
            raise ModelFileError(DAMAGED)
        activation = inner
    if activation is None:
        return []
    if not isinstance(activation, str):
        raise ModelFileError(DAMAGED)
    name = OTHER_NAMES.get(activation, activation)
    if name == "leaky_relu":
        return [Nonlinearity(parametric_name(name, LEAKY))]
    if name == "hard_sigmoid":
        return [Nonlinearity(parametric_name(name, HARD_SIGMOID[version]))]
    if name in ("elu", "celu"):
        return [Nonlinearity(parametric_name(name, 1))]
    if name not in (*ACTIVATIONS, *OTHER_ACTIVATIONS, LOG_SOFTMAX):
        raise ModelFileError(f"This model has an activation, {shown(activation)}, that is not read here.")
    return [Nonlinearity(name)]


def nonlinearity_of(kind: str, settings: Mapping[str, Any], version: int) -> Nonlinearity:
    """What a layer does that is nothing but an activation; `version` is that of Keras.

    Raises:
        ModelFileError: it is another layer, or has settings that are not read here.
    """
    if kind == "Activation":
        return next(iter(nonlinearities_of(settings.get("activation"), version)), Nonlinearity(IDLE))
    if kind == "Softmax" and settings.get("axis", -1) in (-1, 1):
        return Nonlinearity("softmax")
    if kind == "ELU":
        return _with(kind, "elu", settings.get("alpha", 1))
    if kind == "LeakyReLU":
        kept = settings.get("negative_slope", settings.get("alpha", LEAKY_LAYER))
        return _with(kind, "leaky_relu", kept) if number_of(kept) else Nonlinearity("relu")
    if kind == "ReLU":
        most, kept, begin = (setting_of(settings.get(name)) for name in ("max_value", "negative_slope", "threshold"))
        if not begin and (most is None or (most == SIX and not kept)):
            return _with(kind, "leaky_relu", kept) if kept else Nonlinearity("relu" if most is None else "relu6")
    raise ModelFileError(refusal_of(kind))


def _with(kind: str, family: str, parameter: Any) -> Nonlinearity:
    try:
        return Nonlinearity(parametric_name(family, number_of(parameter)))
    except ValueError:
        raise ModelFileError(refusal_of(kind)) from None

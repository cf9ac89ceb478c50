"""What Keras' layers do to 784 pixels, once a network has learned: an affine map, a scale, an activation or nothing.

Every kind is known by its name, and only settings that decide an answer are looked at.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.data.mnist import PIXELS
from core.importers.errors import QUANTIZED, ModelFileError
from core.importers.keras_activations import LOG_SOFTMAX, nonlinearities_of, nonlinearity_of
from core.importers.keras_config import DAMAGED, LayerConfig, as_dict, number_of
from core.importers.keras_refusals import refusal_of
from core.importers.layer_spec import MAX_UNITS, check_size
from core.importers.model_parts import Affine, Nonlinearity, Part, Scale
from core.importers.strict_hdf5 import Stored
from core.nn.activations import Array

Arrays = Mapping[str, Stored]  # of one layer, by their names: kernel, bias, gamma, ...
NOTHING = {  # at least once a network has learned
    *("InputLayer", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "Identity"),
    *("GaussianNoise", "ActivityRegularization", "RandomRotation", "RandomTranslation", "RandomZoom", "RandomShear"),
}
PRECISIONS = ("float16", "float32", "float64", "bfloat16", "mixed_float16", "mixed_bfloat16")
TINY = 1e-12
OTHER_PIXELS = "This model does not take 28 by 28 pixels: choose one that reads MNIST's digits."
EPSILON, LEAST_DEVIATION = 1e-3, 1e-7  # of batch normalization where it tells nothing, and of Normalization


def parts_of(layers: Sequence[LayerConfig], arrays_of: Callable[[LayerConfig], Arrays], version: int) -> list[Part]:
    """What the layers do, with their numbers; `version` is that of Keras, 2 or 3.

    Raises:
        ModelFileError: a layer is of another kind, or its numbers do not fit.
    """
    parts, shape = list[Part](), _input_shape(layers[0])
    for layer in layers:
        settings = layer.settings
        _check_precision(settings)
        if layer.kind in NOTHING:
            continue
        if layer.kind in ("Flatten", "Reshape"):
            shape = _reshaped(layer, shape)
        elif layer.kind == "Dense":
            affine = _affine(settings, arrays_of(layer), shape)
            shape = (affine.biases.size,)
            parts += [affine, *nonlinearities_of(settings.get("activation"), version)]
        elif layer.kind in ("BatchNormalization", "Normalization", "Rescaling"):
            parts.append(_scale(layer, arrays_of(layer), shape))
        else:
            parts.append(nonlinearity_of(layer.kind, settings, version))
    if parts and parts[-1] == Nonlinearity(LOG_SOFTMAX):
        parts[-1] = Nonlinearity("softmax")  # whose logarithm is in the same order
    if Nonlinearity(LOG_SOFTMAX) in parts:
        raise ModelFileError(f"This model has an activation, {LOG_SOFTMAX}, elsewhere than at its end.")
    return parts


def variables_of(layer: LayerConfig) -> tuple[str, ...]:
    """The names of a layer's numbers, in the order in which a .keras file holds them."""
    if layer.kind == "Dense":
        return "kernel", "bias"
    if layer.kind == "Normalization":
        return "mean", "variance"
    weights = (("gamma", "scale"), ("beta", "center"))
    chosen = (name for name, switch in weights if layer.settings.get(switch, True))
    return (*chosen, "moving_mean", "moving_variance") if layer.kind == "BatchNormalization" else ()


def _input_shape(first: LayerConfig) -> tuple[int, ...] | None:
    """The shape of what a model takes, without the batch; None if it does not tell."""
    shape = first.settings.get("batch_shape", first.settings.get("batch_input_shape"))
    if shape is None:
        return None
    if not isinstance(shape, list) or not all(type(size) is int and size > 0 for size in shape[1:]):
        raise ModelFileError(OTHER_PIXELS)
    if math.prod(shape[1:]) != PIXELS:
        raise ModelFileError(OTHER_PIXELS)
    return tuple(shape[1:])


def _reshaped(layer: LayerConfig, shape: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The shape after a layer that only reshapes."""
    if layer.kind == "Flatten":
        if layer.settings.get("data_format", "channels_last") != "channels_last" and 1 not in (shape or ()):
            raise ModelFileError("This model flattens its pixels column by column, which is not read here.")
        return shape and (math.prod(shape),)
    target = layer.settings.get("target_shape")
    if not isinstance(target, list) or not all(type(size) is int and -1 <= size <= PIXELS for size in target):
        raise ModelFileError(DAMAGED)
    known = math.prod(size for size in target if size != -1)
    if target.count(-1) > 1 or known == 0:
        raise ModelFileError(DAMAGED)
    if shape is None:
        return None if -1 in target else tuple(target)
    rest, left = divmod(math.prod(shape), known)
    if left or (rest != 1 and -1 not in target):
        raise ModelFileError(DAMAGED)
    return tuple(rest if size == -1 else size for size in target)


def _affine(settings: Mapping[str, Any], arrays: Arrays, shape: tuple[int, ...] | None) -> Affine:
    kernel, bias = arrays.get("kernel"), arrays.get("bias")
    units = settings.get("units", settings.get("output_dim"))  # the second in Keras 1
    if settings.get("quantization_config") is not None:
        raise ModelFileError(QUANTIZED)
    if kernel is None or (bias is None and settings.get("use_bias", settings.get("bias", True))):
        raise ModelFileError("This file does not hold the weights of all its layers: save or download it again.")
    if len(kernel.shape) != 2 or kernel.shape[1] != units or (bias and bias.shape != (units,)):
        raise ModelFileError("The weights in this file have another shape than its layers: save the model again.")
    if shape is not None and (shape[-1] != kernel.shape[0] or math.prod(shape) != shape[-1]):
        raise ModelFileError(
            "A Dense layer of this model takes no row of numbers: put a Flatten layer before it, and train it again."
        )
    check_size(*kernel.shape)
    return Affine(kernel.numbers(), bias.numbers() if bias else np.zeros(kernel.shape[1], np.float32))


@np.errstate(over="ignore", invalid="ignore")
def _scale(layer: LayerConfig, arrays: Arrays, shape: tuple[int, ...] | None) -> Scale:
    settings = layer.settings
    if layer.kind == "Rescaling":
        scale, shift = (settings.get(name, value) for name, value in (("scale", 1.0), ("offset", 0.0)))
        if isinstance(scale, list) or isinstance(shift, list):
            raise ModelFileError(refusal_of(layer.kind))
        return Scale(np.array(number_of(scale)), np.array(number_of(shift)))
    axis = settings.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if axis not in (-1, None, *((len(shape),) if shape else (1,))):
        raise ModelFileError(f"This model has a layer of the kind {layer.kind} along another axis than the last.")
    if layer.kind == "Normalization":
        mean, variance = (_of_each(arrays.get(name), shape) for name in ("mean", "variance"))
        scale = 1 / np.maximum(np.sqrt(np.maximum(variance, 0)), LEAST_DEVIATION)
        return Scale(scale, -mean * scale)
    mean, variance = (_of_each(arrays.get(name), shape) for name in ("moving_mean", "moving_variance"))
    scale = 1 / np.sqrt(np.maximum(variance + number_of(settings.get("epsilon", EPSILON)), TINY))
    if settings.get("scale", True):
        scale = scale * _of_each(arrays.get("gamma"), shape)
    shift = _of_each(arrays.get("beta"), shape) if settings.get("center", True) else 0
    return Scale(scale, shift - mean * scale)


def _of_each(stored: Stored | None, shape: tuple[int, ...] | None) -> Array:
    """A number for each unit: what is said of the last axis holds along the others."""
    if stored is None or math.prod(stored.shape) > MAX_UNITS:
        raise ModelFileError("This file does not hold the weights of all its layers: save or download it again.")
    numbers = stored.numbers().astype(np.float64).reshape(-1)
    if shape is None or numbers.size in (1, math.prod(shape)):
        return numbers
    if numbers.size != shape[-1]:
        raise ModelFileError("The weights in this file have another shape than its layers: save the model again.")
    return np.broadcast_to(numbers, shape).reshape(-1)


def _check_precision(settings: Mapping[str, Any]) -> None:
    """See that a layer computes with floats; how precisely makes no difference to what is shown here."""
    dtype = settings.get("dtype", "float32")
    if isinstance(dtype, dict):
        policy = as_dict(dtype.get("config"))
        dtype = policy.get("name", policy.get("mode"))  # a mode: quantized
    if dtype not in PRECISIONS:
        raise ModelFileError(QUANTIZED if isinstance(dtype, str) and ("int" in dtype or "float8" in dtype) else DAMAGED)

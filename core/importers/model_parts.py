"""Whatever a network is built of comes to dense layers: affine maps with their activations, and scales between them.

A scale, y = scale · x + shift for each unit, is what rescaling and batch normalization do once a network has learned.
It goes into the weights of the layer before, or, if that has an activation already, of the layer after: (x · scale +
shift) @ W + b = x @ (scale · W) + (shift @ W + b).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.importers.errors import ModelFileError
from core.nn.activations import Array
from core.nn.network import Dense

IDLE = "linear"
PROBABLE = ("softmax", "sigmoid")  # activations whose outputs are probabilities


@dataclass(frozen=True, eq=False)
class Affine:
    """A dense layer without its activation."""

    weights: Array  # (inputs, units)
    biases: Array  # (units,)


@dataclass(frozen=True, eq=False)
class Scale:
    """Each unit by itself."""

    scale: Array  # (units,), or one number
    shift: Array


@dataclass(frozen=True)
class Nonlinearity:
    """An activation by itself."""

    name: str  # that activation_of knows


Part = Affine | Scale | Nonlinearity


@np.errstate(over="ignore", invalid="ignore")  # what comes out too large is refused afterwards (layer_spec.py)
def layers_of(parts: Sequence[Part]) -> list[Dense]:
    """Dense layers that do the same.

    Raises:
        ModelFileError: there is no dense layer, or an activation before the first.
    """
    layers, waiting = list[Dense](), None  # a scale that waits for the next layer
    for part in parts:
        if isinstance(part, Affine):
            layers.append(Dense(*_after_scale(waiting, part), IDLE))
            waiting = None
        elif isinstance(part, Scale) and layers and layers[-1].activation == IDLE:
            last = layers[-1]
            scale, shift = _single(part.scale), _single(part.shift)
            layers[-1] = Dense(last.weights * scale, last.biases * scale + shift, IDLE)
        elif isinstance(part, Scale):
            waiting = _together(waiting, part)
        elif part.name != IDLE and not (layers and waiting is None and layers[-1].activation == part.name == "relu"):
            if not layers:
                raise ModelFileError(
                    "This network has an activation before its first layer: such a network cannot be read here."
                )
            if waiting or layers[-1].activation != IDLE:
                layers.append(Dense(*_after_scale(waiting, _nothing(layers[-1].biases.size)), IDLE))
                waiting = None
            layers[-1] = Dense(layers[-1].weights, layers[-1].biases, part.name)
    if not layers:
        raise ModelFileError("This network has no Dense layer: choose one that has learned to read digits.")
    if waiting:
        layers.append(Dense(*_after_scale(waiting, _nothing(layers[-1].biases.size)), IDLE))
    return layers


def _after_scale(scale: Scale | None, affine: Affine) -> tuple[Array, Array]:
    if scale is None:
        return affine.weights, affine.biases
    wide, shift = (np.broadcast_to(_single(one), len(affine.weights)) for one in (scale.scale, scale.shift))
    return affine.weights * wide[:, None], affine.biases + shift @ affine.weights


def _single(numbers: Array) -> Array:
    return np.asarray(numbers, np.float32)  # weights are no more precise


def _together(first: Scale | None, then: Scale) -> Scale:
    return then if first is None else Scale(first.scale * then.scale, first.shift * then.scale + then.shift)


def _nothing(units: int) -> Affine:
    """A layer that passes on what it gets."""
    return Affine(np.eye(units, dtype=np.float32), np.zeros(units, np.float32))

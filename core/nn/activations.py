"""An activation bends a layer's weighted sums; without it, any number of layers would be only one.

Each takes pre-activations `z` to activations `a`, both of shape (batch, units). `backward` takes the
slope of the loss with respect to `a` and gives its slope with respect to `z` (the chain rule).
Not every activation squeezes: sigmoid ends in 0 to 1 and tanh in -1 to 1, but relu has no upper end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Activation:
    """An activation by its Keras name: a = forward(z); dL/dz = backward(dL/da, z, a)."""

    name: str
    formula: str
    forward: Callable[[Array], Array]
    backward: Callable[[Array, Array, Array], Array]


def _sigmoid(z: Array) -> Array:
    e = np.exp(-np.abs(z))  # never more than 1: cannot overflow
    return np.where(z >= 0, 1, e) / (1 + e)


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=-1, keepdims=True))  # the same answer, and cannot overflow
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_backward(slope: Array, z: Array, a: Array) -> Array:
    """Raising one z lowers all the other activations, so every unit's slope plays a part."""
    return a * (slope - (slope * a).sum(axis=-1, keepdims=True))


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("linear", "z", lambda z: z, lambda slope, z, a: slope),
        Activation("relu", "max(0, z)", lambda z: np.maximum(z, 0), lambda slope, z, a: slope * (z > 0)),
        Activation("sigmoid", "1 / (1 + exp(-z))", _sigmoid, lambda slope, z, a: slope * a * (1 - a)),
        Activation("tanh", "tanh(z)", np.tanh, lambda slope, z, a: slope * (1 - a * a)),
        Activation("softmax", "exp(z) / sum of exp(z)", _softmax, _softmax_backward),
    )
}

"""A loss measures how far a network's answers are from the right ones; learning means making it smaller.

Three losses, as in Keras. Each takes the last layer's pre-activations `z`, its activation and the
targets, all of shape (batch, units), and says two things:

- `value`: the loss of each example, shape (batch,);
- `error`: its derivative with respect to `z`, shape (batch, units): where backpropagation begins.

A probability that is nearly 0 has a logarithm that is nearly minus infinity. So wherever the loss has a
short form in `z` (softmax with cross entropy, sigmoid with binary cross entropy), that form is used.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.nn.activations import ACTIVATIONS, Array
from core.nn.more_activations import activation_of

EPSILON = 1e-7  # Keras keeps probabilities this far from 0 and 1 before it takes a logarithm


@dataclass(frozen=True)
class Loss:
    """A loss by its Keras name, its formula in words, and its two functions of (z, activation, targets)."""

    name: str
    formula: str
    value: Callable[[Array, str, Array], Array]
    grad_logits: Callable[[Array, str, Array], Array]


def log_softmax(z: Array) -> Array:
    """The logarithm of softmax, computed without ever leaving the range of a float (log-sum-exp)."""
    shifted = z - z.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _through_activation(slope: Array, z: Array, activation: str) -> Array:
    """Carry dL/da back through a = activation(z), to dL/dz."""
    act = activation_of(activation)
    return act.backward(slope, z, act.forward(z))


def _clipped(z: Array, activation: str) -> tuple[Array, Array]:
    """Activations kept between EPSILON and 1 - EPSILON, and 1 where they already were (else 0)."""
    a = activation_of(activation).forward(z)
    return a.clip(EPSILON, 1 - EPSILON), ((a > EPSILON) & (a < 1 - EPSILON)).astype(a.dtype)


# Mean squared error: the average of (a - t)^2 over the units.


def _mean_squared_error(z: Array, activation: str, targets: Array) -> Array:
    return ((activation_of(activation).forward(z) - targets) ** 2).mean(axis=-1)


def _mean_squared_error_grad(z: Array, activation: str, targets: Array) -> Array:
    a = activation_of(activation).forward(z)
    return _through_activation(2 * (a - targets) / z.shape[-1], z, activation)


# Cross entropy: minus the logarithm of the probability given to the right class.


def _cross_entropy(z: Array, activation: str, targets: Array) -> Array:
    if activation == "softmax":
        return -(targets * log_softmax(z)).sum(axis=-1)
    a, _ = _clipped(z, activation)
    return -(targets * np.log(a / a.sum(axis=-1, keepdims=True))).sum(axis=-1)


def _cross_entropy_grad(z: Array, activation: str, targets: Array) -> Array:
    if activation == "softmax":  # the two derivatives cancel to this: what it said minus what is right
        return ACTIVATIONS["softmax"].forward(z) * targets.sum(axis=-1, keepdims=True) - targets
    a, inside = _clipped(z, activation)
    slope = targets.sum(axis=-1, keepdims=True) / a.sum(axis=-1, keepdims=True) - targets / a
    return _through_activation(slope * inside, z, activation)


# Binary cross entropy: each unit on its own says yes or no; the average over the units.


def _binary_cross_entropy(z: Array, activation: str, targets: Array) -> Array:
    if activation == "sigmoid":
        return (np.logaddexp(0, z) - targets * z).mean(axis=-1)
    a, _ = _clipped(z, activation)
    return -(targets * np.log(a) + (1 - targets) * np.log(1 - a)).mean(axis=-1)


def _binary_cross_entropy_grad(z: Array, activation: str, targets: Array) -> Array:
    if activation == "sigmoid":  # again: what it said minus what is right
        return (ACTIVATIONS["sigmoid"].forward(z) - targets) / z.shape[-1]
    a, inside = _clipped(z, activation)
    slope = (a - targets) / (a * (1 - a)) / z.shape[-1]
    return _through_activation(slope * inside, z, activation)


LOSSES = {
    loss.name: loss
    for loss in (
        Loss(
            "mean_squared_error",
            "mean of (activation - target)²",
            _mean_squared_error,
            _mean_squared_error_grad,
        ),
        Loss(
            "categorical_crossentropy",
            "-log(probability of the right class)",
            _cross_entropy,
            _cross_entropy_grad,
        ),
        Loss(
            "binary_crossentropy",
            "mean of -log(activation) where the target is 1, -log(1 - activation) where it is 0",
            _binary_cross_entropy,
            _binary_cross_entropy_grad,
        ),
    )
}

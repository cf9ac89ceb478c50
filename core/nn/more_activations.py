"""Networks of others have more activations than the five of activations.py, and each is one formula.

A name may carry a number: leaky_relu(0.2) keeps 0.2 of what is below 0. Formulas are those of Keras 3, which is the
oracle: tests hold values and slopes against it.
"""

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from core.nn.activations import ACTIVATIONS, Activation, Array

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al., 2017
GELU_CUBIC, GELU_SCALE = 0.044715, math.sqrt(2 / math.pi)  # of gelu_tanh: Hendrycks and Gimpel, 2016
PARAMETRIC_NAME = re.compile(r"([a-z_]+)\(([0-9.e-]{1,24})\)")
MAX_PARAMETER = 100.0  # a number that a name may carry


def _erf(z: Array) -> Array:
    """The error function, within 1.5e-7 (Abramowitz and Stegun, 1964, 7.1.26), about a rounding error of float32.

    SciPy has one, which takes 0.3 s to import, and the training program goes without SciPy.
    """
    t = 1 / (1 + 0.3275911 * np.abs(z))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    share: Array = np.sign(z) * (1 - series * np.exp(-z * z))
    return share


def _sigmoid(z: Array) -> Array:
    return ACTIVATIONS["sigmoid"].forward(z)


def _softplus(z: Array) -> Array:
    soft: Array = np.logaddexp(z, 0)
    return soft


def _exponential(z: Array) -> Array:
    with np.errstate(over="ignore"):  # beyond 88 it is infinite, as it is in Keras
        return np.exp(z)


def _below(z: Array) -> Array:
    """What lies below 0, else 0: so that no exp overflows where it is not wanted."""
    return np.minimum(z, 0)


def _share_below(z: Array) -> Array:
    """How much of the standard normal distribution lies below z."""
    return (1 + _erf(z / math.sqrt(2))) / 2


def _gelu_grad(z: Array, a: Array) -> Array:
    density: Array = np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return _share_below(z) + z * density


def _inner_tanh(z: Array) -> Array:
    return np.tanh(GELU_SCALE * (z + GELU_CUBIC * z**3))


def _gelu_tanh_grad(z: Array, a: Array) -> Array:
    inner = _inner_tanh(z)
    return (1 + inner) / 2 + z / 2 * (1 - inner * inner) * GELU_SCALE * (1 + 3 * GELU_CUBIC * z * z)


def _mish_grad(z: Array, a: Array) -> Array:
    bent = np.tanh(_softplus(z))
    return bent + z * (1 - bent * bent) * _sigmoid(z)


def _hard_silu_grad(z: Array, a: Array) -> Array:
    return np.where(np.abs(z) < 3, z / 3 + 0.5, z > 0).astype(z.dtype)


def _each(
    name: str, formula: str, forward: Callable[[Array], Array], slope: Callable[[Array, Array], npt.NDArray[Any]]
) -> Activation:
    """An activation of each unit by itself: its slope da/dz is a function of z and a."""
    return Activation(name, formula, forward, lambda error, z, a: error * slope(z, a))


OTHER_ACTIVATIONS = {
    activation.name: activation
    for activation in (
        _each("relu6", "min(max(0, z), 6)", lambda z: z.clip(0, 6), lambda z, a: (z > 0) & (z < 6)),
        _each(
            "selu",
            "1.0507 · z, or 1.7581 · (exp(z) - 1) below 0",
            lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * np.expm1(_below(z))),
            lambda z, a: SELU_SCALE * np.where(z > 0, 1, SELU_ALPHA * np.exp(_below(z))),
        ),
        _each("gelu", "z · (1 + erf(z / √2)) / 2", lambda z: z * _share_below(z), _gelu_grad),
        _each(
            "gelu_tanh",
            "z · (1 + tanh(0.7979 · (z + 0.0447 · z³))) / 2",
            lambda z: z * (1 + _inner_tanh(z)) / 2,
            _gelu_tanh_grad,
        ),
        _each(
            "silu",
            "z · sigmoid(z)",
            lambda z: z * _sigmoid(z),
            lambda z, a: _sigmoid(z) * (1 + z * (1 - _sigmoid(z))),
        ),
        _each("mish", "z · tanh(log(1 + exp(z)))", lambda z: z * np.tanh(_softplus(z)), _mish_grad),
        _each("softplus", "log(1 + exp(z))", _softplus, lambda z, a: _sigmoid(z)),
        _each("softsign", "z / (1 + |z|)", lambda z: z / (1 + np.abs(z)), lambda z, a: (1 - np.abs(a)) ** 2),
        _each("exponential", "exp(z)", _exponential, lambda z, a: a),
        _each("hard_silu", "z · min(max(0, z / 6 + 1/2), 1)", lambda z: z * (z / 6 + 0.5).clip(0, 1), _hard_silu_grad),
        _each("hard_tanh", "min(max(-1, z), 1)", lambda z: z.clip(-1, 1), lambda z, a: np.abs(z) < 1),
        _each("tanh_shrink", "z - tanh(z)", lambda z: z - np.tanh(z), lambda z, a: np.tanh(z) ** 2),
        _each("log_sigmoid", "log(sigmoid(z))", lambda z: -_softplus(-z), lambda z, a: _sigmoid(-z)),
        _each(
            "squareplus",
            "(z + √(z² + 4)) / 2",
            lambda z: (z + np.sqrt(z * z + 4)) / 2,
            lambda z, a: (1 + z / np.sqrt(z * z + 4)) / 2,
        ),
    )
}


def _leaky_relu(name: str, kept: float) -> Activation:
    return _each(
        name,
        f"z, or {kept:g} · z below 0",
        lambda z: np.where(z > 0, z, kept * z),
        lambda z, a: np.where(z > 0, 1, kept).astype(z.dtype),
    )


def _elu(name: str, depth: float) -> Activation:
    return _each(
        name,
        f"z, or {depth:g} · (exp(z) - 1) below 0",
        lambda z: np.where(z > 0, z, depth * np.expm1(_below(z))),
        lambda z, a: np.where(z > 0, 1, depth * np.exp(_below(z))).astype(z.dtype),
    )


def _celu(name: str, depth: float) -> Activation:
    return _each(
        name,
        f"z, or {depth:g} · (exp(z / {depth:g}) - 1) below 0",
        lambda z: np.where(z > 0, z, depth * np.expm1(_below(z) / depth)),
        lambda z, a: np.where(z > 0, 1, np.exp(_below(z) / depth)).astype(z.dtype),
    )


def _hard_sigmoid(name: str, steep: float) -> Activation:
    """Keras 3 rises by 1/6 a unit of z, Keras 2 by 0.2."""
    return _each(
        name,
        f"min(max(0, {steep:.3g} · z + 1/2), 1)",
        lambda z: (steep * z + 0.5).clip(0, 1),
        lambda z, a: ((a > 0) & (a < 1)) * z.dtype.type(steep),
    )


FAMILIES = {"leaky_relu": _leaky_relu, "elu": _elu, "celu": _celu, "hard_sigmoid": _hard_sigmoid}


@lru_cache(maxsize=64)
def activation_of(name: str) -> Activation:
    """The activation of this name: one of ACTIVATIONS, one of MORE, or one of FAMILIES with its number in brackets.

    Raises:
        ValueError: there is none.
    """
    if known := ACTIVATIONS.get(name) or OTHER_ACTIVATIONS.get(name):
        return known
    match = PARAMETRIC_NAME.fullmatch(name)
    if match is None or match[1] not in FAMILIES or not 0 < float(match[2]) <= MAX_PARAMETER:
        raise ValueError(f"There is no activation {name}.")
    return FAMILIES[match[1]](name, float(match[2]))


def parametric_name(family: str, number: float) -> str:
    """The name of an activation that carries a number.

    Raises:
        ValueError: there is no such activation.
    """
    name = f"{family}({float(number):.9g})"
    return activation_of(name).name

"""Weights without a description do not say the activation between them, nor whether a batch normalization comes before
it or after. Each possible network is a variant here; which one it was, the test digits tell (calibration.py)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.importers.errors import ModelFileError
from core.importers.layer_order import NO_NETWORK, Group, Numbers, Order, orders_of
from core.importers.layer_spec import ending_in_probabilities, network_of
from core.importers.model_parts import Affine, Nonlinearity, Part, Scale, layers_of
from core.nn.activations import Array
from core.nn.network import Network

TRIED = (
    "relu",
    "tanh",
    "sigmoid",
    "leaky_relu(0.01)",
    "leaky_relu(0.2)",
    "leaky_relu(0.3)",
    "elu(1)",
    "selu",
    "gelu",
    "silu",
)
SAID = ("",)  # the file says the activations
EPSILON_OF_KERAS, EPSILON_OF_PYTORCH = 1e-3, 1e-5  # in what batch normalization divides by
Reader = Callable[[Numbers, bool], Array]


@dataclass(frozen=True, eq=False)
class Variant:
    """A network that a file may hold."""

    build: Callable[[str], Network]  # given the activation between its layers
    turned: bool = False  # whether its weights were written as their memory lay


def variants_of(groups: Sequence[Group], units_first: bool) -> tuple[Variant, ...]:
    """The networks that groups of arrays may be, the likeliest first.

    `units_first` says whether weights may be (units, inputs), as PyTorch has them.

    Raises:
        ModelFileError: they are none.
    """
    orders, read = orders_of(groups, units_first), _reader()
    late = (False, True) if any(orders[0].after.values()) else (False,)
    return tuple(
        Variant(partial(_built, order, read, turned, is_late), turned)
        for turned in ((False, True) if units_first else (False,))
        for order in orders
        for is_late in late
    )


def _reader() -> Reader:
    """Reads arrays, each of them once."""

    read = dict[tuple[Numbers, bool], Array]()

    def once(numbers: Numbers, turned: bool) -> Array:
        if (numbers, turned) not in read:
            read[numbers, turned] = numbers.numbers(turned)
        return read[numbers, turned]

    return once


def _built(order: Order, read: Reader, turned: bool, late: bool, activation: str) -> Network:
    """The network; `late` has each batch normalization come after the activation."""
    parts: list[Part] = [_scale(group, order.flipped) for group in order.after[-1]]
    for place, row in enumerate(order.rows):
        weights = read(row.arrays["kernel"], turned)
        weights = weights.T if order.flipped else weights
        bias = row.arrays.get("bias")
        if bias and bias.shape != (weights.shape[1],):
            raise ModelFileError(NO_NETWORK)
        parts.append(Affine(weights, bias.numbers() if bias else np.zeros(weights.shape[1], np.float32)))
        scales = [_scale(group, order.flipped) for group in order.after[place]]
        nonlinearity = [Nonlinearity(activation)] if place < len(order.rows) - 1 else []
        parts += [*nonlinearity, *scales] if late else [*scales, *nonlinearity]
    return network_of(ending_in_probabilities(layers_of(parts))[0])


@np.errstate(over="ignore", invalid="ignore")
def _scale(group: Group, flipped: bool) -> Scale:
    mean, variance = group.arrays.get("mean"), group.arrays.get("variance")
    if mean is None or variance is None:
        raise ModelFileError(NO_NETWORK)
    gamma, beta = group.arrays.get("gamma") or group.arrays.get("kernel"), group.arrays.get("bias")
    scale = 1 / np.sqrt(np.maximum(variance.numbers(), 0) + (EPSILON_OF_PYTORCH if flipped else EPSILON_OF_KERAS))
    scale = scale * gamma.numbers() if gamma else scale
    return Scale(scale, (beta.numbers() if beta else 0) - mean.numbers() * scale)

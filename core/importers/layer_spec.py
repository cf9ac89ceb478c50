"""The shapes of a network follow from its weights; they are looked at before anything is computed with it."""

from collections.abc import Sequence

import numpy as np

from core.data.mnist import CLASSES, PIXELS
from core.importers.errors import ModelFileError
from core.importers.model_parts import IDLE, PROBABLE
from core.nn.activations import Array
from core.nn.network import Dense, Network

MAX_LAYERS, MAX_UNITS = 10, 2048  # of networks that are read: more than can be trained here
MAX_WEIGHTS = 5_000_000  # of all layers
MAX_REACH = 1e18  # that a sum may reach on its way through a network, or an error back; float32 ends at 3e38
MAX_ACTIVATION_SLOPE = (
    1.8  # times a sum, at most, is what an activation makes of it, selu; only exponential knows no bounds
)


def check_size(inputs: int, units: int) -> None:
    """See that one layer can be shown, before its weights are read.

    Raises:
        ModelFileError: it is too large.
    """
    if not (1 <= inputs <= max(PIXELS, MAX_UNITS) and 1 <= units <= MAX_UNITS):
        raise ModelFileError(f"A layer of this network is too large: at most {MAX_UNITS:,} units can be read.")


def check_chain(sizes: Sequence[tuple[int, int]]) -> None:
    """See that layers of such inputs and units are a network from 784 pixels to ten answers.

    Raises:
        ModelFileError: they are too many or too large, do not fit together, or take or give something else.
    """
    if not sizes:
        raise ModelFileError("This network has no Dense layer: choose one that has learned to read digits.")
    if len(sizes) > MAX_LAYERS + 1:
        raise ModelFileError(f"This network has too many layers: at most {MAX_LAYERS} hidden ones can be read.")
    for inputs, units in sizes:
        check_size(inputs, units)
    if sum(inputs * units for inputs, units in sizes) > MAX_WEIGHTS:
        raise ModelFileError(f"This network is too large: at most {MAX_WEIGHTS:,} weights can be read.")
    if sizes[0][0] != PIXELS:
        raise ModelFileError("This network does not take 28 by 28 pixels: choose one that reads MNIST's digits.")
    if any(after[0] != before[1] for before, after in zip(sizes[:-1], sizes[1:], strict=True)):
        raise ModelFileError("The layers of this network do not fit together: save it again.")
    if sizes[-1][1] != CLASSES:
        raise ModelFileError("This network does not answer with ten digits: its last layer must have 10 units.")


@np.errstate(over="ignore", invalid="ignore")  # what is too large is refused
def network_of(layers: Sequence[Dense]) -> Network:
    """The network of layers, if it can be shown and computed with.

    Raises:
        ModelFileError: it cannot; or its weights are so large that a sum of them may be no number.
    """
    check_chain([layer.weights.shape for layer in layers])
    reach: Array = np.ones(PIXELS, np.float32)  # no pixel is larger
    for layer in layers:
        sums = reach @ np.abs(layer.weights) + np.abs(layer.biases)
        reach = np.float32(MAX_ACTIVATION_SLOPE) * np.maximum(1, sums)
        if not reach.max() <= MAX_REACH:
            raise ModelFileError("The weights of this network are too large to count with: its training diverged.")
    return Network(tuple(Dense(_single(one.weights), _single(one.biases), one.activation) for one in layers))


def _single(array: Array) -> Array:
    return np.asarray(array, np.float32)


def ending_in_probabilities(layers: list[Dense]) -> tuple[list[Dense], bool]:
    """The layers with a softmax at the end, if there is none and no sigmoid; and whether it had to be added."""
    last = layers[-1]
    if last.activation in PROBABLE:
        return layers, False
    if last.activation == IDLE:
        return [*layers[:-1], Dense(last.weights, last.biases, "softmax")], True
    units = last.biases.size
    return [*layers, Dense(np.eye(units, dtype=np.float32), np.zeros(units, np.float32), "softmax")], True

"""The shapes of a network follow from its layers' units: they are worked out here, and no file is asked for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.activations import ACTIVATIONS, Array
from core.digits import CLASSES, PIXELS
from core.model_files.refusal import ModelFileError
from core.network import MOST_LAYERS, MOST_UNITS, Dense, Network

FARTHEST = 1e18  # that a sum may reach on its way through a network, or an error back; float32 ends at 3e38
LAST_ACTIVATIONS = ("softmax", "sigmoid")  # whose outputs are probabilities


@dataclass(frozen=True)
class Layer:
    """A dense layer as a file describes it, before any of its numbers is read."""

    inputs: int
    units: int
    activation: str  # a key of ACTIVATIONS
    name: str = ""  # in a Keras model

    @property
    def weights_shape(self) -> tuple[int, int]:
        """(inputs, units)."""
        return self.inputs, self.units


def check_layers(layers: Sequence[Layer]) -> None:
    """See that they are a network that this app can show.

    Raises:
        ModelFileError: too many or too large layers, other inputs than 784 or outputs than ten probabilities.
    """
    if not layers:
        raise ModelFileError("This network has no Dense layer: choose one that has learned to read digits.")
    if len(layers) > MOST_LAYERS + 1:
        raise ModelFileError(f"This network has too many layers: at most {MOST_LAYERS} hidden ones can be read.")
    if any(layer.activation not in ACTIVATIONS for layer in layers):
        raise ModelFileError(f"This network has an unknown activation: supported are {', '.join(ACTIVATIONS)}.")
    if not all(1 <= layer.units <= MOST_UNITS for layer in layers):
        raise ModelFileError(f"A layer of this network is too large: at most {MOST_UNITS:,} units can be read.")
    if layers[0].inputs != PIXELS:
        raise ModelFileError("This network does not take 28 by 28 pixels: choose one that reads MNIST's digits.")
    if any(after.inputs != before.units for before, after in zip(layers[:-1], layers[1:], strict=True)):
        raise ModelFileError("The layers of this network do not fit together: save it again.")
    if layers[-1].units != CLASSES:
        raise ModelFileError("This network does not answer with ten digits: its last layer must have 10 units.")
    if layers[-1].activation not in LAST_ACTIVATIONS:
        raise ModelFileError("This network does not end in probabilities: add a Softmax layer and save it again.")


def finite(array: Array) -> Array:
    """The array, if all of it are numbers.

    Raises:
        ModelFileError: some are not.
    """
    if not np.isfinite(array).all():
        raise ModelFileError("This network holds weights that are no numbers: its training diverged.")
    return array


def network_of(layers: Sequence[Layer], arrays: Sequence[tuple[Array, Array]]) -> Network:
    """The network of layers with their weights, (inputs, units), and biases, (units,).

    Raises:
        ModelFileError: its weights are so large that a sum of them may be no number.
    """
    described = zip(layers, arrays, strict=True)
    network = Network(tuple(Dense(weights, biases, layer.activation) for layer, (weights, biases) in described))
    reach = 1.0  # no pixel is larger
    for layer in network.layers:
        sums = np.abs(layer.weights).sum(axis=0, dtype=np.float64) * reach + np.abs(layer.biases)
        reach = max(1.0, float(sums.max()))
    if reach > FARTHEST:
        raise ModelFileError("The weights of this network are too large to count with: its training diverged.")
    return network

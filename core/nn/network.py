"""A dense network multiplies its inputs by weights, adds biases, bends the sums, and passes them on.

Forward: input -> z = a @ weights + biases -> a = activation(z) -> ... -> answer.
Backward: the error at the answer travels back through the same layers and leaves, at each weight,
its gradient: how much the loss would grow if that weight grew. An update takes a small step down.

Whole batches at once, in the weights' own precision (float32 in the app). Keras is the oracle:
tests hold outputs, losses and gradients against it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data.mnist import SIDE
from core.nn.activations import Array
from core.nn.losses import LOSSES
from core.nn.more_activations import activation_of

MAX_LAYERS, MAX_UNITS = 5, 1024  # hidden layers, and units of each, of networks that are trained here
NORMS = {"": (), "columns": (-2,), "image": (-2, -1)}  # over which axes of an image its numbers have length 1, if any


@dataclass(frozen=True, eq=False)
class Dense:
    """One layer: every unit sees every input."""

    weights: Array  # (inputs, units)
    biases: Array  # (units,)
    activation: str  # a name that activation_of knows


@dataclass(frozen=True, eq=False)
class Network:
    """Layers in order, each taking the activations of the one before."""

    layers: tuple[Dense, ...]
    norm: str = ""  # a key of NORMS: what is done to an image before the first layer

    def __post_init__(self) -> None:
        """Check that the layers fit together.

        Raises:
            ValueError: a layer's shapes or activation do not fit, or the norm is unknown.
        """
        if self.norm not in NORMS:
            raise ValueError(f"There is no norm {self.norm}.")
        for number, layer in enumerate(self.layers):
            activation_of(layer.activation)
            if layer.weights.ndim != 2 or layer.biases.shape != (layer.weights.shape[1],):
                raise ValueError(f"Layer {number} needs weights (inputs, units) and biases (units,).")
            if number and self.layers[number - 1].biases.size != layer.weights.shape[0]:
                raise ValueError(f"Layer {number} does not take what layer {number - 1} gives.")

    @property
    def parameter_count(self) -> int:
        """All weights and all biases."""
        return sum(layer.weights.size + layer.biases.size for layer in self.layers)


@dataclass(frozen=True, eq=False)
class Forward:
    """All that a forward pass computed: one entry a layer, each of shape (batch, units)."""

    inputs: Array  # (batch, inputs): what the first layer takes
    pre_activations: list[Array]  # z = a @ weights + biases
    activations: list[Array]  # a = activation(z)

    @property
    def outputs(self) -> Array:
        """The last layer's activations: the network's answer."""
        return self.activations[-1]


@dataclass(frozen=True, eq=False)
class Gradients:
    """The slope of the batch's mean loss with respect to everything that took part."""

    weights: list[Array]  # one a layer, shaped as its weights
    biases: list[Array]  # one a layer, shaped as its biases
    pre_activations: list[Array]  # one a layer: slope with respect to z, (batch, units)
    inputs: Array  # (batch, inputs)


def forward(network: Network, inputs: Array) -> Forward:
    """Send a batch of inputs, shape (batch, inputs), through every layer."""
    a = inputs = normalized(inputs, network.norm)
    pre_activations: list[Array] = []
    activations: list[Array] = []
    for layer in network.layers:
        z = a @ layer.weights + layer.biases
        a = activation_of(layer.activation).forward(z)
        pre_activations.append(z)
        activations.append(a)
    return Forward(inputs, pre_activations, activations)


def normalized(inputs: Array, norm: str) -> Array:
    """Images, (batch, 784), each divided by its length, the root of the sum of its squares; or each column of each.

    This is keras.utils.normalize(axis=1) for images as rows of numbers, or as squares of them ("columns").
    """
    if not norm:
        return inputs
    squares = inputs.reshape(-1, SIDE, SIDE)
    lengths = np.sqrt((squares * squares).sum(axis=NORMS[norm], keepdims=True))
    scaled: Array = squares / np.where(lengths == 0, 1, lengths)
    return scaled.reshape(inputs.shape)


def batch_loss(network: Network, result: Forward, targets: Array, loss: str) -> float:
    """The mean loss of a batch; targets have the shape of the outputs, `loss` is a key of LOSSES."""
    value = LOSSES[loss].value(result.pre_activations[-1], network.layers[-1].activation, targets)
    return float(value.mean())


def backward(network: Network, result: Forward, targets: Array, loss: str) -> Gradients:
    """Gradients of the batch's mean loss (backpropagation); targets have the shape of the outputs."""
    last = network.layers[-1]
    error = LOSSES[loss].grad_logits(result.pre_activations[-1], last.activation, targets) / len(targets)
    return backward_from(network, result, error)


def backward_from(network: Network, result: Forward, error: Array) -> Gradients:
    """Carry an error at the last layer's pre-activations, (batch, units), back through every layer."""
    errors: list[Array] = []
    weights: list[Array] = []
    biases: list[Array] = []
    for number in reversed(range(len(network.layers))):
        layer = network.layers[number]
        a_before = result.activations[number - 1] if number else result.inputs
        errors.insert(0, error)
        weights.insert(0, a_before.T @ error)
        biases.insert(0, error.sum(axis=0))
        slope = error @ layer.weights.T  # what each unit before did to the loss
        if number:
            before = activation_of(network.layers[number - 1].activation)
            error = before.backward(slope, result.pre_activations[number - 1], a_before)
    return Gradients(weights, biases, errors, inputs=slope)


def update(network: Network, gradients: Gradients, learning_rate: float) -> Network:
    """One step of gradient descent: every parameter <- parameter - learning_rate * its gradient."""
    return replace(
        network,
        layers=tuple(
            replace(
                layer,
                weights=layer.weights - learning_rate * weights_gradient,
                biases=layer.biases - learning_rate * biases_gradient,
            )
            for layer, weights_gradient, biases_gradient in zip(
                network.layers, gradients.weights, gradients.biases, strict=True
            )
        ),
    )


def initial_network(units: Sequence[int], activations: Sequence[str], seed: int) -> Network:
    """A network that has learned nothing yet: Keras' default weights (Glorot uniform) and zero biases.

    `units` counts the inputs first, then each layer's units; `activations` has one name a layer.
    Source: Glorot and Bengio, 2010: uniform within ± sqrt(6 / (inputs + units)).
    """
    random = np.random.default_rng(seed)
    layers = []
    for inputs, outputs, activation in zip(units[:-1], units[1:], activations, strict=True):
        limit = np.sqrt(6 / (inputs + outputs))
        weights = random.uniform(-limit, limit, (inputs, outputs)).astype(np.float32)
        layers.append(Dense(weights, np.zeros(outputs, np.float32), activation))
    return Network(tuple(layers))

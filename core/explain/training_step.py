"""One update of a network, slowly: a batch goes forward, its loss is measured, the error comes back, weights move.

The network, its random start, the batches and their order follow from one seed. The updates are those of
core/nn/network.py and core/nn/optimizers.py; tests hold them against Keras.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.mnist import Digits, one_hot, to_inputs
from core.nn.activations import Array
from core.nn.losses import LOSSES
from core.nn.network import Dense, Forward, Gradients, Network, backward, batch_loss, forward, initial_network, update
from core.nn.optimizers import OPTIMIZERS, Memory

UNITS = (784, 784, 100, 10)  # the article's network
ACTIVATIONS = ("relu", "relu", "softmax")
LOSS = "categorical_crossentropy"
BATCH_SIZE = 32

Memories = tuple[tuple[Memory, Memory], ...]  # what an optimizer remembers: of each layer's weights, of its biases


@dataclass(frozen=True, eq=False)
class Learner:
    """A network on its way, with all that its next update needs."""

    network: Network
    optimizer: str  # a key of OPTIMIZERS
    memory: Memories
    step: int  # updates so far
    own_steps: int  # updates since the optimizer began: what Adam counts
    seed: int


@dataclass(frozen=True, eq=False)
class Update:
    """All that one update computes, and the network that it leads to."""

    before: Learner
    digits: Digits  # the batch
    result: Forward
    losses: Array  # (batch,): of each digit, before
    gradients: Gradients
    after: Learner
    loss: float  # of the batch, before
    loss_after: float  # of the same batch, after

    @property
    def is_finite(self) -> bool:
        """Whether the loss and every gradient are numbers: else the weights have grown beyond all bounds."""
        return bool(np.isfinite(self.loss)) and all(np.isfinite(one).all() for one in self.gradients.weights)


def begin(seed: int, optimizer: str = "sgd") -> Learner:
    """A network that has learned nothing yet."""
    network = initial_network(UNITS, ACTIVATIONS, seed)
    return Learner(network, optimizer, _no_memory(network, optimizer), 0, 0, seed)


def with_optimizer(learner: Learner, optimizer: str) -> Learner:
    """The same network with another optimizer, which remembers nothing yet."""
    if optimizer == learner.optimizer:
        return learner
    return replace(learner, optimizer=optimizer, memory=_no_memory(learner.network, optimizer), own_steps=0)


def _no_memory(network: Network, optimizer: str) -> Memories:
    def of(values: Array) -> Memory:
        return {name: kept.astype(values.dtype) for name, kept in OPTIMIZERS[optimizer].begin(values).items()}

    return tuple((of(layer.weights), of(layer.biases)) for layer in network.layers)


@functools.lru_cache(maxsize=32)
def _order(seed: int, epoch: int, count: int) -> npt.NDArray[np.int32]:
    """The order in which an epoch shows its digits."""
    return np.random.default_rng((seed, epoch)).permutation(count).astype(np.int32)


def updates_per_epoch(count: int) -> int:
    """Batches in one pass over so many digits; a smaller last one counts, too."""
    return -(-count // BATCH_SIZE)


def next_batch(training: Digits, learner: Learner) -> Digits:
    """The digits of the next update: each epoch shows all, in an order of its own."""
    epoch, place = divmod(learner.step, updates_per_epoch(len(training)))
    return training.take(_order(learner.seed, epoch, len(training))[place * BATCH_SIZE : (place + 1) * BATCH_SIZE])


def look(learner: Learner, digits: Digits, learning_rate: float) -> Update:
    """Compute an update with all that there is to see of it; numbers that overflow become infinite or NaN."""
    with np.errstate(all="ignore"):
        targets = one_hot(digits.labels)
        result, gradients, after = _step(learner, to_inputs(digits.images), targets, learning_rate)
        z, activation = result.pre_activations[-1], learner.network.layers[-1].activation
        losses = LOSSES[LOSS].value(z, activation, targets)
        loss_after = batch_loss(after.network, forward(after.network, result.inputs), targets, LOSS)
    return Update(learner, digits, result, losses, gradients, after, float(losses.mean()), loss_after)


def take_steps(learner: Learner, training: Digits, learning_rate: float) -> Iterator[tuple[Learner, float]]:
    """Update after update, each with the loss of its batch before it; ends when the loss is no number."""
    while True:
        digits = next_batch(training, learner)
        with np.errstate(all="ignore"):
            targets = one_hot(digits.labels)
            result, _, after = _step(learner, to_inputs(digits.images), targets, learning_rate)
            loss = batch_loss(learner.network, result, targets, LOSS)
        if not np.isfinite(loss):
            return
        learner = after
        yield learner, loss


def _step(learner: Learner, inputs: Array, targets: Array, rate: float) -> tuple[Forward, Gradients, Learner]:
    result = forward(learner.network, inputs)
    gradients = backward(learner.network, result, targets, LOSS)
    number = learner.own_steps + 1
    network, memory = _updated(learner, gradients, rate, number)
    return result, gradients, replace(learner, network=network, memory=memory, step=learner.step + 1, own_steps=number)


def _updated(learner: Learner, gradients: Gradients, rate: float, number: int) -> tuple[Network, Memories]:
    """The network after the optimizer's update, counted from 1, and what the optimizer remembers then."""
    if learner.optimizer == "sgd":
        return update(learner.network, gradients, rate), learner.memory
    step = OPTIMIZERS[learner.optimizer].update
    layers, memory = [], []
    for layer, g_weights, g_biases, (of_weights, of_biases) in zip(
        learner.network.layers, gradients.weights, gradients.biases, learner.memory, strict=True
    ):
        weights, of_weights = step(layer.weights, g_weights, of_weights, rate, number)
        biases, of_biases = step(layer.biases, g_biases, of_biases, rate, number)
        layers.append(Dense(weights, biases, layer.activation))
        memory.append((of_weights, of_biases))
    return Network(tuple(layers)), tuple(memory)


@dataclass(frozen=True)
class Weight:
    """One weight of a network: how it stands before and after an update."""

    layer: int
    input: int  # where it comes from: a pixel, or a unit of the layer before
    unit: int  # where it leads to
    before: float
    gradient: float
    after: float


def moved_most(update: Update, count: int = 5) -> list[Weight]:
    """The weights that an update moves farthest, the farthest first; those that stay finite, if they move at all."""
    found = []
    for number, (old, new) in enumerate(zip(update.before.network.layers, update.after.network.layers, strict=True)):
        moved = np.abs(new.weights - old.weights)
        moved[~np.isfinite(moved)] = 0
        inputs = np.argsort(-moved.max(axis=1))[:count]  # those that move farthest are among these inputs' weights
        for place in np.argsort(-moved[inputs], axis=None)[:count].tolist():
            row, unit = divmod(place, moved.shape[1])
            if moved[inputs[row], unit]:
                found.append((float(moved[inputs[row], unit]), number, int(inputs[row]), unit))
    found.sort(key=lambda one: (-one[0], one[1:]))
    return [weight_at(update, *place) for _, *place in found[:count]]


def weight_at(update: Update, layer: int, source: int, unit: int) -> Weight:
    """One weight, by its layer, its input and its unit."""
    at = source, unit
    before, after = update.before.network.layers[layer].weights[at], update.after.network.layers[layer].weights[at]
    return Weight(layer, source, unit, float(before), float(update.gradients.weights[layer][at]), float(after))


@dataclass(frozen=True)
class Nudge:
    """What a small change of one weight does to the loss of a batch."""

    loss: float
    gradient: float
    by: float  # how much the weight is changed
    nudged_loss: float  # measured, with the weight changed


def nudge(learner: Learner, digits: Digits, weight: Weight, by: float) -> Nudge:
    """Change one weight by a little and measure the loss of a batch again, in double precision.

    In single precision the change of the loss would drown in rounding.
    """
    layers = [
        Dense(layer.weights.astype(np.float64), layer.biases.astype(np.float64), layer.activation)
        for layer in learner.network.layers
    ]
    network, targets = Network(tuple(layers)), one_hot(digits.labels).astype(np.float64)
    result = forward(network, to_inputs(digits.images).astype(np.float64))
    at = weight.input, weight.unit
    gradient = float(backward(network, result, targets, LOSS).weights[weight.layer][at])
    loss = batch_loss(network, result, targets, LOSS)
    layers[weight.layer].weights[at] += by  # its own copy
    nudged = batch_loss(network, forward(network, result.inputs), targets, LOSS)
    return Nudge(loss, gradient, by, nudged)


def unmoved_by(result: Forward) -> list[int]:
    """For each hidden layer, how many of its units give 0 to every digit of the batch: no gradient passes them."""
    return [int((activations == 0).all(axis=0).sum()) for activations in result.activations[:-1]]


def sizes(gradients: Gradients) -> list[float]:
    """The length (Euclidean norm) of each layer's weight gradient."""
    return [float(np.linalg.norm(one.astype(np.float64))) for one in gradients.weights]


def largest_units(weights_gradient: npt.NDArray[np.floating[Any]], count: int) -> npt.NDArray[np.int64]:
    """The units, columns of (inputs, units), whose gradient is longest; the longest first."""
    order: npt.NDArray[np.int64] = np.argsort(-np.linalg.norm(weights_gradient, axis=0), kind="stable")[:count]
    return order

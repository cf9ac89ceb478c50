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
from core.nn.optimizers import OPTIMIZERS, OptimizerState

UNITS = (784, 784, 100, 10)  # the article's network
ACTIVATIONS = ("relu", "relu", "softmax")
LOSS = "categorical_crossentropy"
BATCH_SIZE = 32

OptimizerStates = tuple[
    tuple[OptimizerState, OptimizerState], ...
]  # what an optimizer remembers: of each layer's weights, of its biases


@dataclass(frozen=True, eq=False)
class TrainerState:
    """A network on its way, with all that its next update needs."""

    network: Network
    optimizer: str  # a key of OPTIMIZERS
    optimizer_state: OptimizerStates
    step: int  # updates so far
    optimizer_steps: int  # updates since the optimizer began: what Adam counts
    seed: int


@dataclass(frozen=True, eq=False)
class StepTrace:
    """All that one update computes, and the network that it leads to."""

    before: TrainerState
    digits: Digits  # the batch
    result: Forward
    losses: Array  # (batch,): of each digit, before
    gradients: Gradients
    after: TrainerState
    loss: float  # of the batch, before
    loss_after: float  # of the same batch, after

    @property
    def is_finite(self) -> bool:
        """Whether the loss and every gradient are numbers: else the weights have grown beyond all bounds."""
        return bool(np.isfinite(self.loss)) and all(np.isfinite(one).all() for one in self.gradients.weights)


def initial_state(seed: int, optimizer: str = "sgd") -> TrainerState:
    """A network that has learned nothing yet."""
    network = _random_network(seed)
    return TrainerState(network, optimizer, _fresh_state(network, optimizer), 0, 0, seed)


@functools.lru_cache(maxsize=8)
def _random_network(seed: int) -> Network:
    """Who has taken no update yet shares it with all others: it is 2.8 MB, and nobody may write into it."""
    network = initial_network(UNITS, ACTIVATIONS, seed)
    for layer in network.layers:
        layer.weights.flags.writeable = layer.biases.flags.writeable = False
    return network


def with_optimizer(learner: TrainerState, optimizer: str) -> TrainerState:
    """The same network with another optimizer, which remembers nothing yet."""
    if optimizer == learner.optimizer:
        return learner
    return replace(
        learner, optimizer=optimizer, optimizer_state=_fresh_state(learner.network, optimizer), optimizer_steps=0
    )


def _fresh_state(network: Network, optimizer: str) -> OptimizerStates:
    def of(values: Array) -> OptimizerState:
        return {name: kept.astype(values.dtype) for name, kept in OPTIMIZERS[optimizer].init(values).items()}

    return tuple((of(layer.weights), of(layer.biases)) for layer in network.layers)


@functools.lru_cache(maxsize=32)
def _order(seed: int, epoch: int, count: int) -> npt.NDArray[np.int32]:
    """The order in which an epoch shows its digits."""
    return np.random.default_rng((seed, epoch)).permutation(count).astype(np.int32)


def updates_per_epoch(count: int) -> int:
    """Batches in one pass over so many digits; a smaller last one counts, too."""
    return -(-count // BATCH_SIZE)


def next_batch(training: Digits, learner: TrainerState) -> Digits:
    """The digits of the next update: each epoch shows all, in an order of its own."""
    epoch, place = divmod(learner.step, updates_per_epoch(len(training)))
    return training.take(_order(learner.seed, epoch, len(training))[place * BATCH_SIZE : (place + 1) * BATCH_SIZE])


def trace_step(learner: TrainerState, digits: Digits, learning_rate: float) -> StepTrace:
    """Compute an update with all that there is to see of it; numbers that overflow become infinite or NaN."""
    with np.errstate(all="ignore"):
        targets = one_hot(digits.labels)
        result, gradients, after = _step(learner, to_inputs(digits.images), targets, learning_rate)
        z, activation = result.pre_activations[-1], learner.network.layers[-1].activation
        losses = LOSSES[LOSS].value(z, activation, targets)
        loss_after = batch_loss(after.network, forward(after.network, result.inputs), targets, LOSS)
    return StepTrace(learner, digits, result, losses, gradients, after, float(losses.mean()), loss_after)


def take_steps(learner: TrainerState, training: Digits, learning_rate: float) -> Iterator[tuple[TrainerState, float]]:
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


def _step(learner: TrainerState, inputs: Array, targets: Array, rate: float) -> tuple[Forward, Gradients, TrainerState]:
    result = forward(learner.network, inputs)
    gradients = backward(learner.network, result, targets, LOSS)
    number = learner.optimizer_steps + 1
    network, memory = _updated(learner, gradients, rate, number)
    return (
        result,
        gradients,
        replace(learner, network=network, optimizer_state=memory, step=learner.step + 1, optimizer_steps=number),
    )


def _updated(learner: TrainerState, gradients: Gradients, rate: float, number: int) -> tuple[Network, OptimizerStates]:
    """The network after the optimizer's update, counted from 1, and what the optimizer remembers then."""
    if learner.optimizer == "sgd":
        return update(learner.network, gradients, rate), learner.optimizer_state
    step = OPTIMIZERS[learner.optimizer].update
    layers, memory = [], []
    for layer, g_weights, g_biases, (of_weights, of_biases) in zip(
        learner.network.layers, gradients.weights, gradients.biases, learner.optimizer_state, strict=True
    ):
        weights, of_weights = step(layer.weights, g_weights, of_weights, rate, number)
        biases, of_biases = step(layer.biases, g_biases, of_biases, rate, number)
        layers.append(Dense(weights, biases, layer.activation))
        memory.append((of_weights, of_biases))
    return Network(tuple(layers)), tuple(memory)


@dataclass(frozen=True)
class WeightUpdate:
    """One weight of a network: how it stands before and after an update."""

    layer: int
    input: int  # where it comes from: a pixel, or a unit of the layer before
    unit: int  # where it leads to
    before: float
    gradient: float
    after: float


def largest_updates(update: StepTrace, count: int = 5) -> list[WeightUpdate]:
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


def weight_at(update: StepTrace, layer: int, source: int, unit: int) -> WeightUpdate:
    """One weight, by its layer, its input and its unit."""
    at = source, unit
    before, after = update.before.network.layers[layer].weights[at], update.after.network.layers[layer].weights[at]
    return WeightUpdate(layer, source, unit, float(before), float(update.gradients.weights[layer][at]), float(after))


@dataclass(frozen=True)
class FiniteDifference:
    """What a small change of one weight does to the loss of a batch."""

    loss: float
    gradient: float
    delta: float  # how much the weight is changed
    loss_after: float  # measured, with the weight changed


def finite_difference(learner: TrainerState, digits: Digits, weight: WeightUpdate, by: float) -> FiniteDifference:
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
    return FiniteDifference(loss, gradient, by, nudged)


def dead_unit_counts(result: Forward) -> list[int]:
    """For each hidden layer, how many of its units give 0 to every digit of the batch: no gradient passes them."""
    return [int((activations == 0).all(axis=0).sum()) for activations in result.activations[:-1]]


def gradient_norms(gradients: Gradients) -> list[float]:
    """The length (Euclidean norm) of each layer's weight gradient."""
    return [float(np.linalg.norm(one.astype(np.float64))) for one in gradients.weights]


def largest_units(weights_gradient: npt.NDArray[np.floating[Any]], count: int) -> npt.NDArray[np.int64]:
    """The units, columns of (inputs, units), whose gradient is longest; the longest first."""
    order: npt.NDArray[np.int64] = np.argsort(-np.linalg.norm(weights_gradient, axis=0), kind="stable")[:count]
    return order

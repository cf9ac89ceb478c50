"""Small networks that have learned to read digits, from pixels prepared in any way, without Keras: a second or less."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt

from core.data.mnist import SIDE, Digits, load_training_set, one_hot, to_inputs
from core.nn.activations import Array
from core.nn.network import Network, backward, forward, initial_network, update

COUNT, BATCH, EPOCHS, RATE = 6000, 50, 4, 0.3


def columns(inputs: Array) -> npt.NDArray[np.float64]:
    """Each column divided by its length, as keras.utils.normalize(x, axis=1) does; written out by itself."""
    squares = inputs.reshape(-1, SIDE, SIDE).astype(np.float64)
    lengths = np.sqrt((squares**2).sum(axis=1, keepdims=True))
    return np.divide(squares, lengths, out=np.zeros_like(squares), where=lengths > 0).reshape(len(inputs), -1)


def image(inputs: Array) -> npt.NDArray[np.float64]:
    """The same of whole images."""
    inputs = inputs.astype(np.float64)
    return inputs / np.sqrt((inputs**2).sum(axis=1, keepdims=True))


PREPARED: dict[str, Callable[[Array], Array]] = {
    "0 to 1": lambda pixels: pixels,
    "0 to 255": lambda pixels: 255 * pixels,
    "-1 to 1": lambda pixels: 2 * pixels - 1,
    "-0.5 to 0.5": lambda pixels: pixels - 0.5,
    "standardized": lambda pixels: (pixels - 0.1307) / 0.3081,
    "1 to 0": lambda pixels: 1 - pixels,
    "columns": columns,
    "image": image,
}
RATES = {"-0.5 to 0.5": 0.1, "-1 to 1": 0.05, "standardized": 0.1, "image": 1.0}


@cache
def learned(
    pixels: str = "0 to 1", activation: str = "relu", units: tuple[int, ...] = (24,), epochs: int = EPOCHS
) -> Network:
    """A network that takes pixels as `pixels` says; of one hidden layer, unless `units` says otherwise."""
    if pixels == "0 to 255":  # plain steps get nowhere with such inputs: the other network, so that it takes them
        first, *others = learned("0 to 1", activation, units, epochs).layers
        return Network((replace(first, weights=first.weights / np.float32(255)), *others))
    if pixels == "1 to 0":  # so do they with many large ones: x W + b = (1 - x) (-W) + (b + the sum of W)
        first, *others = learned("0 to 1", activation, units, epochs).layers
        biases = first.biases + first.weights.sum(axis=0)
        return Network((replace(first, weights=-first.weights, biases=biases), *others))
    digits = load_training_set()
    inputs = PREPARED[pixels](to_inputs(digits.images[:COUNT])).astype(np.float32)
    targets = one_hot(digits.labels[:COUNT])
    network = initial_network((784, *units, 10), (*[activation] * len(units), "softmax"), seed=1)
    for epoch in range(epochs):
        order = np.random.default_rng(epoch).permutation(COUNT)
        for start in range(0, COUNT, BATCH):
            batch = order[start : start + BATCH]
            result = forward(network, inputs[batch])
            gradients = backward(network, result, targets[batch], "categorical_crossentropy")
            network = update(network, gradients, RATES.get(pixels, RATE))
    return network


def astray() -> Network:
    """The first of them with its answers in another order: it calls a 0 a 1."""
    network = learned()
    *others, last = network.layers
    shifted = replace(last, weights=np.roll(last.weights, 1, axis=1), biases=np.roll(last.biases, 1))
    return replace(network, layers=(*others, shifted))


def accuracy(network: Network, pixels: str, digits: Digits) -> float:
    """The share of digits that it reads rightly, prepared as it wants them."""
    outputs = forward(network, PREPARED[pixels](to_inputs(digits.images)).astype(np.float32)).outputs
    return float((outputs.argmax(axis=1) == digits.labels).mean())

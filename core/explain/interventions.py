"""Change a trained network by hand, and measure what it still knows: that shows what its parts are for.

Every change ends in other weights and biases, so that what comes out is a plain network again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.data.mnist import Images, to_inputs
from core.nn.network import Dense, Network, forward

Unit = tuple[int, int]  # a layer and a unit of it, both from 0


@dataclass(frozen=True)
class Interventions:
    """What is changed in a network.

    Attributes:
        off: hidden units that are switched off: the next layer gets nothing of them.
        biases: what is added to the bias of a unit.
        scales: by what the weights of a layer are multiplied.
        temperature: by what the logits are divided before softmax: above 1 the answers are less sure, below 1 surer.
    """

    ablated: frozenset[Unit] = frozenset()
    biases: tuple[tuple[Unit, float], ...] = ()
    scales: tuple[tuple[int, float], ...] = ()
    temperature: float = 1.0

    def with_ablated(self, units: Iterable[Unit], off: bool) -> "Interventions":
        """The same with these units off, or on again."""
        return replace(self, ablated=self.ablated | set(units) if off else self.ablated - set(units))

    def with_bias(self, unit: Unit, added: float) -> "Interventions":
        """The same with this much added to a unit's bias."""
        others = {**dict(self.biases), unit: added}
        return replace(self, biases=tuple(sorted((one, by) for one, by in others.items() if by)))

    def with_temperature(self, temperature: float) -> "Interventions":
        """The same with another temperature of softmax."""
        return replace(self, temperature=temperature)

    def with_scale(self, layer: int, scale: float) -> "Interventions":
        """The same with a layer's weights multiplied by this."""
        others = {**dict(self.scales), layer: scale}
        return replace(self, scales=tuple(sorted((one, by) for one, by in others.items() if by != 1)))


def apply(network: Network, edits: Interventions) -> Network:
    """The network with its changes; the one that is given stays as it is.

    Raises:
        ValueError: a unit of the last layer is to be switched off: there is no layer after it.
    """
    if edits == Interventions():
        return network
    last = len(network.layers) - 1
    if any(layer == last for layer, _ in edits.ablated):
        raise ValueError("A unit of the last layer is an answer; only hidden units can be switched off.")
    layers = list(network.layers)
    for layer, scale in edits.scales:
        layers[layer] = replace(layers[layer], weights=layers[layer].weights * np.float32(scale))
    for (layer, unit), added in edits.biases:
        biases = layers[layer].biases.copy()
        biases[unit] += added
        layers[layer] = replace(layers[layer], biases=biases)
    for layer in {layer for layer, _ in edits.ablated}:
        weights = layers[layer + 1].weights.copy()
        weights[[unit for of, unit in edits.ablated if of == layer]] = 0
        layers[layer + 1] = replace(layers[layer + 1], weights=weights)
    if edits.temperature != 1:
        cooler = np.float32(1 / edits.temperature)
        layers[last] = Dense(layers[last].weights * cooler, layers[last].biases * cooler, layers[last].activation)
    return replace(network, layers=tuple(layers))


def strongest(activations: npt.NDArray[np.floating], layer: int, edits: Interventions, count: int) -> list[Unit]:
    """The units of a layer with the largest activations, (units,); those that are off or give 0 are passed by."""
    order = np.argsort(-activations, kind="stable").tolist()
    return [(layer, unit) for unit in order if (layer, unit) not in edits.ablated and activations[unit] > 0][:count]


def dead_units(network: Network, images: Images, batch_size: int = 250) -> list[npt.NDArray[np.bool_]]:
    """For each hidden layer, which units, (units,), give 0 for every one of many images, (count, 28, 28) uint8.

    Such a relu unit is dead: no gradient passes through it, so on these images it can learn nothing any more.
    """
    active = [np.zeros(layer.biases.size, bool) for layer in network.layers[:-1]]
    for start in range(0, len(images), batch_size):
        result = forward(network, to_inputs(images[start : start + batch_size]))
        for seen, activations in zip(active, result.activations, strict=False):
            seen |= (activations != 0).any(axis=0)
    return [~seen for seen in active]

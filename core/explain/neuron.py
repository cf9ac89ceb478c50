"""A unit adds up its inputs, each times its weight, and its bias; then its activation bends the sum."""

from dataclasses import dataclass

from core.nn.activations import Array
from core.nn.network import Forward, Network


@dataclass(frozen=True, eq=False)
class WeightedSum:
    """What one unit did with one example."""

    inputs: Array  # (inputs,): the activations of the layer before, or the pixels
    weights: Array  # (inputs,)
    bias: float
    pre_activation: float  # z: the sum of all inputs times weights, and the bias
    activation: float  # a: what the unit passes on

    @property
    def products(self) -> Array:
        """Each input times its weight, (inputs,)."""
        return self.inputs * self.weights


def weighted_sum(network: Network, result: Forward, layer: int, unit: int, row: int = 0) -> WeightedSum:
    """Take apart what a unit of a layer, both counted from 0, gave in a forward pass for one row of the batch."""
    inputs = result.activations[layer - 1] if layer else result.inputs
    return WeightedSum(
        inputs[row],
        network.layers[layer].weights[:, unit],
        float(network.layers[layer].biases[unit]),
        float(result.pre_activations[layer][row, unit]),
        float(result.activations[layer][row, unit]),
    )

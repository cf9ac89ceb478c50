"""Each pixel spoke for or against an answer: its brightness times how steeply it moves that answer's score.

A network of relu layers is, close to one image, a linear function. So a digit's score (its logit, the
number that softmax turns into a probability) is exactly a constant plus a share from every pixel:

    score = constant + sum over pixels of (slope of the score at the pixel) * (the pixel's value)

Source: "gradient * input", Shrikumar, Greenside and Kundaje, 2017, arXiv:1605.01713.
"""

from dataclasses import dataclass

import numpy as np

from core.digits import SIDE
from core.network import Network, backward_from, forward
from core.strokes import Picture


@dataclass(frozen=True, eq=False)
class Evidence:
    """Where the score of one digit came from."""

    digit: int
    shares: Picture  # (28, 28): above 0 spoke for the digit, below 0 against it
    constant: float  # what the network would say by its biases alone, close to this image
    score: float  # the logit: constant + all shares


def evidence(network: Network, image: Picture, digit: int) -> Evidence:
    """What each pixel of an image, (28, 28) 0 to 1, said about a digit."""
    result = forward(network, image.reshape(1, -1).astype(network.layers[0].weights.dtype))
    logits = result.pre_activations[-1]
    one = np.zeros_like(logits)
    one[0, digit] = 1  # the slope of this score, and of no other
    slopes = backward_from(network, result, one).inputs[0]
    shares = (slopes * result.inputs[0]).reshape(SIDE, SIDE).astype(np.float32)
    score = float(logits[0, digit])
    return Evidence(digit, shares, score - float(shares.sum()), score)

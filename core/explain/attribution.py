"""Each pixel spoke for or against an answer: its brightness times how steeply it moves that answer's score.

A network of relu layers is, close to one image, a linear function. So a digit's score (its logit, the
number that softmax turns into a probability) is exactly a constant plus a share from every pixel:

    score = constant + sum over pixels of (slope of the score at the pixel) * (the pixel's value)

Source: "gradient * input", Shrikumar, Greenside and Kundaje, 2017, arXiv:1605.01713.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.mnist import SIDE
from core.drawing.strokes import Picture
from core.nn.network import Network, backward_from, forward


@dataclass(frozen=True, eq=False)
class Attribution:
    """Where the score of one digit came from."""

    digit: int
    contributions: Picture  # (28, 28): above 0 spoke for the digit, below 0 against it
    bias_term: float  # what the network would say by its biases alone, close to this image
    score: float  # the logit: constant + all shares


def attribute(network: Network, image: Picture, digits: Sequence[int]) -> list[Attribution]:
    """What each pixel of an image, (28, 28) 0 to 1, said about each of some digits."""
    pixels = image.reshape(1, -1).astype(network.layers[0].weights.dtype)
    result = forward(network, pixels.repeat(len(digits), axis=0))
    scores = result.pre_activations[-1]
    one_each = np.zeros_like(scores)
    one_each[np.arange(len(digits)), digits] = 1  # in each row the slope of one score, and of no other
    shares = backward_from(network, result, one_each).inputs * result.inputs
    return [
        Attribution(digit, mine.reshape(SIDE, SIDE), float(score[digit]) - float(mine.sum()), float(score[digit]))
        for digit, mine, score in zip(digits, shares, scores, strict=True)
    ]

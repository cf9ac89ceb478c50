"""What a file does not say, the digits tell: its network is tried with each kind of pixels, and the best is kept.

Most kinds are straight lines, pixel · scale + shift, and go into the first layer's weights: afterwards the network
takes pixels from 0 to 1 as all others do here. Two are not; such a network keeps a norm (core/nn/network.py).
Another kind than 0 to 1 is taken only if the digits that it alone gets right outnumber those that it alone gets wrong
by more than chance: of b and c such digits, (b - c) / sqrt(b + c) is about normal (McNemar, 1947).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.mnist import TEST_DIGITS, Digits, fair_part, to_inputs
from core.importers.weights_only import SAID, TRIED, Variant
from core.nn.activations import Array
from core.nn.evaluation import MIN_PROBABILITY
from core.nn.network import NORMS, Network, forward, normalized

AS_HERE = "0 to 1"
MEAN, DEVIATION = 0.1307, 0.3081  # of the training digits' pixels, as they are usually told
LINES = {  # pixel · scale + shift
    AS_HERE: (1.0, 0.0),
    "0 to 255": (255.0, 0.0),
    "-1 to 1": (2.0, -1.0),
    "-0.5 to 0.5": (1.0, -0.5),
    "standardized": (1 / DEVIATION, -MEAN / DEVIATION),
    "1 to 0": (-1.0, 1.0),  # dark ink on white paper
    "255 to 0": (-255.0, 255.0),
}
KINDS = (*LINES, *(norm for norm in NORMS if norm))
CLEARLY = 3.0  # standard errors
MIN_GAIN = 0.003  # of the digits: so many more an activation must read to be taken for one that is likelier
LOOKS = (  # how many digits each look takes at least and at most, and how many products it may compute
    (40, 500, 3e9),  # at all combinations of an order, an activation and a kind of pixels
    (100, 1000, 3e9),  # at the best of them, if they were many
    (500, TEST_DIGITS, 1e10),  # at the last ones
)
MANY, FINALISTS = 8, 1  # the best by their loss and as many by their count go on to the next look, and to the last
BATCH_DIGITS = 250  # digits
# Of the digits: a network that reads fewer may have been written another way; for which pixels, nobody can say.
MIN_PLAUSIBLE_ACCURACY = 0.5


@dataclass(frozen=True, eq=False)
class Found:
    """A network as it is used here, and what a trial has found out."""

    network: Network  # takes pixels from 0 to 1
    pixels: str  # that it was made for: one of KINDS
    activation: str  # between its layers; empty if the file says it
    turned: bool  # whether its weights were written as their memory lay
    unprepared: float | None  # its accuracy with pixels from 0 to 1 where it was made for others
    tried: int  # on so many digits

    def to_dict(self) -> dict[str, Any]:
        """What was found out, in words and numbers."""
        names = ("pixels", "activation", "turned", "unprepared", "tried")
        return {name: getattr(self, name) for name in names}


def checked_calibration(values: Mapping[str, Any]) -> dict[str, Any]:
    """What another process says that was found out, if it can be.

    Raises:
        ValueError, KeyError: it cannot.
    """
    found = {name: values[name] for name in ("pixels", "activation", "turned", "unprepared", "tried", "softmax_added")}
    unprepared, tried = found["unprepared"], found["tried"]
    is_share = type(unprepared) is float and 0 <= unprepared <= 1
    if (
        found["pixels"] not in KINDS
        or found["activation"] not in (*SAID, *TRIED)
        or type(found["turned"]) is not bool
        or type(found["softmax_added"]) is not bool
        or not (unprepared is None if found["pixels"] == AS_HERE else is_share)
        or type(tried) is not int
        or not 0 < tried <= TEST_DIGITS
    ):
        raise ValueError("Nothing like that can be found out.")
    return found


Key = tuple[Variant, str, str]  # an order of the layers, an activation, a kind of pixels


@dataclass(frozen=True, eq=False)
class _Tried:
    variant: Variant
    activation: str
    pixels: str
    is_right: npt.NDArray[np.bool_]  # each digit
    losses: Array

    @property
    def loss(self) -> float:
        return float(self.losses.mean())

    @property
    def accuracy(self) -> float:
        return float(self.is_right.mean())

    @property
    def unusual(self) -> int:
        """How many activations are likelier."""
        return TRIED.index(self.activation) if self.activation in TRIED else 0

    @property
    def key(self) -> Key:
        return self.variant, self.activation, self.pixels


def find_out(variants: Sequence[Variant], activations: Sequence[str], digits: Digits) -> Found:
    """The one of some networks that reads the digits best, with the pixels that it was made for.

    `activations` are those that may be between its layers; ("",) if the file says them.
    """
    tried = list[_Tried]()
    for turned in (False, True):
        alike = [variant for variant in variants if variant.turned == turned]
        if alike and (not tried or max(one.accuracy for one in tried) < MIN_PLAUSIBLE_ACCURACY):
            tried += _look([(one, name, kind) for one in alike for name in activations for kind in KINDS], digits, 0)
    if len(activations) > 1:
        tried = _look([one.key for one in _best(tried, MANY)], digits, 1)
    return _decided(_best(tried, FINALISTS), digits)


def _best(tried: Sequence[_Tried], count: int) -> list[_Tried]:
    """So many with the least loss, as many with the most right answers, and the likeliest of the best one's order."""
    by_loss, by_count = (sorted(tried, key=worth)[:count] for worth in (_loss, _worth))
    likeliest = min(
        (one for one in tried if one.variant is by_loss[0].variant), key=lambda one: (one.unusual, one.loss)
    )
    return list(dict.fromkeys([*by_loss, *by_count, likeliest]))


def _decided(finalists: Sequence[_Tried], digits: Digits) -> Found:
    """A last look at the best ones, with more digits, and at the same with pixels from 0 to 1.

    An activation is told by the loss, which says more than the count: others than the right one often read as many
    digits, and sometimes more. The likeliest one is taken unless another is clearly better, by more than a few digits.
    """
    keys = dict.fromkeys((*one.key[:2], kind) for one in finalists for kind in (AS_HERE, one.pixels))
    found = _look(list(keys), digits, 2)
    chosen = [_with_its_pixels(network, found) for network in dict.fromkeys(one.key[:2] for one in finalists)]
    best, most, usual = (min(chosen, key=worth) for worth in (_loss, _worth, lambda one: (one.unusual, one.loss)))
    if _is_clearly_better(most, best):
        best = most
    is_clear = _has_clearly_less_loss(best, usual) or _is_clearly_better(best, usual)
    if not is_clear or best.accuracy < usual.accuracy + MIN_GAIN:
        best = usual
    plain = next(one for one in found if one.key == (*best.key[:2], AS_HERE))
    network = _for_pixels_as_here(best.variant.build(best.activation), best.pixels)
    unprepared = None if best is plain else plain.accuracy
    return Found(network, best.pixels, best.activation, best.variant.turned, unprepared, len(best.losses))


def _with_its_pixels(network: tuple[Variant, str], found: list[_Tried]) -> _Tried:
    """A network with the pixels that it reads best, if it reads with them, and clearly better than with 0 to 1."""
    alike = [one for one in found if one.key[:2] == network]
    plain, best = next(one for one in alike if one.pixels == AS_HERE), min(alike, key=_worth)
    return best if best.accuracy >= MIN_PLAUSIBLE_ACCURACY and _is_clearly_better(best, plain) else plain


def _loss(one: _Tried) -> float:
    return one.loss


def _worth(one: _Tried) -> tuple[float, float]:
    """Sorts the best first: more right answers, then the smaller loss."""
    return -one.accuracy, one.loss


def _is_clearly_better(one: _Tried, other: _Tried) -> bool:
    gained, lost = (int((a.is_right & ~b.is_right).sum()) for a, b in ((one, other), (other, one)))
    return gained - lost > CLEARLY * math.sqrt(gained + lost)


def _has_clearly_less_loss(one: _Tried, other: _Tried) -> bool:
    gained = other.losses - one.losses
    return float(gained.mean()) > CLEARLY * float(gained.std()) / math.sqrt(len(gained))


def _look(keys: Sequence[Key], digits: Digits, number: int) -> list[_Tried]:
    """What networks make of a part of the digits, of as many as that look can afford."""
    least, most, work = LOOKS[number]
    variant, activation, _ = keys[0]
    count = min(most, max(least, int(work / (len(keys) * variant.build(activation).parameter_count))))
    part = digits if count >= len(digits) else digits.take(fair_part(digits.labels, count))
    found = list[_Tried]()
    for variant, activation in dict.fromkeys(key[:2] for key in keys):  # each is built once, and not kept
        kinds = [kind for *network, kind in keys if network == [variant, activation]]
        found += _try(variant, activation, kinds, part)
    return found


def _try(variant: Variant, activation: str, kinds: Sequence[str], digits: Digits) -> list[_Tried]:
    """What one network makes of digits, with each of some kinds of pixels."""
    network = variant.build(activation)
    right, losses = np.empty((len(kinds), len(digits)), bool), np.empty((len(kinds), len(digits)), np.float32)
    for start in range(0, len(digits), BATCH_DIGITS):
        some = slice(start, start + BATCH_DIGITS)
        labels, inputs = digits.labels[some], to_inputs(digits.images[some])
        for number, kind in enumerate(kinds):
            outputs = forward(network, _prepared(inputs, kind)).outputs
            right[number, some] = outputs.argmax(axis=1) == labels
            losses[number, some] = -np.log(np.maximum(_given(outputs, labels), MIN_PROBABILITY))
    losses = np.nan_to_num(losses, nan=-math.log(MIN_PROBABILITY))
    return [_Tried(variant, activation, kind, *of_it) for kind, *of_it in zip(kinds, right, losses, strict=True)]


def _prepared(inputs: Array, kind: str) -> Array:
    """Pixels of another kind, made from pixels from 0 to 1."""
    if kind in NORMS:
        return normalized(inputs, kind)
    scale, shift = LINES[kind]
    return inputs * np.float32(scale) + np.float32(shift)


def _given(outputs: Array, labels: npt.NDArray[np.uint8]) -> Array:
    """The share of the outputs that the right digit got."""
    total = np.maximum(outputs.sum(axis=1), MIN_PROBABILITY)
    share: Array = outputs[np.arange(len(labels)), labels] / total
    return share


def _for_pixels_as_here(network: Network, pixels: str) -> Network:
    """The same network for pixels from 0 to 1: (x · scale + shift) @ W + b = x @ (scale · W) + (shift @ W + b)."""
    if pixels in NORMS:
        return replace(network, norm=pixels)
    scale, shift = LINES[pixels]
    if pixels == AS_HERE:
        return network
    first, *others = network.layers
    biases = first.biases + np.float32(shift) * first.weights.sum(axis=0)
    return replace(network, layers=(replace(first, weights=first.weights * np.float32(scale), biases=biases), *others))

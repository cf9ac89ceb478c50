"""A sum that is written out must add up as it is written: a reader with a calculator comes to the same.

All numbers here are rounded, each follows from those before it as they are rounded, and what rounding leaves over is
in one place. Tests compare them with what the network computed.
"""

from dataclasses import dataclass

import numpy as np

from core.explain.attribution import Attribution
from core.explain.neuron import WeightedSum
from core.explain.training_step import FiniteDifference, WeightUpdate
from core.nn.activations import ACTIVATIONS, Array

SUM_DECIMALS = 4  # of a unit's sum
UPDATE_DECIMALS = 6  # of an update
LOSS_DECIMALS = 8  # of a loss that one weight changes


@dataclass(frozen=True)
class Term:
    """One input times its weight."""

    place: int  # which input
    input: float
    weight: float
    product: float


@dataclass(frozen=True)
class Sum:
    """A weighted sum in rounded numbers that add up exactly as they are written."""

    terms: tuple[Term, ...]  # the largest, by size
    rest: float  # all other products together
    total: float  # of all products
    bias: float
    pre_activation: float
    activation: float


def worked_sum(summed: WeightedSum, most: int = 6, decimals: int = SUM_DECIMALS) -> Sum:
    """Write out a sum with its largest terms.

    A product is that of its two rounded factors; what rounding leaves over is in `rest`. So a reader who adds up by
    hand comes to what is written.
    """
    products = summed.products
    largest = np.argsort(-np.abs(products), kind="stable")[:most]
    terms = []
    for place in largest.tolist():
        factors = round(float(summed.inputs[place]), decimals), round(float(summed.weights[place]), decimals)
        terms.append(Term(place, *factors, round(factors[0] * factors[1], decimals)))
    bias, z = round(summed.bias, decimals), round(summed.pre_activation, decimals)
    total = round(z - bias, decimals)
    rest = round(total - sum(term.product for term in terms), decimals)
    return Sum(tuple(terms), rest, total, bias, z, round(summed.activation, decimals))


@dataclass(frozen=True)
class Score:
    """What spoke for a digit and against it, in rounded numbers: score = spoke_for - spoke_against + rest."""

    score: float
    spoke_for: float  # all pixels that did, together
    spoke_against: float  # never below 0
    rest: float  # what no pixel said, and what rounding leaves over


def worked_score(attribution: Attribution, decimals: int = 1) -> Score:
    """Write out where a digit's score came from."""
    score = round(attribution.score, decimals)
    spoke_for = round(float(attribution.contributions.clip(min=0).sum()), decimals)
    spoke_against = round(float(-attribution.contributions.clip(max=0).sum()), decimals)
    return Score(score, spoke_for, spoke_against, round(score - spoke_for + spoke_against, decimals))


@dataclass(frozen=True)
class Softmax:
    """Softmax step by step, one entry a class, in rounded numbers that follow from each other as they are written."""

    logits: tuple[float, ...]
    scaled: tuple[float, ...]  # the logits divided by the temperature
    below: tuple[float, ...]  # how far below the largest logit: never above 0
    powers: tuple[float, ...]  # e to that power: 0 to 1
    total: float  # of the powers
    probabilities: tuple[float, ...]


def worked_softmax(logits: Array, temperature: float = 1.0, decimals: int = SUM_DECIMALS) -> Softmax:
    """From logits, (classes,), to probabilities, by way of temperature, powers of e and their sum.

    The subtraction changes no probability; it keeps e to the power of a large number from overflowing.
    """
    z = [round(float(logit), decimals) for logit in logits]
    cooled = [round(logit / temperature, decimals) for logit in z]
    below = [round(logit - max(cooled), decimals) for logit in cooled]
    powers = [round(float(np.exp(one)), decimals) for one in below]
    total = round(sum(powers), decimals)
    shares = [round(power / total, decimals) for power in powers]
    return Softmax(tuple(z), tuple(cooled), tuple(below), tuple(powers), total, tuple(shares))


def worked_loss(probability: float, decimals: int = SUM_DECIMALS) -> tuple[float, float]:
    """A probability above 0, to six digits, and its cross entropy: minus its natural logarithm."""
    rounded = float(f"{probability:.6g}")
    return rounded, round(-float(np.log(rounded)), decimals)


@dataclass(frozen=True)
class Sigmoids:
    """Ten separate answers, each yes or no, one entry a class, in rounded numbers that follow from each other."""

    logits: tuple[float, ...]
    answers: tuple[float, ...]  # each 0 to 1
    shares: tuple[float, ...]  # of their sum, so that they compare with probabilities


def worked_sigmoid(logits: Array, decimals: int = SUM_DECIMALS) -> Sigmoids:
    """From the last layer's z, (classes,), to the answers of a network that ends in sigmoids."""
    z = [round(float(logit), decimals) for logit in logits]
    answers = [round(float(one), decimals) for one in ACTIVATIONS["sigmoid"].forward(np.array(z))]
    total = sum(answers)
    shares = [round(answer / total, decimals) if total else 1 / len(answers) for answer in answers]
    return Sigmoids(tuple(z), tuple(answers), tuple(shares))


@dataclass(frozen=True)
class Step:
    """An update of one weight: before - learning rate * gradient = after; or, for Adam, before - step = after."""

    before: float
    gradient: float
    step: float  # what is taken from the weight
    after: float


def worked_update(weight: WeightUpdate, learning_rate: float, optimizer: str, decimals: int = UPDATE_DECIMALS) -> Step:
    """What an update does to one weight. Gradient descent's step is the learning rate times the rounded gradient."""
    before, gradient = round(weight.before, decimals), round(weight.gradient, decimals)
    step = learning_rate * gradient if optimizer == "sgd" else weight.before - weight.after
    step = round(step, decimals)
    return Step(before, gradient, step, round(before - step, decimals))


@dataclass(frozen=True)
class LinearPrediction:
    """What a gradient foretells of the loss when its weight is nudged, and what was measured."""

    loss: float
    gradient: float
    delta: float
    change: float  # gradient * by
    predicted: float  # loss + change
    measured: float


def worked_prediction(nudge: FiniteDifference, decimals: int = LOSS_DECIMALS) -> LinearPrediction:
    """The arithmetic of a nudge."""
    loss, gradient = round(nudge.loss, decimals), round(nudge.gradient, decimals)
    change = round(gradient * nudge.delta, decimals)
    return LinearPrediction(
        loss, gradient, nudge.delta, change, round(loss + change, decimals), round(nudge.loss_after, decimals)
    )

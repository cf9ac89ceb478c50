"""A network is judged on digits that it has never seen: how many it gets right, and which it takes for what."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.mnist import CLASSES, Digits, Labels, one_hot, to_inputs
from core.nn.activations import Array
from core.nn.losses import LOSSES
from core.nn.network import Network, forward

MIN_PROBABILITY = 1e-7  # as Keras: so that no loss is infinite


Counts = npt.NDArray[np.integer[Any]]  # (10, 10): row for the right digit, column for the answer


def off_diagonal(counts: Counts) -> Counts:
    """Of such counts those off the diagonal; 0 on it."""
    return np.where(np.eye(len(counts), dtype=bool), 0, counts)


def most_confused(counts: Counts) -> tuple[int, int, int] | None:
    """A digit, what it was most often taken for, and how many times; None without mistakes."""
    wrong = off_diagonal(counts)
    label, answer = divmod(int(wrong.argmax()), len(counts))
    times = int(wrong[label, answer])
    return (label, answer, times) if times else None


def standard_error(share: float, count: int) -> float:
    """How far a share of `count` digits, drawn by lot, typically is from that of all digits of their kind.

    The standard deviation of a binomial distribution, divided by its count: sqrt(p (1 - p) / n).
    """
    return math.sqrt(share * (1 - share) / count)


SIGNIFICANT_ERRORS = 2.0  # standard errors: a difference that is larger comes by chance once in twenty times


@dataclass(frozen=True)
class Difference:
    """Two networks on the same digits: what each alone reads rightly."""

    first_only: int
    other_only: int

    @property
    def standard_errors(self) -> float:
        """How many standard errors the difference is away from none: (b - c) / sqrt(b + c) (McNemar, 1947)."""
        both = self.first_only + self.other_only
        return (self.first_only - self.other_only) / math.sqrt(both) if both else 0.0

    @property
    def may_be_chance(self) -> bool:
        """Whether two networks that are equally good would differ as much more often than once in twenty times."""
        return abs(self.standard_errors) <= SIGNIFICANT_ERRORS


def difference(first: "Evaluation", other: "Evaluation") -> Difference:
    """How two networks differ on the same digits."""
    one, two = (each.predictions == each.labels for each in (first, other))
    return Difference(int((one & ~two).sum()), int((two & ~one).sum()))


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The answers to a set of digits, beside what was right."""

    probabilities: Array  # (count, 10)
    labels: Labels  # (count,)

    @property
    def predictions(self) -> npt.NDArray[np.int64]:
        """The most probable digit of each, (count,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def accuracy(self) -> float:
        """The share of right answers, 0 to 1."""
        return float((self.predictions == self.labels).mean())

    @property
    def losses(self) -> Array:
        """The cross entropy of each digit, (count,)."""
        right = self.probabilities[np.arange(len(self.labels)), self.labels]
        losses: Array = -np.log(np.maximum(right, MIN_PROBABILITY))
        return losses

    def confusion(self) -> npt.NDArray[np.int64]:
        """Counts, (10, 10): row for the right digit, column for the answer."""
        counts = np.zeros((CLASSES, CLASSES), np.int64)
        np.add.at(counts, (self.labels, self.predictions), 1)
        return counts

    def precision(self) -> npt.NDArray[np.float64]:
        """For each digit: of the images that were answered with it, the share that it was, (10,); NaN without any."""
        counts = self.confusion()
        with np.errstate(invalid="ignore"):
            return np.diagonal(counts) / counts.sum(axis=0)

    def recall(self) -> npt.NDArray[np.float64]:
        """For each digit: of its images, the share that was answered with it, (10,); NaN without any."""
        counts = self.confusion()
        with np.errstate(invalid="ignore"):
            return np.diagonal(counts) / counts.sum(axis=1)

    def mistakes(self) -> npt.NDArray[np.int64]:
        """Indices of the wrong answers, the surest first."""
        wrong = np.flatnonzero(self.predictions != self.labels)
        return wrong[np.argsort(-self.probabilities[wrong].max(axis=1), kind="stable")]

    def hardest(self) -> npt.NDArray[np.int64]:
        """Indices of all digits, the largest loss first: the surest mistakes come first."""
        return np.argsort(-self.losses, kind="stable")


def evaluate(network: Network, digits: Digits, loss: str) -> tuple[Evaluation, float]:
    """The answers to digits, and the mean of the loss that the network was trained with."""
    outputs, losses = [], []
    for start in range(0, len(digits), 1000):
        result = forward(network, to_inputs(digits.images[start : start + 1000]))
        targets = one_hot(digits.labels[start : start + 1000])
        losses.append(LOSSES[loss].value(result.pre_activations[-1], network.layers[-1].activation, targets))
        outputs.append(result.outputs)
    return Evaluation(np.concatenate(outputs), digits.labels), float(np.mean(np.concatenate(losses)))

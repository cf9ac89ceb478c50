"""A network is judged on digits that it has never seen: how many it gets right, and which it takes for what."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.activations import Array
from core.digits import CLASSES, Labels

LEAST_PROBABILITY = 1e-7  # as Keras: so that no loss is infinite


Counts = npt.NDArray[np.integer[Any]]  # (10, 10): row for the right digit, column for the answer


def mistakes_of(counts: Counts) -> Counts:
    """Of such counts those off the diagonal; 0 on it."""
    return np.where(np.eye(len(counts), dtype=bool), 0, counts)


def most_confused(counts: Counts) -> tuple[int, int, int] | None:
    """A digit, what it was most often taken for, and how many times; None without mistakes."""
    wrong = mistakes_of(counts)
    label, answer = divmod(int(wrong.argmax()), len(counts))
    times = int(wrong[label, answer])
    return (label, answer, times) if times else None


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The answers to a set of digits, beside what was right."""

    probabilities: Array  # (count, 10)
    labels: Labels  # (count,)

    @property
    def answers(self) -> npt.NDArray[np.int64]:
        """The most probable digit of each, (count,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def accuracy(self) -> float:
        """The share of right answers, 0 to 1."""
        return float((self.answers == self.labels).mean())

    @property
    def losses(self) -> Array:
        """The cross entropy of each digit, (count,)."""
        right = self.probabilities[np.arange(len(self.labels)), self.labels]
        losses: Array = -np.log(np.maximum(right, LEAST_PROBABILITY))
        return losses

    def confusion(self) -> npt.NDArray[np.int64]:
        """Counts, (10, 10): row for the right digit, column for the answer."""
        counts = np.zeros((CLASSES, CLASSES), np.int64)
        np.add.at(counts, (self.labels, self.answers), 1)
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
        wrong = np.flatnonzero(self.answers != self.labels)
        return wrong[np.argsort(-self.probabilities[wrong].max(axis=1), kind="stable")]

    def hardest(self) -> npt.NDArray[np.int64]:
        """Indices of all digits, the largest loss first: the surest mistakes come first."""
        return np.argsort(-self.losses, kind="stable")

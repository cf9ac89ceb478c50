"""Drawings of one's own, with what they were meant to be: a small data set, and a fair test."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_COLLECTED = 500


@dataclass(frozen=True, eq=False)
class Collected:
    """One drawing as the network saw it, what it was, and what each network said."""

    image: npt.NDArray[np.uint8]  # (28, 28)
    label: int
    answers: dict[str, int]  # by the network's title

    @property
    def key(self) -> str:
        """The same for the same picture."""
        return hashlib.sha256(self.image.tobytes()).hexdigest()


def collect(collection: Sequence[Collected], new: Collected) -> list[Collected]:
    """The collection with the new drawing at its end; the same picture again replaces what was said of it.

    Raises:
        ValueError: the collection is full.
    """
    others = [item for item in collection if item.key != new.key]
    if len(others) >= MAX_COLLECTED:
        raise ValueError(f"{MAX_COLLECTED} drawings are kept at most. Download them, then start anew.")
    return [*others, new]


def accuracies(collection: Sequence[Collected]) -> dict[str, float]:
    """The share of drawings that each network got right, 0 to 1, by its title."""
    titles = dict.fromkeys(title for item in collection for title in item.answers)
    return {
        title: float(np.mean([item.answers[title] == item.label for item in collection if title in item.answers]))
        for title in titles
    }


def to_npz(collection: Sequence[Collected]) -> bytes:
    """An .npz file in the shape of MNIST: x (count, 28, 28) uint8, y (count,) uint8."""
    file = io.BytesIO()
    np.savez_compressed(
        file,
        x=np.array([item.image for item in collection], np.uint8).reshape(-1, 28, 28),
        y=np.array([item.label for item in collection], np.uint8),
    )
    return file.getvalue()

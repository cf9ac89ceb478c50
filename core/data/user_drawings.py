"""Drawings of one's own, with what they were meant to be: a small data set, and a fair test."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_DRAWINGS = 500


@dataclass(frozen=True, eq=False)
class LabelledDrawing:
    """One drawing as the network saw it, what it was, and what each network said."""

    image: npt.NDArray[np.uint8]  # (28, 28)
    label: int
    predictions: dict[str, int]  # by the network's title

    @property
    def key(self) -> str:
        """The same for the same picture."""
        return hashlib.sha256(self.image.tobytes()).hexdigest()


def add(collection: Sequence[LabelledDrawing], *new: LabelledDrawing) -> list[LabelledDrawing]:
    """The collection with new drawings at its end; the same picture again replaces what was said of it.

    Raises:
        ValueError: these are too many.
    """
    by_key = {item.key: item for item in collection}
    for item in new:
        by_key.pop(key := item.key, None)
        by_key[key] = item
    if len(by_key) > MAX_DRAWINGS:
        raise ValueError(f"{MAX_DRAWINGS} drawings are kept at most. Download them, then start anew.")
    return list(by_key.values())


def accuracies(collection: Sequence[LabelledDrawing]) -> dict[str, float]:
    """The share of drawings that each network got right, 0 to 1, by its title."""
    titles = dict.fromkeys(title for item in collection for title in item.predictions)
    return {
        title: float(
            np.mean([item.predictions[title] == item.label for item in collection if title in item.predictions])
        )
        for title in titles
    }

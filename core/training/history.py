"""How a run went so far: read from its events as they come, thinned for a picture, and judged in words.

A curve says four things at a glance: it falls, it has stopped falling, it rises, or the two curves part. The words
below say the same, with the moment at which it began and what to change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.training.run_folder import DIVERGED, FINISHED, Lines

POINTS = 400  # of a curve: more are not seen
GUESSING = 0.15  # accuracy: ten digits guessed blindly give 0.10
SMOOTHING = 0.95  # share of the past in the smoothed loss


@dataclass
class History:
    """All that a run has told, grown by `update`."""

    losses: list[float] = field(default_factory=list)  # one a batch
    right: list[int] = field(default_factory=list)  # digits that each batch got right
    epochs: list[dict[str, Any]] = field(default_factory=list)  # epoch, step, loss, accuracy, val_..., seconds
    learning_rates: list[tuple[int, float]] = field(default_factory=list)  # (step, value): changes by hand
    seconds: float = 0.0  # spent on updates
    state: dict[str, Any] = field(default_factory=dict)

    def add(self, event: dict[str, Any]) -> None:
        """Take in one event. A run that was continued after a kill tells some steps twice: the later ones count."""
        kind = event["type"]
        if kind == "steps":
            first = event["step"] - len(event["loss"])
            if event["right"]:
                del self.losses[first:], self.right[first:]
                self.epochs = [epoch for epoch in self.epochs if epoch["step"] <= first]
            self.losses += event["loss"]
            self.right += event["right"]
            self.seconds = event["seconds"]
        elif kind == "epoch":
            self.epochs.append(event)
        elif kind == "learning_rate":
            self.learning_rates.append((event["step"], event["value"]))
        elif kind == "state":
            self.state = event

    @property
    def step(self) -> int:
        """Updates so far."""
        return len(self.right)


class HistoryReader:
    """A run's history that reads only what is new."""

    def __init__(self, run_path: Path) -> None:
        self.history = History()
        self._lines = Lines(run_path / "events.jsonl")

    def update(self) -> History:
        """The history as it is now."""
        for event in self._lines.new():
            self.history.add(event)
        return self.history


def thinned(values: Sequence[float], points: int = POINTS) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """(steps, means): the values averaged over at most so many stretches; a step is a stretch's last, from 1."""
    count = len(values)
    if not count:
        return np.empty(0, np.int64), np.empty(0)
    edges = np.unique(np.linspace(0, count, min(points, count) + 1).round().astype(np.int64))
    sums = np.r_[0.0, np.cumsum(values)]
    return edges[1:], np.diff(sums[edges]) / np.diff(edges)


def smoothed(values: Sequence[float], share: float = SMOOTHING) -> npt.NDArray[np.float64]:
    """Each value mixed with those before it (an exponential moving average without bias at the start)."""
    result = np.empty(len(values))
    mean = weight = 0.0
    for number, value in enumerate(values):
        mean = share * mean + (1 - share) * value
        weight = share * weight + (1 - share)
        result[number] = mean / weight
    return result


@dataclass(frozen=True)
class Verdict:
    """What a curve says: a kind, and a sentence for the learner."""

    kind: str  # "diverged", "rising", "not learning", "overfitting", "falling", "settled"
    words: str


def verdict(history: History) -> Verdict | None:
    """The most important thing to be said of a run now; None as long as there is too little to see."""
    if history.state.get("state") == DIVERGED:
        rate = history.state["learning_rate"]
        return Verdict(
            "diverged",
            f"At step {history.state['step']:,} the loss was no longer a number: the steps were too large. The run was "
            f"stopped and its network is not kept. Try a learning rate of {rate / 10:.2g} instead of {rate:.2g}.",
        )
    if rising := _rising(history):
        return rising
    if not history.epochs:
        return None
    last = history.epochs[-1]
    if last["val_accuracy"] < GUESSING:
        return Verdict(
            "not learning",
            f"It is not learning: after {_epochs(len(history.epochs))} it gets {last['val_accuracy']:.0%} right, as by "
            "guessing. Look at the learning rate, the initial weights and the labels.",
        )
    best = min(history.epochs, key=lambda epoch: epoch["val_loss"])
    since = last["epoch"] - best["epoch"]
    if since >= 2 and last["val_loss"] > 1.05 * best["val_loss"] and last["loss"] < best["loss"]:
        return Verdict(
            "overfitting",
            f"It is overfitting since epoch {best['epoch'] + 1}: the loss on what it learns from still falls, that on "
            f"other digits has risen from {best['val_loss']:.3f} to {last['val_loss']:.3f}. It learns by heart. More "
            "images, dropout or fewer epochs help.",
        )
    if len(history.epochs) < 2:
        return None
    before = history.epochs[-2]
    if last["val_loss"] < 0.97 * before["val_loss"]:
        more = " More epochs would help." if history.state.get("state") == FINISHED else ""
        return Verdict("falling", f"The loss on other digits is still falling.{more}")
    return Verdict("settled", "The loss on other digits hardly changes any more.")


def _rising(history: History) -> Verdict | None:
    """Whether the loss has left the ground: far above where it began."""
    if len(history.losses) < 20:
        return None
    began = float(np.mean(history.losses[:3]))
    lately = float(np.mean(history.losses[-10:]))
    if not math.isfinite(lately) or lately <= 1.5 * began + 0.5:
        return None
    above = np.convolve(history.losses, np.ones(10) / 10, "valid") > 1.5 * began + 0.5
    step = int(np.argmax(above)) + 10
    return Verdict(
        "rising",
        f"The loss rises: it began at {began:.2f}, and since step {step:,} it is far above. Each update overshoots. "
        "A smaller learning rate is needed.",
    )


def _epochs(count: int) -> str:
    return "one epoch" if count == 1 else f"{count} epochs"

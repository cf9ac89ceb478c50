"""How a run went so far: read from its events as they come, thinned for a picture, and judged in words.

A curve says four things at a glance: it falls, it has stopped falling, it rises, or the two curves part. The words
below say the same, with the moment at which it began and what to change.
"""

from __future__ import annotations

import math
import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.training.config import ALL_DIGITS, TrainingConfig
from core.training.run_folder import DIVERGED, FINISHED, Lines, Run

Numbers = npt.NDArray[np.float64]
POINTS = 400  # of a curve: more are not seen
GUESSING = 0.15  # accuracy: ten digits guessed blindly give 0.10
BY_HEART = 0.5  # accuracy on what is learned from, when other digits are guessed
LEAST_SHARE = 0.02  # of the newest value in the smoothed curve


class Curve:
    """A value for each update, and the same smoothed: each mixed with those before it.

    s[n] = s[n-1] + (v[n] - s[n-1]) * share, an exponential moving average. The share of the newest value is 4 / n at
    first, so that the average reaches back over about a quarter of all updates, and not beyond the latest fifty.
    """

    def __init__(self) -> None:
        # Both in one place and never changed, only replaced: another session may be reading them.
        self._numbers = (array("d"), array("d"))  # a quarter of what lists of floats take

    def __len__(self) -> int:
        return len(self.values)

    @property
    def values(self) -> array[float]:
        """The values as they are now."""
        return self._numbers[0]

    @property
    def smooth(self) -> array[float]:
        """The smoothed values as they are now."""
        return self._numbers[1]

    def extend(self, values: Sequence[float], after: int) -> None:
        """Add values that follow the first `after` ones; what was there beyond them is forgotten."""
        kept, smooth = (numbers[:after] for numbers in self._numbers)
        mean = smooth[-1] if smooth else 0.0
        for number, value in enumerate(values, after + 1):
            mean += (value - mean) * min(1.0, max(LEAST_SHARE, 4 / number))
            smooth.append(mean)
        self._numbers = (kept + array("d", values), smooth)

    def drawn(self, points: int = POINTS) -> tuple[npt.NDArray[np.int64], Numbers, Numbers]:
        """(updates, values, smoothed values) for a picture: evenly spaced, from the first, 1, to the last."""
        values, smooth = self._numbers
        count = len(values)
        places = np.unique(np.linspace(1, count, min(points, count)).round().astype(np.int64))
        return places, np.frombuffer(values)[places - 1], np.frombuffer(smooth)[places - 1]


class History:
    """All that a run has told, grown by `add`."""

    def __init__(self, batch_size: int = 32, learned_images: int = ALL_DIGITS) -> None:
        self.batch_size, self.learned_images = batch_size, learned_images
        self.loss, self.accuracy = Curve(), Curve()  # one value a batch
        self.epochs: list[dict[str, Any]] = []  # epoch, step, loss, accuracy, val_..., seconds
        self.learning_rates: list[tuple[int, float]] = []  # (step, value): changes by hand
        self.clock: list[tuple[int, float]] = []  # (step, seconds spent on updates until then)
        self.state: dict[str, Any] = {}

    @property
    def seconds(self) -> float:
        """Seconds spent on updates so far."""
        return self.clock[-1][1] if self.clock else 0.0

    @property
    def pace(self) -> float | None:
        """Seconds for an update, lately; None as long as that cannot be told (the first updates are being compiled)."""
        if not self.clock:
            return None
        (before, began), (now, ended) = self.clock[len(self.clock) // 2], self.clock[-1]
        return (ended - began) / (now - before) if now > before else None

    @property
    def step(self) -> int:
        """Updates so far."""
        return len(self.accuracy)

    @property
    def updates_per_epoch(self) -> int:
        """Batches in an epoch; the last may be smaller."""
        return math.ceil(self.learned_images / self.batch_size)

    def add(self, event: dict[str, Any]) -> None:
        """Take in one event. A run that was continued after a kill tells some steps twice: the later ones count."""
        kind = event["type"]
        if kind == "steps":
            first = event["step"] - len(event["right"])
            if event["right"]:
                self.epochs = [epoch for epoch in self.epochs if epoch["step"] <= first]
                self.learning_rates = [change for change in self.learning_rates if change[0] <= first]
                while self.clock and self.clock[-1][0] > first:
                    self.clock.pop()
                sizes = [self._size(first + number) for number in range(len(event["right"]))]
                shares = [right / size for right, size in zip(event["right"], sizes, strict=True)]
                self.accuracy.extend(shares, first)
            self.loss.extend(event["loss"], first)
            self.clock.append((event["step"], event["seconds"]))
        elif kind == "epoch":
            self.epochs.append(event)
        elif kind == "learning_rate":
            self.learning_rates.append((event["step"], event["value"]))
        elif kind == "state":
            self.state = event

    def _size(self, step: int) -> int:
        """Digits in the batch of this step, from 0."""
        shown_before = step % self.updates_per_epoch * self.batch_size
        return min(self.batch_size, self.learned_images - shown_before)


class HistoryReader:
    """A run's history that reads only what is new; several sessions may read at once."""

    def __init__(self, run: Run) -> None:
        config = run.config()
        self.history = History(config.batch_size, config.learned_images)
        self._lines = Lines(run.path / "events.jsonl")
        self._lock = threading.Lock()

    def update(self) -> History:
        """The history as it is now."""
        with self._lock:
            for event in self._lines.new():
                self.history.add(event)
        return self.history


def history_csv(history: History) -> str:
    """One line an update: epoch and step from 1, loss, accuracy, and at an epoch's end what other digits say."""
    ends = {epoch["step"]: epoch for epoch in history.epochs}
    lines = ["epoch,step,loss,accuracy,epoch_loss,epoch_accuracy,val_loss,val_accuracy"]
    for number, (loss, accuracy) in enumerate(zip(history.loss.values, history.accuracy.values, strict=False)):
        end = ends.get(number + 1, {})
        more = [end.get(name, "") for name in ("loss", "accuracy", "val_loss", "val_accuracy")]
        row = [number // history.updates_per_epoch + 1, number + 1, loss, round(accuracy, 5), *more]
        lines.append(",".join(map(str, row)))
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Verdict:
    """What a curve says: a kind, and a sentence for the learner."""

    kind: str  # diverged, rising, not learning, by heart, overfitting, worse, falling, settled
    words: str

    @property
    def is_trouble(self) -> bool:
        """Whether something ought to be changed."""
        return self.kind not in ("falling", "settled")


def verdict(history: History, config: TrainingConfig | None = None) -> Verdict | None:
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
        return _no_better_than_guessing(history, config)
    if len(history.epochs) < 2:
        return None
    return _overfitting(history) or _worse(history) or _falling(history)


def _no_better_than_guessing(history: History, config: TrainingConfig | None) -> Verdict:
    last = history.epochs[-1]
    if last["accuracy"] > BY_HEART:
        return Verdict(
            "by heart",
            f"It knows {last['accuracy']:.0%} of its own digits by heart, and guesses others: "
            f"{last['val_accuracy']:.0%} right. There was nothing in the labels that holds for other digits.",
        )
    words = f"It is not learning: after {_epochs(len(history.epochs))} it gets {last['val_accuracy']:.0%} right, as by "
    words += "guessing. "
    if config and config.initializer == "zeros" and config.hidden_layers and config.activation != "sigmoid":
        return Verdict(
            "not learning",
            words + "All its weights are zero, so every hidden unit passes on zero and gets back a gradient of zero. "
            "Only the biases of the ten answers can move. Start from random weights.",
        )
    return Verdict("not learning", words + "Look at the learning rate, the initial weights and the labels.")


def _overfitting(history: History) -> Verdict | None:
    last, best = history.epochs[-1], min(history.epochs, key=lambda epoch: epoch["val_loss"])
    learns_by_heart = last["loss"] < best["loss"] and last["loss"] < 0.7 * last["val_loss"]
    if last["epoch"] - best["epoch"] < 2 or last["val_loss"] <= 1.05 * best["val_loss"] or not learns_by_heart:
        return None
    return Verdict(
        "overfitting",
        f"It is overfitting since epoch {best['epoch'] + 1}: the loss on what it learns from still falls, that on "
        f"other digits has risen from {best['val_loss']:.3f} to {last['val_loss']:.3f}. It learns by heart. More "
        "images, dropout or fewer epochs help.",
    )


def _worse(history: History) -> Verdict | None:
    """Both losses are clearly above what they were: no learning by heart, but steps that undo what was learned."""
    last, best = history.epochs[-1], min(history.epochs, key=lambda epoch: epoch["val_loss"])
    if last["val_loss"] <= 1.2 * best["val_loss"] or last["loss"] <= best["loss"]:
        return None
    raised = any(step >= best["step"] for step, _ in history.learning_rates)
    since = "since the learning rate was changed" if raised else f"since epoch {best['epoch'] + 1}"
    return Verdict(
        "worse",
        f"It has become worse {since}: the loss on other digits rose from {best['val_loss']:.3f} to "
        f"{last['val_loss']:.3f}. Its steps are too large by now; a smaller learning rate helps.",
    )


def _falling(history: History) -> Verdict:
    """Whether the last two epochs brought something that all before them had not."""
    losses = [epoch["val_loss"] for epoch in history.epochs]
    lately = min(2, len(losses) - 1)
    if min(losses[-lately:]) < 0.97 * min(losses[:-lately]):
        more = " More epochs would help." if history.state.get("state") == FINISHED else ""
        return Verdict("falling", f"The loss on other digits is still falling.{more}")
    return Verdict("settled", "The loss on other digits hardly changes any more.")


def _rising(history: History) -> Verdict | None:
    """Whether the loss has left the ground: far above where it began."""
    if len(history.loss) < 20:
        return None
    began = float(np.mean(history.loss.values[:3]))
    lately = float(np.mean(history.loss.values[-10:]))
    if not math.isfinite(lately) or lately <= 1.5 * began + 0.5:
        return None
    above = np.convolve(history.loss.values, np.ones(10) / 10, "valid") > 1.5 * began + 0.5
    step = int(np.argmax(above)) + 10
    return Verdict(
        "rising",
        f"The loss rises: it began at {began:.2f}, and since step {step:,} it is far above. Each update overshoots. "
        "A smaller learning rate is needed.",
    )


def _epochs(count: int) -> str:
    return "one epoch" if count == 1 else f"{count} epochs"

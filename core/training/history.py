"""How a run went so far: read from its events as they come, smoothed, and thinned for a picture."""

from __future__ import annotations

import contextlib
import math
import threading
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.training.config import ALL_DIGITS
from core.training.rate_changes import rate_of_each_update
from core.training.run_folder import EVENTS, GOING, Run
from core.training.whole_files import Lines

Numbers = npt.NDArray[np.float64]
POINTS = 400  # of a curve: more are not seen
LEAST_SHARE = 0.02  # of the newest value in the smoothed curve
EPOCH = ("epoch", "step", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")  # what is told of one


class Curve:
    """A value for each update, and the same smoothed: each mixed with those before it.

    s[n] = s[n-1] + (v[n] - s[n-1]) * share, an exponential moving average. The share of the newest value is 4 / n at
    first, so that the average reaches back over about a quarter of all updates, and not beyond the latest fifty.
    """

    def __init__(self) -> None:
        self.values, self.smooth = array("d"), array("d")  # a quarter of what lists of floats take

    def __len__(self) -> int:
        return len(self.values)

    def extend(self, values: Sequence[float], after: int) -> None:
        """Add values that follow the first `after` ones; what was there beyond them is forgotten."""
        del self.values[after:], self.smooth[after:]
        self.values.extend(values)
        mean = self.smooth[-1] if self.smooth else 0.0
        for number, value in enumerate(values, after + 1):
            mean += (value - mean) * min(1.0, max(LEAST_SHARE, 4 / number))
            self.smooth.append(mean)

    def drawn(self, points: int = POINTS) -> tuple[npt.NDArray[np.int64], Numbers, Numbers]:
        """(updates, values, smoothed values) for a picture: evenly spaced, from the first, 1, to the last.

        From copies: the curve may grow meanwhile, which an array that NumPy looks into cannot.
        """
        smooth = self.smooth[:]
        values = self.values[: len(smooth)]
        count = len(values)
        places = np.unique(np.linspace(1, count, min(points, count)).round().astype(np.int64))
        return places, np.frombuffer(values)[places - 1], np.frombuffer(smooth[:count])[places - 1]


class History:
    """All that a run has told, grown by `add`."""

    def __init__(self, batch_size: int = 32, learned_images: int = ALL_DIGITS) -> None:
        self.batch_size, self.learned_images = batch_size, learned_images
        self.loss, self.accuracy = Curve(), Curve()  # one value a batch
        self.epochs: list[dict[str, Any]] = []  # by the names of EPOCH
        self.learning_rates: list[tuple[int, float]] = []  # (step, value): changes by hand
        self.clock: list[tuple[int, float]] = []  # (step, seconds spent on updates until then)
        self.dead_layers: list[int] = []  # at the last epoch's end: hidden layers, from 0, all of whose units give 0
        self.state: dict[str, Any] = {}
        self.is_starting = True  # nothing is learned: it waits, or what learns is being compiled
        self.was_moved = False  # its machine was lost once, and it went on elsewhere

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
        """Take in one event. A run that was continued after a kill tells some steps twice: the later ones count.

        Raises:
            KeyError: something is missing in it; then nothing of it is taken in.
        """
        kind = event.get("type")
        if kind == "steps":
            step, losses, rights, seconds = (event[name] for name in ("step", "loss", "right", "seconds"))
            first = step - len(rights)
            if rights:
                self.epochs = [epoch for epoch in self.epochs if epoch["step"] <= first]
                self.learning_rates = [change for change in self.learning_rates if change[0] <= first]
                while self.clock and self.clock[-1][0] > first:
                    self.clock.pop()
                sizes = [self._size(first + number) for number in range(len(rights))]
                self.accuracy.extend([right / size for right, size in zip(rights, sizes, strict=True)], first)
            self.is_starting = False
            self.loss.extend(losses, first)
            self.clock.append((step, seconds))
        elif kind == "epoch":
            self.epochs.append({name: event[name] for name in EPOCH})
            self.dead_layers = event.get("dead_layers", [])
        elif kind == "learning_rate":
            self.learning_rates.append((event["step"], event["value"]))
        elif kind == "state":
            self.state = event
            self.is_starting = event.get("state") in GOING
            self.was_moved |= event.get("lost", False)

    def _size(self, step: int) -> int:
        """Digits in the batch of this step, from 0."""
        shown_before = step % self.updates_per_epoch * self.batch_size
        return min(self.batch_size, self.learned_images - shown_before)


class HistoryReader:
    """A run's history that reads only what is new; several sessions may read at once."""

    def __init__(self, run: Run) -> None:
        config = run.config()
        self.history = History(config.batch_size, config.learned_images)
        self._lines = Lines(run.path / EVENTS)
        self._lock = threading.Lock()

    def update(self) -> History:
        """The history as it is now; an event of which something is missing is left out."""
        with self._lock:
            for event in self._lines.new():
                with contextlib.suppress(KeyError):
                    self.history.add(event)
        return self.history


def history_csv(history: History, learning_rate: float) -> str:
    """One line an update: epoch and step from 1, loss, accuracy, at an epoch's end what other digits say, and the rate.

    `learning_rate` is that of the settings; the column has what it was changed to, too.
    """
    ends = {epoch["step"]: epoch for epoch in history.epochs}
    rates = rate_of_each_update(learning_rate, history.learning_rates, history.step)
    lines = ["epoch,step,loss,accuracy,epoch_loss,epoch_accuracy,val_loss,val_accuracy,learning_rate"]
    values = zip(history.loss.values, history.accuracy.values, rates.tolist(), strict=False)
    for number, (loss, accuracy, rate) in enumerate(values):
        end = ends.get(number + 1, {})
        more = [end.get(name, "") for name in ("loss", "accuracy", "val_loss", "val_accuracy")]
        row = [number // history.updates_per_epoch + 1, number + 1, loss, round(accuracy, 5), *more, rate]
        lines.append(",".join(map(str, row)))
    return "\n".join(lines) + "\n"

"""How a run went so far: read from its events as they come, smoothed, and thinned for a picture."""

from __future__ import annotations

import csv
import io
import math
import threading
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.runs.atomic_files import JsonlTail
from core.runs.config import TrainingConfig
from core.runs.errors import RunGoneError, reading
from core.runs.events import EPOCH_FIELDS, is_valid_event
from core.runs.learning_rate_changes import rate_of_each_update
from core.runs.run import EVENTS, Run
from core.runs.settings import ALL_DIGITS
from core.runs.states import ACTIVE

Numbers = npt.NDArray[np.float64]
MAX_POINTS = 400  # of a curve: more are not seen
MIN_EMA_WEIGHT = 0.02  # of the newest value in the smoothed curve
MAX_CACHED_UPDATES = 3_000_000  # updates of all histories that are kept in memory, of 32 bytes each
MAX_READERS = 40


class MetricSeries:
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
        early = max(0, round(4 / MIN_EMA_WEIGHT) - after)  # so many of these have a share of their own
        smooth, share = self.smooth, MIN_EMA_WEIGHT
        for number, value in enumerate(values[:early], after + 1):
            mean += (value - mean) * min(1.0, max(share, 4 / number))
            smooth.append(mean)
        smooth.extend([mean := mean + (value - mean) * share for value in values[early:]])

    def downsampled(self, points: int = MAX_POINTS) -> tuple[npt.NDArray[np.int64], Numbers, Numbers]:
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

    def __init__(self, batch_size: int = 32, examples_per_epoch: int = ALL_DIGITS) -> None:
        self.batch_size, self.examples_per_epoch = batch_size, examples_per_epoch
        self.loss, self.accuracy = MetricSeries(), MetricSeries()  # one value a batch
        self.epochs: list[dict[str, Any]] = []  # by the names of EPOCH_FIELDS
        self.learning_rates: list[tuple[int, float]] = []  # (step, value): changes by hand
        self.timings: list[tuple[int, float]] = []  # (step, seconds spent on updates until then)
        self.dead_layers: list[int] = []  # at the last epoch's end: hidden layers, from 0, all of whose units give 0
        self.state: dict[str, Any] = {}
        self.is_starting = True  # nothing is learned: it waits, or what learns is being compiled
        self.was_migrated = False  # its machine was lost once, and it went on elsewhere

    @property
    def seconds_per_update(self) -> float | None:
        """Seconds for an update, lately; None as long as that cannot be told (the first updates are being compiled)."""
        if not self.timings:
            return None
        (before, began), (now, ended) = self.timings[len(self.timings) // 2], self.timings[-1]
        return (ended - began) / (now - before) if now > before else None

    @property
    def step(self) -> int:
        """Updates so far."""
        return len(self.accuracy)

    @property
    def updates_per_epoch(self) -> int:
        """Batches in an epoch; the last may be smaller."""
        return math.ceil(self.examples_per_epoch / self.batch_size)

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
                self._forget_beyond(first)
                self.accuracy.extend(
                    [right / size for right, size in zip(rights, self._sizes(first, step), strict=True)], first
                )
            self.is_starting = False
            self.loss.extend(losses, first)
            self.timings.append((step, seconds))
        elif kind == "epoch":
            epoch = {name: event[name] for name in EPOCH_FIELDS}
            while self.epochs and self.epochs[-1]["step"] >= epoch["step"]:
                self.epochs.pop()
            self.epochs.append(epoch)
            self.dead_layers = event.get("dead_layers", [])
        elif kind == "learning_rate":
            change = event["step"], event["value"]
            while self.learning_rates and self.learning_rates[-1][0] > change[0]:
                self.learning_rates.pop()
            self.learning_rates.append(change)
        elif kind == "state":
            self.state = event
            self.is_starting = event.get("state") in ACTIVE
            self.was_migrated |= event.get("lost", False)

    def _forget_beyond(self, step: int) -> None:
        """What was told of later updates, which are told again. All lists are in the order of updates: taken from their
        ends, each is taken once, however often a run says that it went back."""
        while self.epochs and self.epochs[-1]["step"] > step:
            self.epochs.pop()
        while self.learning_rates and self.learning_rates[-1][0] > step:
            self.learning_rates.pop()
        while self.timings and self.timings[-1][0] > step:
            self.timings.pop()

    def _sizes(self, first: int, end: int) -> list[int]:
        """Digits in each batch from this step on, from 0, up to another: the last of an epoch may be smaller."""
        updates, whole = self.updates_per_epoch, self.batch_size
        sizes = [whole] * (end - first)
        for last in range(-(first + 1) % updates, end - first, updates):
            sizes[last] = self.examples_per_epoch - (updates - 1) * whole
        return sizes


class HistoryReader:
    """A run's history that reads only what is new; several sessions may read at once."""

    def __init__(self, run: Run) -> None:
        config = run.config()
        self.history = History(config.batch_size, config.examples_per_epoch)
        self._path, self._lines = run.path, JsonlTail(run.file(EVENTS))
        self._lock = threading.Lock()

    def update(self) -> History:
        """The history as it is now; a damaged event is left out."""
        with self._lock, reading(self._path):
            for event in self._lines.iter_new():
                if is_valid_event(event):
                    self.history.add(event)
        return self.history


class HistoryReaders:
    """Readers of the runs that were looked at last, by their ids, as long as there is room for all their updates."""

    def __init__(self, most_updates: int = MAX_CACHED_UPDATES, most_readers: int = MAX_READERS) -> None:
        self.most_updates, self.most_readers = most_updates, most_readers
        self._readers: OrderedDict[str, HistoryReader] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._readers)

    def reader(self, run_id: str) -> HistoryReader:
        """What a run has told so far, read once.

        Raises:
            RunGoneError: there is no such run.
            DamagedRunError: its settings are damaged.
        """
        with self._lock:
            if run_id not in self._readers:
                if (run := Run.find(run_id)) is None:
                    raise RunGoneError(run_id)
                self._readers[run_id] = HistoryReader(run)
            self._readers.move_to_end(run_id)
            # Those that were looked at long ago go first; one that is asked for now stays, whatever its size.
            while len(self._readers) > 1 and (
                len(self._readers) > self.most_readers
                or sum(reader.history.step for reader in self._readers.values()) > self.most_updates
            ):
                self._readers.popitem(last=False)
            return self._readers[run_id]


def history_csv(history: History, config: TrainingConfig) -> str:
    """One line an update: epoch and step from 1, loss, accuracy, at an epoch's end what other digits say, and the rate.

    The rate is as it was set, changed by hand, and as its schedule had it fall.
    """
    ends = {epoch["step"]: epoch for epoch in history.epochs}
    rates = rate_of_each_update(config, history.learning_rates, history.step)
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    head = ("epoch", "step", "loss", "accuracy", "epoch_loss", "epoch_accuracy", "val_loss", "val_accuracy")
    table.writerow([*head, "learning_rate"])
    values = zip(history.loss.values, history.accuracy.values, rates.tolist(), strict=False)
    for number, (loss, accuracy, rate) in enumerate(values):
        end = ends.get(number + 1, {})
        more = [end.get(name, "") for name in names]
        epoch = number // history.updates_per_epoch + 1
        table.writerow([epoch, number + 1, loss, round(accuracy, 5), *more, rate])
    return file.getvalue()

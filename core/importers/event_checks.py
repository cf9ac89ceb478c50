"""A run's history from a stranger's file: each event is checked against its kind, and all of them against the settings.

What is not checked here could break the pictures later: a step that was never taken, more right answers than digits,
a clock that runs backwards.
"""

import json
from collections.abc import Callable
from typing import Any

from core.formatting import MEGABYTE
from core.importers.errors import ModelFileError
from core.importers.strict_json import parse_json
from core.runs.config import TrainingConfig
from core.runs.events import StateEvent, has_exact_fields
from core.runs.states import ACTIVE, RESUMABLE, RunState

MAX_EVENTS_BYTES = 4 * MEGABYTE  # bytes
MAX_UPDATES = 350_000  # told, those told again included; 200 epochs of the article's batches are 343,800
MAX_LINES = 18_000  # a training of 45 minutes; one of 30 tells some 12,000 times
MAX_RATE_CHANGES = 2_000  # of the learning rate
MAX_LINE_BYTES = 64 * 1024  # bytes; at most 200 updates are told in one
MAX_LOSS = 1e30  # a loss may be far away, but sums of it must be numbers
MAX_LEARNING_RATE = 1e20  # a learning rate, as in settings.py
NUMBERS = {int, float}  # and no truth values, which Python takes for whole numbers
STATES = (*ACTIVE, *RESUMABLE, RunState.FINISHED)  # of a run that has a network; not one that diverged
UNTRUSTED_FIELDS = StateEvent.__optional_keys__ - {"step"}  # words that anybody may have written, who, and where
WHAT = "The history in this archive"


def checked_events(content: bytes, config: TrainingConfig) -> bytes:
    """The events of a run with these settings, one a line, without what is private.

    Raises:
        ModelFileError: an event is of no known kind, has other keys, or tells what such a run cannot have done.
    """
    if len(content) > MAX_EVENTS_BYTES:
        raise ModelFileError(f"{WHAT} is too long: choose an archive as this app makes it.")
    check, lines = EventValidator(config), []
    received = content.splitlines()
    if len(received) > MAX_LINES:
        raise ModelFileError(f"{WHAT} is too long: choose an archive as this app makes it.")
    for line in received:
        event = parse_json(line, MAX_LINE_BYTES, WHAT)
        if not check.is_valid(event):
            raise ModelFileError(f"{WHAT} does not fit its settings: download the archive again.")
        if not event.keys().isdisjoint(UNTRUSTED_FIELDS):
            kept = {name: value for name, value in event.items() if name not in UNTRUSTED_FIELDS}
            line = json.dumps(kept, separators=(",", ":")).encode()
        lines.append(line + b"\n")
    return b"".join(lines)


class EventValidator:
    """Follows the events of a run, and knows how far it has come."""

    def __init__(self, config: TrainingConfig) -> None:
        self.config, self.done = config, 0
        self.clock: list[tuple[int, float]] = []  # (step, seconds until then), as far as it counts
        self.reported = 0  # updates, however often
        self.ended: list[tuple[int, int]] = []  # (epoch, step at its end), in order, as far as they count
        self.changed: list[int] = []  # steps at which the learning rate was changed, likewise
        self.updates = config.updates
        self.kinds: dict[Any, Callable[[dict[str, Any]], bool]] = {
            "steps": self._steps,
            "epoch": self._epoch,
            "learning_rate": self._learning_rate,
            "state": self._state,
        }

    def is_valid(self, event: dict[str, Any]) -> bool:
        """Whether such a run can have told this, after what it told before."""
        return has_exact_fields(event) and self.kinds[event["type"]](event)

    def _steps(self, event: dict[str, Any]) -> bool:
        if not self._is_step(event["step"]):
            return False
        loss, right = event["loss"], event["right"]
        if not isinstance(loss, list) or not isinstance(right, list) or len(loss) != len(right):
            return False
        first = event["step"] - len(right)
        if not 0 <= first <= self.done:  # a run that was killed tells some steps again
            return False
        self.done = event["step"]
        self.reported += len(right)
        for series, step_of in ((self.clock, 0), (self.ended, 1)):
            while series and series[-1][step_of] > first:
                series.pop()
        while self.changed and self.changed[-1] > first:
            self.changed.pop()
        return (
            self.reported <= MAX_UPDATES
            and (not loss or (set(map(type, loss)) <= NUMBERS and min(loss) >= 0 and max(loss) <= MAX_LOSS))
            and (
                not right
                or (set(map(type, right)) == {int} and 0 <= min(right) <= max(right) <= self.config.batch_size)
            )
            and self._is_epoch(event["epoch"])
            and self._is_later(event)
        )

    def _epoch(self, event: dict[str, Any]) -> bool:
        losses, shares = ("loss", "val_loss"), ("accuracy", "val_accuracy")
        fits = (
            self._are_dead_layers(event.get("dead_layers", []))
            and self._is_epoch(event["epoch"])
            and self._is_step(event["step"])
            and event["step"] <= self.done
            and all(_is_number(event[name]) for name in losses)
            and all(_is_number(event[name], 1) for name in shares)
            and self._is_later(event)
            and (not self.ended or (event["epoch"] > self.ended[-1][0] and event["step"] > self.ended[-1][1]))
        )
        if fits:
            self.ended.append((event["epoch"], event["step"]))
        return fits

    def _are_dead_layers(self, value: Any) -> bool:
        """Whether these are hidden layers of relu, in their order."""
        layers = range(len(self.config.hidden_layers) if self.config.activation == "relu" else 0)
        return (
            isinstance(value, list)
            and all(type(layer) is int and layer in layers for layer in value)
            and value == sorted(set(value))
        )

    def _learning_rate(self, event: dict[str, Any]) -> bool:
        fits = (
            _is_whole(event["step"], self.done) and _is_number(event["value"], MAX_LEARNING_RATE) and event["value"] > 0
        )
        if fits:
            while self.changed and self.changed[-1] > event["step"]:  # it was killed, and begins at what it had kept
                self.changed.pop()
            self.changed.append(event["step"])
        return fits and len(self.changed) <= MAX_RATE_CHANGES

    def _state(self, event: dict[str, Any]) -> bool:
        return event["state"] in STATES and self._is_step(event.get("step", 0))

    def _is_later(self, event: dict[str, Any]) -> bool:
        """Whether its seconds follow those of what was told before."""
        if not _is_number(event["seconds"]) or (self.clock and event["seconds"] < self.clock[-1][1]):
            return False
        self.clock.append((event["step"], event["seconds"]))
        return True

    def _is_step(self, value: Any) -> bool:
        return _is_whole(value, self.updates)

    def _is_epoch(self, value: Any) -> bool:
        return _is_whole(value, self.config.epochs - 1)


def _is_whole(value: Any, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


def _is_number(value: Any, most: float = MAX_LOSS) -> bool:
    return type(value) in NUMBERS and 0 <= value <= most

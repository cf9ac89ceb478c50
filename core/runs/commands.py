"""What is wanted of a run, by those who watch it: whoever spoke last is heeded.

Pages append a word to commands.jsonl and never take one back; the wish is what all words together say. So two tabs
that press Stop and Resume at once leave one clear wish, and a run that was killed still knows what was wanted of it.

    train           go on to the end
    epoch           go on to the end of an epoch, then pause
    pause, stop     end now, and keep the network
    time_is_up      the same, said by the service
    learning_rate   its value from now on
    go_on           nobody needs to watch; with the value 0 somebody needs to again

Who has said a word stands beside it as a hash, `by` (steering.py); earlier logs and the service name nobody.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.runs.atomic_files import Lines
from core.runs.run import COMMANDS, PAUSED, STOPPED, Outcome

TRAIN, EPOCH, PAUSE, STOP = "train", "epoch", "pause", "stop"
BY_HAND, EARLIER_BY_HAND = "It was stopped by hand", "You stopped it"  # the latter is in the files of earlier runs
BY_TIME, BY_ABSENCE = "The server stopped it: it had used up its time", "Nobody was watching any more"
BY_EPOCH = "It has come to the end of an epoch, as was wanted"
LONGEST_MARK = 64  # letters


@dataclass(frozen=True)
class Wish:
    """What is wanted of a run."""

    want: str = TRAIN
    reason: str = ""  # of a stop
    by: str = ""  # who said what is wanted
    learning_rate: float | None = None  # None: as configured
    go_on: bool = False

    @property
    def end(self) -> Outcome | None:
        """The state in which to end now, with the reason; None to go on."""
        by = {"by": self.by} if self.by else {}
        if self.want == PAUSE:
            return PAUSED, by
        return (STOPPED, {"reason": self.reason, **by}) if self.want == STOP else None

    def after(self, line: dict[str, Any]) -> "Wish":
        """The wish after one more word; what is no word changes nothing."""
        command, value, by = line.get("command"), line.get("value"), line.get("by")
        by = by if isinstance(by, str) and len(by) <= LONGEST_MARK else ""
        if command in (TRAIN, EPOCH, PAUSE):
            return replace(self, want=command, by=by)
        if command in (STOP, "time_is_up"):
            return replace(self, want=STOP, reason=BY_HAND if command == STOP else BY_TIME, by=by)
        if command == "go_on":
            return replace(self, go_on=value != 0)
        if command == "learning_rate" and isinstance(value, int | float) and 0 < value <= sys.float_info.max:
            return replace(self, learning_rate=float(value))
        return self


class Wishes:
    """A run's wish, kept up to date."""

    def __init__(self, run_path: Path) -> None:
        self._lines = Lines(run_path / COMMANDS)
        self._wish = Wish()

    def now(self) -> Wish:
        """What is wanted now."""
        for line in self._lines.new():
            self._wish = self._wish.after(line)
        return self._wish

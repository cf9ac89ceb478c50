"""What is wanted of a run, by those who watch it: whoever spoke last is heeded.

Pages append commands to commands.jsonl and never take one back; the desired state is what all of them together say.
So two tabs that press Stop and Resume at once leave one clear state, and a run that was killed still knows it.

    train           go on to the end
    epoch           go on to the end of an epoch, then pause
    pause, stop     end now, and keep the network
    time_is_up      the same, said by the service
    learning_rate   its value from now on
    go_on           nobody needs to watch; with the value 0 somebody needs to again

Who has said a word stands beside it as a hash, `by` (permissions.py); earlier logs and the service name nobody.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.runs.atomic_files import JsonlTail
from core.runs.run import COMMANDS
from core.runs.states import Outcome, RunState

TRAIN, EPOCH, PAUSE, STOP = "train", "epoch", "pause", "stop"
REASON_USER, REASON_USER_EARLIER = (
    "It was stopped by hand",
    "You stopped it",
)  # the latter is in the files of earlier runs
REASON_TIMEOUT, REASON_UNATTENDED = "The server stopped it: it had used up its time", "Nobody was watching any more"
REASON_EPOCH_END = "It has come to the end of an epoch, as was wanted"
MAX_MARK_LENGTH = 64  # letters


@dataclass(frozen=True)
class DesiredState:
    """What is wanted of a run."""

    goal: str = TRAIN
    reason: str = ""  # of a stop
    by: str = ""  # who said what is wanted
    learning_rate: float | None = None  # None: as configured
    unattended: bool = False

    @property
    def stop_outcome(self) -> Outcome | None:
        """The state in which to end now, with the reason; None to go on."""
        by = {"by": self.by} if self.by else {}
        if self.goal == PAUSE:
            return Outcome(RunState.PAUSED, by)
        return Outcome(RunState.STOPPED, {"reason": self.reason, **by}) if self.goal == STOP else None

    def apply(self, line: dict[str, Any]) -> "DesiredState":
        """The desired state after one more command; what is none changes nothing."""
        command, value, by = line.get("command"), line.get("value"), line.get("by")
        by = by if isinstance(by, str) and len(by) <= MAX_MARK_LENGTH else ""
        if command in (TRAIN, EPOCH, PAUSE):
            return replace(self, goal=command, by=by)
        if command in (STOP, "time_is_up"):
            return replace(self, goal=STOP, reason=REASON_USER if command == STOP else REASON_TIMEOUT, by=by)
        if command == "go_on":
            return replace(self, unattended=value != 0)
        if command == "learning_rate" and isinstance(value, int | float) and 0 < value <= sys.float_info.max:
            return replace(self, learning_rate=float(value))
        return self


class CommandLog:
    """A run's desired state, kept up to date."""

    def __init__(self, run_path: Path) -> None:
        self._tail = JsonlTail(run_path / COMMANDS)
        self._state = DesiredState()

    def current(self) -> DesiredState:
        """What is wanted now."""
        for line in self._tail.read_new():
            self._state = self._state.apply(line)
        return self._state

"""What a run can wait for: to be trained, or to have its loss landscape computed; how such a task may end."""

from __future__ import annotations

import contextlib
import os

from core.runs import limits
from core.runs.atomic_files import loads_json, write_atomic
from core.runs.commands import CommandLog
from core.runs.exit_codes import ExitCode
from core.runs.landscape import FAILURE_FILE
from core.runs.run import EVENTS, LANDSCAPE, TRAIN, Run
from core.runs.states import ACTIVE, RESUMABLE, Outcome, RunState

OUT_OF_MEMORY_LIKELY = (RunState.FAILED, "It broke down, most likely for want of memory")
OUTCOME_BY_EXIT_CODE: dict[int, tuple[RunState, str]] = {
    ExitCode.OUT_OF_MEMORY: (RunState.FAILED, "There was not enough memory for it"),
    ExitCode.DISK_FULL: (RunState.FAILED, "The disk of this server is full"),
    ExitCode.NOT_WRITABLE: (RunState.FAILED, "Its folder on this server cannot be written"),
    ExitCode.FILE_ERROR: (RunState.FAILED, "One of its files could not be read or written"),
    ExitCode.ABORTED: OUT_OF_MEMORY_LIKELY,
    ExitCode.SEGMENTATION_FAULT: OUT_OF_MEMORY_LIKELY,
    ExitCode.NO_THREAD_MEMORY: OUT_OF_MEMORY_LIKELY,
    ExitCode.NODE_LOST: (RunState.INTERRUPTED, "One machine after the other was lost while it was at work"),
}
REASON_NODE_LOST = "Its machine was lost: it goes on elsewhere, from where it was last kept"
REASON_DIED = "Its process ended"
REASON_DIED_AGAIN = "Its process ended again before it had learned anything more, most likely for want of memory"
TAIL_BYTES = 20_000  # bytes of a run's events in which its last end is looked for
MAX_NODE_LOSSES = 3  # of machines that a task may cost: it may be what they died of


class Task:
    """A run's task: while it waits in the queue, and while it is done.

    Whatever it does may raise OSError or ValueError: the disk is full, or the run's folder damaged.
    """

    kind: str

    def __init__(self, run: Run) -> None:
        self.run, self.owner, self.id = run, run.metadata().owner, run.task_id(self.kind)
        self.node_losses = 0  # machines that were lost while it was at work

    def should_enqueue(self) -> bool:
        """Whether the run shall wait for it; one that was at rest is then said to wait."""
        return True

    def rejection_reason(self) -> str | None:
        """Why it cannot be begun, in words; None if it can."""
        return None

    def report(self, outcome: Outcome) -> None:
        """Tell how it stands with the task, to those who look into the run's folder."""
        raise NotImplementedError

    def cancelled_outcome(self) -> Outcome | None:
        """How it ends instead of waiting on, if that was asked for."""
        return None

    def request_stop(self) -> None:
        """Ask the task to end; it is killed KILL_GRACE_SECONDS later if it has not."""

    def outcome_for(self, code: int | None) -> Outcome | None:
        """What is to be said when its process ended with this code, or (None) with the app; None if all is said."""
        raise NotImplementedError

    def retry_after_node_loss(self) -> bool:
        """Whether it is to be done elsewhere, now that its machine was lost."""
        self.node_losses += 1
        return self.node_losses <= MAX_NODE_LOSSES

    def should_requeue(self) -> bool:
        """Whether one who asked while its process was ending is to be heard."""
        return False


class TrainingTask(Task):
    """To be trained, or trained on: this changes the run's state, and obeys its commands."""

    kind = TRAIN

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.commands = CommandLog(run.path)

    def should_enqueue(self) -> bool:
        """Whether something is left to be trained; of a run that was at rest the status is set to QUEUED."""
        state = self.run.status().state
        if state in RESUMABLE:
            self.run.set_status(RunState.QUEUED)
        return state in (RunState.QUEUED, *RESUMABLE)  # else it is done already, and a late tab has asked

    def rejection_reason(self) -> str | None:
        """Why this server cannot train it."""
        return limits.why_not_trained(self.run.config())

    def report(self, outcome: Outcome) -> None:
        """Set the run's state."""
        self.run.set_status(outcome.state, **outcome.detail)

    def cancelled_outcome(self) -> Outcome | None:
        """Who waits may be paused and stopped, too."""
        return self.commands.current().stop_outcome

    def request_stop(self) -> None:
        """Asks the run to stop, by the same file as the pages do."""
        self.run.command("time_is_up")

    def outcome_for(self, code: int | None) -> Outcome | None:
        """A training says itself how it ended, unless it was killed."""
        if self.run.status().state not in ACTIVE:
            return None
        if code is None:
            return Outcome(RunState.INTERRUPTED, {"reason": "The app was shut down"})
        outcome = _outcome(code, RunState.INTERRUPTED)
        if outcome.state == RunState.INTERRUPTED and code != ExitCode.NODE_LOST and _died_before(self.run):
            return Outcome(RunState.FAILED, {"reason": REASON_DIED_AGAIN})
        return outcome

    def retry_after_node_loss(self) -> bool:
        """Unless it had told before how it ended."""
        return self.run.status().state in ACTIVE and super().retry_after_node_loss()

    def should_requeue(self) -> bool:
        """Unless the last word was to pause or to stop."""
        return self.run.status().state != RunState.RUNNING and self.commands.current().stop_outcome is None


class LandscapeTask(Task):
    """To have its loss landscape computed: the run's own state and its commands stay as they are."""

    kind = LANDSCAPE

    def report(self, outcome: Outcome) -> None:
        """Only a failure needs words: the rest is seen from the queue, and from the landscape itself."""
        if outcome.state != RunState.QUEUED:
            write_atomic(self.run.path / FAILURE_FILE, outcome.detail["reason"].encode())

    def outcome_for(self, code: int | None) -> Outcome | None:
        """One that ended with the app is made by the next service."""
        return _outcome(code, RunState.FAILED) if code else None


TASK_TYPES: dict[str, type[Task]] = {task.kind: task for task in (TrainingTask, LandscapeTask)}


def _outcome(code: int, otherwise: RunState) -> Outcome:
    state, reason = OUTCOME_BY_EXIT_CODE.get(code, (otherwise, REASON_DIED))
    return Outcome(state, {"reason": reason})


def _died_before(run: Run) -> bool:
    """Whether it was interrupted by the end of its process before, and has told of no update since."""
    with (run.path / EVENTS).open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        lines = file.read().splitlines()
    for line in reversed(lines):
        with contextlib.suppress(ValueError, AttributeError):
            event = loads_json(line)
            if event.get("type") in ("steps", "epoch"):
                return False
            if event.get("reason") in (REASON_DIED, REASON_DIED_AGAIN):
                return True
    return False

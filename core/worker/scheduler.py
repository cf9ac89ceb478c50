"""Who is next: the queue of all tasks, and what is at work; it begins, limits and ends, round after round.

It looks into the folder's inbox for runs that wait for a task, to be trained or to have their loss landscape computed,
and says in service.json who is at work and who waits.
"""

from __future__ import annotations

import json
import logging
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from core.runs.atomic_files import quarantine, read_json_object, write_atomic
from core.runs.eta import SPEED_FILE
from core.runs.exit_codes import ExitCode
from core.runs.limits import MAX_MINUTES
from core.runs.run import INBOX, LANDSCAPE, QUEUE_FILE, TRAIN, Run
from core.runs.service_client import read_queue
from core.runs.states import Outcome, RunState
from core.worker.error_log import log_errors
from core.worker.executor import Executor, TaskHandle
from core.worker.retention import Retention
from core.worker.tasks import REASON_NODE_LOST, TASK_TYPES, Task

_log = logging.getLogger(__name__)
NODE_LOST = Outcome(RunState.QUEUED, {"reason": REASON_NODE_LOST, "lost": True})

HEAD_START_SECONDS = 5.0  # of a run, before the next one is prepared beside it
KILL_GRACE_SECONDS = 30.0  # from the request to stop a run to its end by force
RETENTION_SECONDS = 60.0  # seconds between looks at what may be thrown away


def pick_fair_share(waiting: Sequence[str], running: Sequence[str], slots: int) -> int | None:
    """The place in the queue of the first of those whose owner has the fewest at work; None if there is none.

    `waiting` and `running` are owners. One owner has all places but one at most, so that another who comes finds one.
    """
    running_of = Counter(running)
    allowed = [place for place, owner in enumerate(waiting) if running_of[owner] < max(1, slots - 1)]
    return min(allowed, key=lambda place: running_of[waiting[place]], default=None)


class RunningTask:
    """A task that is being done."""

    def __init__(self, task: Task, handle: TaskHandle, began: float) -> None:
        self.task, self.handle, self.started_at = task, handle, began
        self.stop_requested_at: float | None = None
        self.requested_again = False  # enqueued anew, while it was still ending


class Scheduler:
    """The queue, and what is at work.

    One round after the other it sees to both; nothing in it waits.
    """

    def __init__(self, folder: Path, executor: Executor, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder, self.executor, self.clock = folder, executor, clock
        self.waiting: list[Task] = []
        self.running: list[RunningTask] = []
        self._published = ""
        self._unreported: list[tuple[Task, Outcome]] = []
        self._last_retention = -math.inf
        self.retention = Retention(folder, lambda: self.clock())

    def recover(self) -> None:
        """What an earlier service left: trainings in its hands were interrupted; all else waits, as it last told.

        On a cluster they wait, too: the service also ends when the cluster's head is lost.
        """
        for damaged in (QUEUE_FILE, SPEED_FILE):
            with log_errors():
                _quarantine_if_damaged(self.folder / damaged)
        for path in list(self.folder.iterdir()):
            with log_errors():
                if run := Run.find(path.name, self.folder):
                    state = run.status().state
                    if state == RunState.RUNNING and self.executor.nodes_can_fail:
                        run.set_status(NODE_LOST.state, **NODE_LOST.detail)
                    elif state == RunState.RUNNING:
                        run.set_status(RunState.INTERRUPTED, reason="The training program ended")
        self.retention.note_stale_temp_files()  # now that none is at work
        queue = read_queue(self.folder)
        self._requeue_orphans()
        for name in filter(_is_landscape, queue.running + queue.waiting):
            self._enqueue(name)

    def tick(self, begins: bool = True) -> None:
        """One round: who came, who is done, who is next; the last not before the service can begin anything."""
        found = self._read_inbox()
        self._report_again()
        self._reap()
        self._enforce_time_limits()
        self._drop_cancelled()
        slots = self.executor.slots()
        if begins:
            self._fill_slots(slots)
            self._prepare(slots)
        with log_errors():
            self._publish_queue(slots, begins)
        # Only now: until it was told who waits, this file was all that a page could see.
        _remove(path for path in found if _is_landscape(path.name))
        self._clean_up_now_and_then()

    def _read_inbox(self) -> list[Path]:
        """Enqueue who asks in the inbox; the files there, of which those of trainings are gone."""
        found = self._found_in_inbox()
        _remove(path for path in found if not _is_landscape(path.name))
        for path in found:
            self._enqueue(path.name)
        return found

    def _report_again(self) -> None:
        """Say what could not be said before, since the disk was full."""
        unreported, self._unreported = self._unreported, []
        for task, outcome in unreported:
            self._report_outcome(task, outcome)

    def _fill_slots(self, slots: int) -> None:
        while len(self.running) < slots and (task := self._next(slots)):
            self.waiting.remove(task)
            self._start(task)

    def _prepare(self, slots: int) -> None:
        """What the next run would wait for is done while there is time: not beside one that has only just begun."""
        has_begun = (self.clock() - busy.started_at > HEAD_START_SECONDS for busy in self.running)
        if not self.waiting and len(self.running) < slots and all(has_begun):
            with log_errors():
                self.executor.prepare()

    def _clean_up_now_and_then(self) -> None:
        if self.clock() - self._last_retention > RETENTION_SECONDS:
            self._last_retention = self.clock()
            with log_errors():
                self.retention.apply()
            with log_errors():
                self._requeue_orphans()

    def shutdown(self) -> None:
        """End all processes at work."""
        for busy in self.running:
            busy.handle.kill()
            busy.handle.poll(wait=True)
            with log_errors():
                if outcome := busy.task.outcome_for(None):
                    busy.task.report(outcome)
        self.running = []
        with log_errors():
            self.retention.end()
        self.executor.shutdown()

    def _found_in_inbox(self) -> list[Path]:
        """The words in the inbox, the oldest first; what is no file there is none, and is set aside."""
        inbox, found = self.folder / INBOX, []
        with log_errors():
            if inbox.exists() and not inbox.is_dir():
                quarantine(inbox, self.folder)
            inbox.mkdir(parents=True, exist_ok=True)
            for path in inbox.iterdir():
                with log_errors():
                    if path.is_dir() and not path.is_symlink():
                        quarantine(path, self.folder)
                    else:
                        found.append((path.lstat().st_mtime_ns, path))
        return [path for _, path in sorted(found)]

    def _enqueue(self, name: str) -> None:
        run_id, _, kind = name.partition(".")
        task_type, run = TASK_TYPES.get(kind or TRAIN), None
        with log_errors():
            run = Run.find(run_id, self.folder)
        if run is None or task_type is None or any(name == other.id for other in self.waiting):
            return
        for busy in self.running:
            if busy.task.id == name:
                busy.requested_again = True
                return
        with log_errors():
            task = task_type(run)
            if task.should_enqueue():
                self.waiting.append(task)

    def _requeue_orphans(self) -> None:
        """Runs that say that they wait, but nobody said it here: a full disk or a kill came between. By their age."""
        known: set[str] = {busy.task.id for busy in self.running}
        left: list[tuple[float, str]] = []
        for path in list(self.folder.iterdir()):
            with log_errors():
                run = Run.find(path.name, self.folder)
                if run and run.id not in known and run.status().state == RunState.QUEUED:
                    left.append((run.metadata().created, run.id))
        for _, name in sorted(left):
            self._enqueue(name)

    def _next(self, slots: int) -> Task | None:
        """Who is next. A run does one thing at a time, in the order in which it asked for them."""
        taken = {busy.task.run.id for busy in self.running}
        free = []
        for task in self.waiting:
            if task.run.id not in taken:
                taken.add(task.run.id)
                free.append(task)
        place = pick_fair_share([task.owner for task in free], [busy.task.owner for busy in self.running], slots)
        return None if place is None else free[place]

    def _start(self, task: Task) -> None:
        try:
            if words := task.rejection_reason():
                self._report_outcome(task, Outcome(RunState.FAILED, {"reason": words}))
            else:
                self.running.append(RunningTask(task, self.executor.start(task.run, task.kind), self.clock()))
        except Exception:
            _log.exception("%s could not be begun", task.id)
            self._report_outcome(task, Outcome(RunState.FAILED, {"reason": "It could not be begun"}))

    def _report_outcome(self, task: Task, outcome: Outcome) -> None:
        """Say how a task ended; what a full disk does not take now is said again later."""
        try:
            if task.run.path.exists():
                task.report(outcome)
        except OSError:
            self._unreported.append((task, outcome))

    def _reap(self) -> None:
        for busy in list(self.running):
            code = busy.handle.poll()
            if code is None:
                continue
            self.running.remove(busy)
            if not busy.task.run.path.exists():
                continue
            with log_errors():
                if code == ExitCode.NODE_LOST and busy.task.retry_after_node_loss():
                    self.waiting.insert(0, busy.task)
                    self._report_outcome(busy.task, NODE_LOST)
                elif busy.requested_again and busy.task.should_requeue():
                    self._enqueue(busy.task.id)
                elif outcome := busy.task.outcome_for(code):
                    self._report_outcome(busy.task, outcome)

    def _enforce_time_limits(self) -> None:
        now = self.clock()
        for busy in self.running:
            if busy.stop_requested_at is None and now - busy.started_at > 60 * MAX_MINUTES:
                with log_errors():
                    busy.task.request_stop()
                busy.stop_requested_at = now
            if not busy.task.run.path.exists() or (
                busy.stop_requested_at and now - busy.stop_requested_at > KILL_GRACE_SECONDS
            ):
                busy.handle.kill()

    def _drop_cancelled(self) -> None:
        """Who waits but is to be paused or stopped, or was deleted, waits no longer."""
        for task in list(self.waiting):
            if not task.run.path.exists():
                self.waiting.remove(task)
                continue
            with log_errors():
                if outcome := task.cancelled_outcome():
                    self.waiting.remove(task)
                    self._report_outcome(task, outcome)

    def _publish_queue(self, slots: int, ready: bool) -> None:
        queue = json.dumps(
            {
                "pid": os.getpid(),
                "ready": ready,
                "slots": slots,
                "missing": self.executor.waiting_for,
                "running": [busy.task.id for busy in self.running],
                "waiting": [task.id for task in self.waiting],
            }
        )
        if queue != self._published:
            write_atomic(self.folder / QUEUE_FILE, queue.encode())
            self._published = queue


def _is_landscape(name: str) -> bool:
    return name.endswith(f".{LANDSCAPE}")


def _remove(files: Iterable[Path]) -> None:
    for path in files:
        with log_errors():
            path.unlink(missing_ok=True)


def _quarantine_if_damaged(path: Path) -> None:
    """A file that is there, but holds no names and values, makes room for one that does."""
    try:
        read_json_object(path)
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        quarantine(path, path.parent)

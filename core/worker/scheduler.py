"""Who is next: the queue of all tasks, and what is at work; it begins, limits and ends, round after round.

It looks into the folder's inbox for runs that wait for a task, to be trained or to have their loss landscape computed,
and says in service.json who is at work and who waits.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import re
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.runs.atomic_files import quarantine, read_json_object, write_atomic
from core.runs.eta import SPEED_FILE as SPEED_FILE
from core.runs.exit_codes import ExitCode
from core.runs.limits import MAX_MINUTES
from core.runs.run import INBOX, LANDSCAPE, QUEUE_FILE, TRAIN, Run
from core.runs.service_client import read_queue
from core.runs.states import RunState
from core.worker.executor import Executor, TaskHandle
from core.worker.retention import Retention
from core.worker.tasks import REASON_NODE_LOST, TASK_TYPES, Task

_log = logging.getLogger(__name__)

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
        self._unreported: list[tuple[Task, RunState, dict[str, Any]]] = []
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
                        run.set_status(RunState.QUEUED, reason=REASON_NODE_LOST, lost=True)
                    elif state == RunState.RUNNING:
                        run.set_status(RunState.INTERRUPTED, reason="The training program ended")
        self.retention.note_stale_temp_files()  # now that none is at work
        told = read_queue(self.folder)
        self._requeue_orphans()
        for name in filter(_is_landscape, told.running + told.waiting):
            self._enqueue(name)

    def tick(self, begins: bool = True) -> None:
        """One round: who came, who is done, who is next; the last not before the service can begin anything."""
        found = self._found_in_inbox()
        for path in found:
            if not _is_landscape(path.name):
                with log_errors():
                    path.unlink(missing_ok=True)
            self._enqueue(path.name)
        unsaid, self._unreported = self._unreported, []
        for task, state, more in unsaid:
            self._report_outcome(task, state, **more)
        self._reap()
        self._enforce_time_limits()
        self._drop_cancelled()
        slots = self.executor.slots()
        while begins and len(self.running) < slots and (one := self._next(slots)):
            self.waiting.remove(one)
            self._start(one)
        with log_errors():
            self._publish_queue(slots, begins)
        for path in found:
            if _is_landscape(
                path.name
            ):  # only now: until it was told who waits, this file was all that a page could see
                with log_errors():
                    path.unlink(missing_ok=True)
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
                    busy.task.report(outcome[0], **outcome[1])
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
        run_id, _, task = name.partition(".")
        task_type, run = TASK_TYPES.get(task or TRAIN), None
        with log_errors():
            run = Run.find(run_id, self.folder)
        if run is None or task_type is None or any(name == other.id for other in self.waiting):
            return
        for busy in self.running:
            if busy.task.id == name:
                busy.requested_again = True
                return
        with log_errors():
            one = task_type(run)
            if one.should_enqueue():
                self.waiting.append(one)

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
        for one in self.waiting:
            if one.run.id not in taken:
                taken.add(one.run.id)
                free.append(one)
        place = pick_fair_share([one.owner for one in free], [busy.task.owner for busy in self.running], slots)
        return None if place is None else free[place]

    def _start(self, one: Task) -> None:
        try:
            if words := one.rejection_reason():
                self._report_outcome(one, RunState.FAILED, reason=words)
            else:
                self.running.append(RunningTask(one, self.executor.start(one.run, one.kind), self.clock()))
        except Exception:
            _log.exception("%s could not be begun", one.id)
            self._report_outcome(one, RunState.FAILED, reason="It could not be begun")

    def _report_outcome(self, task: Task, state: RunState, **more: Any) -> None:
        """Say how a task ended; what a full disk does not take now is said again later."""
        try:
            if task.run.path.exists():
                task.report(state, **more)
        except OSError:
            self._unreported.append((task, state, more))

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
                    self._report_outcome(busy.task, RunState.QUEUED, reason=REASON_NODE_LOST, lost=True)
                elif busy.requested_again and busy.task.should_requeue():
                    self._enqueue(busy.task.id)
                elif outcome := busy.task.outcome_for(code):
                    self._report_outcome(busy.task, outcome[0], **outcome[1])

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
        for one in list(self.waiting):
            if not one.run.path.exists():
                self.waiting.remove(one)
                continue
            with log_errors():
                if outcome := one.cancelled_outcome():
                    self.waiting.remove(one)
                    self._report_outcome(one, outcome[0], **outcome[1])

    def _publish_queue(self, slots: int, ready: bool) -> None:
        told = json.dumps(
            {
                "pid": os.getpid(),
                "ready": ready,
                "slots": slots,
                "missing": self.executor.waiting_for,
                "running": [busy.task.id for busy in self.running],
                "waiting": [one.id for one in self.waiting],
            }
        )
        if told != self._published:
            write_atomic(self.folder / QUEUE_FILE, told.encode())
            self._published = told


_TEMP_SUFFIX = re.compile(r"\.[0-9a-f]{8}\.new")  # another one at each try to write a file
_recent_tracebacks: deque[str] = deque(
    maxlen=100
)  # the misfortunes that were told lately: most come again at each look


def _is_landscape(name: str) -> bool:
    return name.endswith(f".{LANDSCAPE}")


def _quarantine_if_damaged(path: Path) -> None:
    """A file that is there, but holds no names and values, makes room for one that does."""
    try:
        read_json_object(path)
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        quarantine(path, path.parent)


@contextlib.contextmanager
def log_errors() -> Iterator[None]:
    """A full disk or a damaged folder is one run's misfortune: the service says so in its log, once, and goes on.

    Whatever it is, even a mistake of ours: others are being trained, and would be interrupted.
    """
    try:
        yield
    except Exception:
        words = traceback.format_exc()
        same = _TEMP_SUFFIX.sub("", words)
        if same not in _recent_tracebacks:
            _recent_tracebacks.append(same)
            _log.error(words.rstrip())

"""Who is next: the queue of all turns, and what is at work; it begins, limits and ends, round after round.

It looks into the folder's inbox for runs that want a turn, to be trained or to have their hill made, and says in
service.json who is at work and who waits.
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
from core.runs.eta import FILE as SPEED_FILE
from core.runs.exit_codes import ExitCode
from core.runs.limits import MINUTES
from core.runs.run import INBOX, LANDSCAPE, QUEUE_FILE, TRAIN, Run
from core.runs.service_client import read_queue
from core.runs.states import RunState
from core.worker.executor import Work, Workplace
from core.worker.retention import Retention
from core.worker.tasks import LOST_REASON, TURNS, Turn

_log = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds from the wish to stop a run to its end by force
TIDYING = 60.0  # seconds between looks at what may be thrown away


def next_run(waiting: Sequence[str], running: Sequence[str], slots: int) -> int | None:
    """The place in the queue of the first of those whose owner has the fewest at work; None if there is none.

    `waiting` and `running` are owners. One owner has all places but one at most, so that another who comes finds one.
    """
    at_work = Counter(running)
    allowed = [place for place, owner in enumerate(waiting) if at_work[owner] < max(1, slots - 1)]
    return min(allowed, key=lambda place: at_work[waiting[place]], default=None)


class AtWork:
    """A turn at work."""

    def __init__(self, turn: Turn, work: Work, began: float) -> None:
        self.turn, self.work, self.began = turn, work, began
        self.told_to_stop: float | None = None
        self.asked_again = False  # for a turn, while it was still ending


class Scheduler:
    """The queue, and what is at work.

    One round after the other it sees to both; nothing in it waits.
    """

    def __init__(self, folder: Path, workplace: Workplace, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder, self.workplace, self.clock = folder, workplace, clock
        self.waiting: list[Turn] = []
        self.at_work: list[AtWork] = []
        self.told = ""
        self.unsaid: list[tuple[Turn, RunState, dict[str, Any]]] = []
        self.tidied = -math.inf
        self.retention = Retention(folder, lambda: self.clock())

    def take_over(self) -> None:
        """What an earlier service left: trainings in its hands were interrupted; all else waits, as it last told.

        On a cluster they wait, too: the service also ends when the cluster's head is lost.
        """
        for damaged in (QUEUE_FILE, SPEED_FILE):
            with one_bad_run():
                _set_aside_if_damaged(self.folder / damaged)
        for path in list(self.folder.iterdir()):
            with one_bad_run():
                if run := Run.find(path.name, self.folder):
                    state = run.status().state
                    if state == RunState.RUNNING and self.workplace.may_be_lost:
                        run.set_status(RunState.QUEUED, reason=LOST_REASON, lost=True)
                    elif state == RunState.RUNNING:
                        run.set_status(RunState.INTERRUPTED, reason="The training program ended")
        self.retention.note_torn()  # now that none is at work
        told = read_queue(self.folder)
        self._enqueue_forgotten()
        for name in filter(_is_hill, told.running + told.waiting):
            self._enqueue(name)

    def look(self, begins: bool = True) -> None:
        """One round: who came, who is done, who is next; the last not before the service can begin anything."""
        found = self._found_in_inbox()
        for path in found:
            if not _is_hill(path.name):
                with one_bad_run():
                    path.unlink(missing_ok=True)
            self._enqueue(path.name)
        unsaid, self.unsaid = self.unsaid, []
        for turn, state, more in unsaid:
            self._report(turn, state, **more)
        self._reap()
        self._limit()
        self._let_go()
        slots = self.workplace.slots()
        while begins and len(self.at_work) < slots and (one := self._next(slots)):
            self.waiting.remove(one)
            self._begin(one)
        with one_bad_run():
            self._tell(slots, begins)
        for path in found:
            if _is_hill(path.name):  # only now: until it was told who waits, this file was all that a page could see
                with one_bad_run():
                    path.unlink(missing_ok=True)
        if self.clock() - self.tidied > TIDYING:
            self.tidied = self.clock()
            with one_bad_run():
                self.retention.tidy()
            with one_bad_run():
                self._enqueue_forgotten()

    def end(self) -> None:
        """End all processes at work."""
        for busy in self.at_work:
            busy.work.kill()
            busy.work.code(wait=True)
            with one_bad_run():
                if outcome := busy.turn.ended(None):
                    busy.turn.report(outcome[0], **outcome[1])
        self.at_work = []
        with one_bad_run():
            self.retention.end()
        self.workplace.end()

    def _found_in_inbox(self) -> list[Path]:
        """The words in the inbox, the oldest first; what is no file there is none, and is set aside."""
        inbox, found = self.folder / INBOX, []
        with one_bad_run():
            if inbox.exists() and not inbox.is_dir():
                quarantine(inbox, self.folder)
            inbox.mkdir(parents=True, exist_ok=True)
            for path in inbox.iterdir():
                with one_bad_run():
                    if path.is_dir() and not path.is_symlink():
                        quarantine(path, self.folder)
                    else:
                        found.append((path.lstat().st_mtime_ns, path))
        return [path for _, path in sorted(found)]

    def _enqueue(self, name: str) -> None:
        run_id, _, task = name.partition(".")
        turn, run = TURNS.get(task or TRAIN), None
        with one_bad_run():
            run = Run.find(run_id, self.folder)
        if run is None or turn is None or any(name == other.name for other in self.waiting):
            return
        for busy in self.at_work:
            if busy.turn.name == name:
                busy.asked_again = True
                return
        with one_bad_run():
            one = turn(run)
            if one.is_due():
                self.waiting.append(one)

    def _enqueue_forgotten(self) -> None:
        """Runs that say that they wait, but nobody said it here: a full disk or a kill came between. By their age."""
        known: set[str] = {busy.turn.name for busy in self.at_work}
        left: list[tuple[float, str]] = []
        for path in list(self.folder.iterdir()):
            with one_bad_run():
                run = Run.find(path.name, self.folder)
                if run and run.id not in known and run.status().state == RunState.QUEUED:
                    left.append((run.metadata().created, run.id))
        for _, name in sorted(left):
            self._enqueue(name)

    def _next(self, slots: int) -> Turn | None:
        """Who is next. A run does one thing at a time, in the order in which it asked for them."""
        taken = {busy.turn.run.id for busy in self.at_work}
        free = []
        for one in self.waiting:
            if one.run.id not in taken:
                taken.add(one.run.id)
                free.append(one)
        place = next_run([one.owner for one in free], [busy.turn.owner for busy in self.at_work], slots)
        return None if place is None else free[place]

    def _begin(self, one: Turn) -> None:
        try:
            if words := one.refusal():
                self._report(one, RunState.FAILED, reason=words)
            else:
                self.at_work.append(AtWork(one, self.workplace.start(one.run, one.task), self.clock()))
        except Exception:
            _log.exception("%s could not be begun", one.name)
            self._report(one, RunState.FAILED, reason="It could not be begun")

    def _report(self, turn: Turn, state: RunState, **more: Any) -> None:
        """Say how a turn ended; what a full disk does not take now is said again later."""
        try:
            if turn.run.path.exists():
                turn.report(state, **more)
        except OSError:
            self.unsaid.append((turn, state, more))

    def _reap(self) -> None:
        for busy in list(self.at_work):
            code = busy.work.code()
            if code is None:
                continue
            self.at_work.remove(busy)
            if not busy.turn.run.path.exists():
                continue
            with one_bad_run():
                if code == ExitCode.NODE_LOST and busy.turn.waits_again():
                    self.waiting.insert(0, busy.turn)
                    self._report(busy.turn, RunState.QUEUED, reason=LOST_REASON, lost=True)
                elif busy.asked_again and busy.turn.is_due_again():
                    self._enqueue(busy.turn.name)
                elif outcome := busy.turn.ended(code):
                    self._report(busy.turn, outcome[0], **outcome[1])

    def _limit(self) -> None:
        now = self.clock()
        for busy in self.at_work:
            if busy.told_to_stop is None and now - busy.began > 60 * MINUTES:
                with one_bad_run():
                    busy.turn.time_is_up()
                busy.told_to_stop = now
            if not busy.turn.run.path.exists() or (busy.told_to_stop and now - busy.told_to_stop > PATIENCE):
                busy.work.kill()

    def _let_go(self) -> None:
        """Who waits but is to be paused or stopped, or was deleted, waits no longer."""
        for one in list(self.waiting):
            if not one.run.path.exists():
                self.waiting.remove(one)
                continue
            with one_bad_run():
                if outcome := one.given_up():
                    self.waiting.remove(one)
                    self._report(one, outcome[0], **outcome[1])

    def _tell(self, slots: int, ready: bool) -> None:
        told = json.dumps(
            {
                "pid": os.getpid(),
                "ready": ready,
                "slots": slots,
                "missing": self.workplace.missing,
                "running": [busy.turn.name for busy in self.at_work],
                "waiting": [one.name for one in self.waiting],
            }
        )
        if told != self.told:
            write_atomic(self.folder / QUEUE_FILE, told.encode())
            self.told = told


NAME_BESIDE = re.compile(r"\.[0-9a-f]{8}\.new")  # another one at each try to write a file
_said: deque[str] = deque(maxlen=100)  # the misfortunes that were told lately: most come again at each look


def _is_hill(name: str) -> bool:
    return name.endswith(f".{LANDSCAPE}")


def _set_aside_if_damaged(path: Path) -> None:
    """A file that is there, but holds no names and values, makes room for one that does."""
    try:
        read_json_object(path)
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        quarantine(path, path.parent)


@contextlib.contextmanager
def one_bad_run() -> Iterator[None]:
    """A full disk or a damaged folder is one run's misfortune: the service says so in its log, once, and goes on.

    Whatever it is, even a mistake of ours: others are being trained, and would be interrupted.
    """
    try:
        yield
    except Exception:
        words = traceback.format_exc()
        same = NAME_BESIDE.sub("", words)
        if same not in _said:
            _said.append(same)
            _log.error(words.rstrip())

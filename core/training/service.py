"""The training service: one program that has Keras loaded, and forks a process for each run.

    python -m core.training.service FOLDER

It is started with the app and ends with it: when its standard input closes. It looks into the folder's inbox for
runs that want a turn, trains some at a time (TRAINING_SLOTS, 2), in the order in which they came but at most one for
each owner, and says in service.json who is being trained and who waits.
"""

from __future__ import annotations

import contextlib
import gc
import json
import math
import os
import select
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.training.limits import MINUTES, SLOTS, refusal
from core.training.processes import kill, start_job, wait
from core.training.retention import clear_away_torn, tidy
from core.training.run_folder import (
    CAN_GO_ON,
    FAILED,
    GOING,
    INBOX,
    INTERRUPTED,
    QUEUED,
    RUNNING,
    STATE_FILE,
    Run,
    write_whole,
)
from core.training.speed import measure, read_speed, write_speed
from core.training.training_data import mnist
from core.training.wishes import Wishes

PATIENCE = 30.0  # seconds from the wish to stop a run to its end by force
LOOK = 0.05  # seconds between looks
TIDYING = 60.0  # seconds between looks at what may be thrown away
ENDINGS = {  # by a process' exit code; the compiler gives up with an abort when it gets no memory
    3: (FAILED, "There was not enough memory for it"),
    4: (FAILED, "The disk of this server is full"),
    -6: (FAILED, "It broke down, most likely for want of memory"),
}


def next_run(waiting: Sequence[str], running: Sequence[str]) -> int | None:
    """The place in the queue of the first whose owner has no run at work; None if there is none. Both are owners."""
    return next((place for place, owner in enumerate(waiting) if owner not in running), None)


class Child:
    """A process that trains one run."""

    def __init__(self, run: Run, owner: str, pid: int, began: float) -> None:
        self.run, self.owner, self.pid, self.began = run, owner, pid, began
        self.told_to_stop: float | None = None
        self.asked_again = False  # for a turn, while it was still ending


class Waiting:
    """A run that wants a turn."""

    def __init__(self, run: Run) -> None:
        self.run, self.owner, self.wishes = run, run.about()["owner"], Wishes(run.path)


class Service:
    """The queue, and the processes at work."""

    def __init__(self, folder: Path, start: Callable[[Run], int], clock: Callable[[], float] = time.monotonic) -> None:
        self.folder, self.start, self.clock = folder, start, clock
        self.waiting: list[Waiting] = []
        self.children: list[Child] = []
        self.told = ""
        self.unsaid: list[tuple[Run, str, dict[str, Any]]] = []
        self.tidied = -math.inf
        (folder / INBOX).mkdir(parents=True, exist_ok=True)

    def take_over(self) -> None:
        """What an earlier service left: runs in its hands were interrupted, runs in its queue wait on."""
        left = []
        clear_away_torn(self.folder)
        for path in self.folder.iterdir():
            with _one_bad_run():
                if run := Run.find(path.name, self.folder):
                    state = run.status()["state"]
                    if state == RUNNING:
                        run.set_status(INTERRUPTED, reason="The training program ended")
                    if state == QUEUED:
                        left.append((run.about()["created"], run.id))
        for _, name in sorted(left):
            self._enqueue(name)

    def look(self, slots: int = SLOTS) -> None:
        """One round: who came, who is done, who is next; at most so many are trained at a time."""
        inbox = self.folder / INBOX
        found = [(path.stat().st_mtime_ns, path) for path in inbox.iterdir()]
        for _, path in sorted(found):
            path.unlink(missing_ok=True)
            self._enqueue(path.name)
        unsaid, self.unsaid = self.unsaid, []
        for run, state, more in unsaid:
            self._say(run, state, **more)
        self._reap()
        self._limit()
        self._let_go()
        while len(self.children) < slots:
            place = next_run([one.owner for one in self.waiting], [child.owner for child in self.children])
            if place is None:
                break
            self._begin(self.waiting.pop(place))
        with _one_bad_run():
            self._tell()
        if self.clock() - self.tidied > TIDYING:
            self.tidied = self.clock()
            with _one_bad_run():
                tidy(self.folder)

    def end(self) -> None:
        """End all processes at work."""
        for child in self.children:
            kill(child.pid)
            wait(child.pid, block=True)
            with _one_bad_run():
                if child.run.status()["state"] in GOING:  # else it had just ended
                    child.run.set_status(INTERRUPTED, reason="The app was shut down")
        self.children = []

    def _enqueue(self, name: str) -> None:
        run = Run.find(name, self.folder)
        if run is None or any(name == other.run.id for other in self.waiting):
            return
        for child in self.children:
            if child.run.id == name:
                child.asked_again = True
                return
        with _one_bad_run():
            state = run.status()["state"]
            if state in CAN_GO_ON:
                run.set_status(QUEUED)
            if state in (QUEUED, *CAN_GO_ON):  # else it is done already, and a late tab has asked
                self.waiting.append(Waiting(run))

    def _begin(self, one: Waiting) -> None:
        try:
            if words := refusal(one.run.config()):
                self._say(one.run, FAILED, reason=words)
            else:
                self.children.append(Child(one.run, one.owner, self.start(one.run), self.clock()))
        except (OSError, ValueError, KeyError):
            traceback.print_exc()
            self._say(one.run, FAILED, reason="It could not be begun")

    def _say(self, run: Run, state: str, **more: Any) -> None:
        """Set a state; what a full disk does not take now is said again later."""
        try:
            if run.path.exists():
                run.set_status(state, **more)
        except OSError:
            self.unsaid.append((run, state, more))

    def _reap(self) -> None:
        for child in list(self.children):
            code = wait(child.pid)
            if code is None:
                continue
            self.children.remove(child)
            if not child.run.path.exists():
                continue
            with _one_bad_run():
                state = child.run.status()["state"]
                if child.asked_again and state != RUNNING and Wishes(child.run.path).now().end is None:
                    self._enqueue(child.run.id)
                elif state in GOING:
                    state, reason = ENDINGS.get(code, (INTERRUPTED, "Its process ended"))
                    self._say(child.run, state, reason=reason)

    def _limit(self) -> None:
        now = self.clock()
        for child in self.children:
            if child.told_to_stop is None and now - child.began > 60 * MINUTES:
                with _one_bad_run():
                    child.run.command("time_is_up")
                child.told_to_stop = now
            if not child.run.path.exists() or (child.told_to_stop and now - child.told_to_stop > PATIENCE):
                kill(child.pid)

    def _let_go(self) -> None:
        """Who waits but is to be paused or stopped, or was deleted, waits no longer."""
        for one in list(self.waiting):
            if not one.run.path.exists():
                self.waiting.remove(one)
            elif ending := one.wishes.now().end:
                self.waiting.remove(one)
                self._say(one.run, ending[0], **ending[1])

    def _tell(self) -> None:
        told = json.dumps(
            {
                "pid": os.getpid(),
                "slots": SLOTS,
                "running": [child.run.id for child in self.children],
                "waiting": [one.run.id for one in self.waiting],
            }
        )
        if told != self.told:
            write_whole(self.folder / STATE_FILE, told.encode())
            self.told = told


@contextlib.contextmanager
def _one_bad_run() -> Iterator[None]:
    """A full disk or a damaged folder is one run's misfortune: the service says so in its log and goes on."""
    try:
        yield
    except (OSError, ValueError, KeyError):
        traceback.print_exc()


def _only_service(folder: Path) -> Any:
    """A lock on the folder, held while this process lives; None if another service has it."""
    try:
        import fcntl
    except ImportError:
        return True
    file = (folder / ".lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return None
    return file


def main() -> None:
    """Serve until standard input closes."""
    folder = Path(sys.argv[1])
    service = Service(folder, start_job)
    lock = _only_service(folder)
    if lock is None:
        return
    service.take_over()
    service.look(slots=0)  # so that it is said who waits, before the long import
    import core.training.job  # noqa: F401  the import that all jobs share

    mnist()
    with _one_bad_run():
        old = read_speed(folder)
        write_speed(folder, replace(measure(), correction=old.correction if old else 1.0))
    gc.freeze()  # what is shared is not touched by the collector, and so stays shared
    print("ready", flush=True)
    while not _input_closed():
        service.look()
    service.end()


def _input_closed() -> bool:
    """Wait a moment; whether the app that started this is gone."""
    if sys.platform == "win32":
        time.sleep(LOOK)
        return False
    readable, _, _ = select.select([sys.stdin], [], [], LOOK)
    return bool(readable) and not os.read(0, 1024)


if __name__ == "__main__":
    main()

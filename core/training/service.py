"""The training service: one program that has Keras loaded, and forks a process for each run.

    python -m core.training.service FOLDER

It is started with the app and ends with it: when its standard input closes. It looks into the folder's inbox for
runs that want a turn, trains some at a time (TRAINING_SLOTS, 2), in the order in which they came but at most one for
each owner, and says in service.json who is being trained and who waits.

A process is forked before TensorFlow has started anything: so it is there in 0.02 s instead of 14, and shares the
memory of the imports. Where there is no fork (Windows), each run starts a program of its own.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.training.run_folder import FAILED, GOING, INBOX, INTERRUPTED, QUEUED, RUNNING, Run, write_whole

SLOTS = int(os.environ.get("TRAINING_SLOTS", "2"))
MINUTES = float(os.environ.get("TRAINING_MINUTES", "30"))  # a run that takes longer is stopped and kept
MEMORY = int(os.environ.get("TRAINING_MEMORY_MB", "1500")) * 1024 * 1024  # of data, the imports included
PATIENCE = 30.0  # seconds from the wish to stop a run to its end by force
LOOK = 0.05  # seconds between looks
STATE_FILE = "service.json"
DEATH_SIGNAL = 1  # prctl(PR_SET_PDEATHSIG): Linux ends the child when its parent is gone


def next_run(waiting: Sequence[tuple[str, str]], running_owners: Sequence[str]) -> int | None:
    """The place in the queue of the first (run, owner) whose owner has none running; None if there is none."""
    return next((n for n, (_, owner) in enumerate(waiting) if owner not in running_owners), None)


class Child:
    """A process that trains one run."""

    def __init__(self, run: Run, owner: str, pid: int, began: float) -> None:
        self.run, self.owner, self.pid, self.began = run, owner, pid, began
        self.told_to_stop: float | None = None


class Service:
    """The queue, and the processes at work."""

    def __init__(self, folder: Path, start: Callable[[Run], int], clock: Callable[[], float] = time.monotonic) -> None:
        self.folder, self.start, self.clock = folder, start, clock
        self.waiting: list[tuple[str, str]] = []
        self.children: list[Child] = []
        self.told = ""
        (folder / INBOX).mkdir(parents=True, exist_ok=True)

    def take_over(self) -> None:
        """What an earlier service left: runs in its hands were interrupted, runs in its queue wait on."""
        left = []
        for path in self.folder.iterdir():
            if path.name.startswith(".") and path.name.endswith(".new"):
                _remove(path)
            run = Run.find(path.name, self.folder)
            if run is None:
                continue
            state = run.status()["state"]
            if state == RUNNING:
                run.set_status(INTERRUPTED, reason="the training program ended")
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
        self._reap()
        self._limit()
        while len(self.children) < slots:
            place = next_run(self.waiting, [child.owner for child in self.children])
            if place is None:
                break
            name, owner = self.waiting.pop(place)
            run = Run.find(name, self.folder)
            if run is not None:  # it may have been deleted while it waited
                self.children.append(Child(run, owner, self.start(run), self.clock()))
        self._tell()

    def end(self) -> None:
        """End all processes at work."""
        for child in self.children:
            _kill(child.pid)
            _wait(child.pid, block=True)
            child.run.set_status(INTERRUPTED, reason="the app was shut down")
        self.children = []

    def _enqueue(self, name: str) -> None:
        run = Run.find(name, self.folder)
        if run is None or any(name == other for other, _ in self.waiting):
            return
        if any(child.run.id == name for child in self.children):
            return
        if run.status()["state"] != QUEUED:
            run.set_status(QUEUED)
        self.waiting.append((name, run.about()["owner"]))

    def _reap(self) -> None:
        for child in list(self.children):
            code = _wait(child.pid)
            if code is None:
                continue
            self.children.remove(child)
            if child.run.path.exists() and child.run.status()["state"] in GOING:
                if code == 3:
                    child.run.set_status(FAILED, reason="there was not enough memory")
                elif code == 4:
                    child.run.set_status(FAILED, reason="the disk is full")
                else:
                    child.run.set_status(INTERRUPTED, reason="its process ended")

    def _limit(self) -> None:
        now = self.clock()
        for child in self.children:
            if child.told_to_stop is None and now - child.began > 60 * MINUTES:
                child.run.command("time_is_up")
                child.told_to_stop = now
            if not child.run.path.exists() or (child.told_to_stop and now - child.told_to_stop > PATIENCE):
                _kill(child.pid)

    def _tell(self) -> None:
        told = json.dumps(
            {
                "pid": os.getpid(),
                "slots": SLOTS,
                "running": [child.run.id for child in self.children],
                "waiting": [name for name, _ in self.waiting],
            }
        )
        if told != self.told:
            write_whole(self.folder / STATE_FILE, told.encode())
            self.told = told


def _remove(path: Path) -> None:
    for inner in sorted(path.rglob("*"), reverse=True):
        inner.rmdir() if inner.is_dir() else inner.unlink()
    path.rmdir()


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)


_programs: dict[int, subprocess.Popen[bytes]] = {}  # where there is no fork


def _wait(pid: int, block: bool = False) -> int | None:
    """The exit code of a child; None while it lives."""
    if pid in _programs:
        code = _programs[pid].wait() if block else _programs[pid].poll()
        if code is not None:
            del _programs[pid]
        return code
    ended, status = os.waitpid(pid, 0 if block else os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def start_job(run: Run) -> int:
    """Start a process that trains this run; its number."""
    if not hasattr(os, "fork"):
        command = [sys.executable, "-m", "core.training.service", "--run", str(run.path)]
        program = subprocess.Popen(command)  # noqa: S603  our own program
        _programs[program.pid] = program
        return program.pid
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _become_a_job(run)
        code = run_job(run)
    finally:
        os._exit(code)  # nothing of the parent's is to be cleaned up here


def _become_a_job(run: Run) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL)
    os.nice(5)  # pages come first
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    log = os.open(run.path / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)


def run_job(run: Run) -> int:
    """Train a run; 0 if it ended as it should, 3 for no memory, 4 for no disk, 1 for anything else."""
    import traceback

    import tensorflow as tf

    from core.training.job import train_run

    try:
        train_run(run)
    except (MemoryError, tf.errors.ResourceExhaustedError):
        traceback.print_exc()
        return 3
    except OSError:
        traceback.print_exc()
        return 4
    except Exception:
        traceback.print_exc()
        return 1
    return 0


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
    if sys.argv[1] == "--run":
        sys.exit(run_job(Run(Path(sys.argv[2]))))
    folder = Path(sys.argv[1])
    service = Service(folder, start_job)
    lock = _only_service(folder)
    if lock is None:
        return
    service.take_over()
    service.look(slots=0)  # so that it is said who waits, before the long import
    import core.training.job  # noqa: F401  the import that all jobs share

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

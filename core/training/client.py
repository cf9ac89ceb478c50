"""The training service as the app sees it: started with it, started again when it dies, ended with it."""

from __future__ import annotations

import contextlib
import heapq
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from core.bundle import ROOT, BundledFileError
from core.digits import load_test_set, load_training_set
from core.shared_arrays import for_a_child
from core.training.limits import SLOTS
from core.training.run_folder import INBOX, QUEUE_FILE, runs_folder
from core.training.whole_files import is_whole, read_dict

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds before it is started again, more when it dies again and again

LONGEST_LOG = 1_000_000  # bytes; a longer one is begun anew when the service is

MISSING = ("", "cluster", "machine")


@dataclass(frozen=True)
class Queue:
    """Who is being trained and who waits, by run id."""

    running: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    slots: int = SLOTS  # how many can be at work
    missing: str = ""  # what all wait for, see workplace.py

    def place(self, run_id: str) -> int | None:
        """1 for the next in the queue; None for one that does not wait."""
        return self.waiting.index(run_id) + 1 if run_id in self.waiting else None


def expected_wait(remaining: Sequence[float], waiting: Sequence[float], slots: int) -> float:
    """Seconds until the next in the queue has its turn.

    `remaining`: what each run at work still needs; `waiting`: what each that waits before it will need, in order.
    """
    ends = sorted(remaining)
    for seconds in waiting:
        free = 0.0 if len(ends) < slots else heapq.heappop(ends)
        heapq.heappush(ends, free + seconds)
    return 0.0 if len(ends) < slots else ends[0]


def read_queue(folder: Path | None = None) -> Queue:
    """The queue as the service last told it; an empty one if it told none, or its file is damaged."""
    try:
        told = read_dict((folder or runs_folder()) / QUEUE_FILE)
    except (OSError, ValueError):
        return Queue()
    running, waiting, slots = told.get("running", 0), told.get("waiting", 0), told.get("slots", SLOTS)
    missing = told.get("missing", "")
    if not (_are_names(running) and _are_names(waiting) and is_whole(slots) and missing in MISSING):
        return Queue()
    return Queue(tuple(running), tuple(waiting), slots, missing)


def _are_names(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


class TrainingService:
    """The service's process and the thread that watches it."""

    def __init__(self, folder: Path | None = None, **environment: str) -> None:
        self.folder = folder or runs_folder()
        self.environment = {**ONE_THREAD, **environment}
        self.ready = threading.Event()  # the long import is over
        self._ended = threading.Event()
        self._starting = threading.Lock()  # between the question whether all is ended and a process that can be ended
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_alive, name="training service", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The number of the process, if it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def end(self) -> None:
        """End the service and all that it trains; runs can be continued."""
        with self._starting:
            self._ended.set()
            process = self._process
        if process and process.stdin:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()  # what the service waits for
        self._thread.join()

    def _keep_alive(self) -> None:
        pause = FIRST_PAUSE
        while not self._ended.is_set():
            try:
                self._serve()
            except OSError as error:  # no memory or no disk for it now
                print(f"The training service was not started ({error}). Again in {pause:g} s.", file=sys.stderr)
            if self.ready.is_set():
                pause = FIRST_PAUSE
            self.ready.clear()
            self._ended.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _serve(self) -> None:
        """Start the service, unless all is to end, and wait for its end.

        Raises:
            OSError: there is no process for it, or no disk for its folder.
        """
        (self.folder / INBOX).mkdir(parents=True, exist_ok=True)
        log_file = self.folder / "service.log"
        is_long = log_file.exists() and log_file.stat().st_size > LONGEST_LOG
        with contextlib.suppress(BundledFileError):  # then the service will say so
            load_training_set(), load_test_set()
        descriptors, where_they_are = for_a_child()
        with log_file.open("wb" if is_long else "ab") as log, self._starting:
            if self._ended.is_set():
                return
            self._process = process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-m", "core.training.service", str(self.folder)],
                cwd=ROOT,
                stdin=subprocess.PIPE,  # closes when this process ends, however it ends
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self.environment, **where_they_are},
                pass_fds=descriptors,
            )
        with process:  # waits for its end, and closes its pipes
            for line in process.stdout or ():
                if line == b"ready\n":
                    self.ready.set()

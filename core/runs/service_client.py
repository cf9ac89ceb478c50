"""The training service as the app sees it: started with it, started again when it dies, ended with it."""

from __future__ import annotations

import contextlib
import heapq
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from core.bundled_files import BundledFileError
from core.data.mnist import load_test_set, load_training_set
from core.data.shared_memory import child_environment
from core.paths import ROOT
from core.runs.atomic_files import is_integer, read_json_object
from core.runs.exit_codes import MESSAGES, ExitCode, exit_code_of
from core.runs.leadership import HeartbeatMonitor, is_led
from core.runs.limits import SLOTS
from core.runs.run import INBOX, QUEUE_FILE, runs_folder

_log = logging.getLogger(__name__)

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
MIN_RETRY_SECONDS, MAX_RETRY_SECONDS = (
    0.5,
    60.0,
)  # seconds before it is started again, more when it dies again and again

STANDBY_POLL_SECONDS = 0.5  # seconds between looks whether another's service still leads
TAKEOVER_SECONDS = 5.0  # seconds; who leads for less is one's own that died, or another that fails as well
MIN_UPTIME_SECONDS = 60.0  # seconds that a service has worked which did not fail
POLL_SECONDS = 1.0  # seconds between looks at its heartbeat
UNRESPONSIVE_SECONDS = 15.0  # seconds without a heartbeat after which that is said
MAX_SILENCE_SECONDS, MAX_STARTUP_SECONDS = 90.0, 600.0  # seconds until it is ended by force; while it imports Keras
SHUTDOWN_SECONDS = 15.0  # seconds for it to end all that it trains
EXIT_ALREADY_LED = 75  # its exit code where another leads

LOG = "service.log"
MAX_LOG_BYTES = 1_000_000  # bytes; a longer one is begun anew when the service is
MAX_LOG_LINE, MAX_REASON_LENGTH = 4000, 200  # letters

WAITING_FOR = ("", "cluster", "machine")
READY, STARTING, SILENT, FAILING = "ready", "starting", "silent", "failing"
REASON_HUNG = "The training service gave no sign of life and was ended by force."
ERROR_SIGNS = {  # of what it failed of, in its last words
    ExitCode.OUT_OF_MEMORY: ("code -9.", "MemoryError", "Cannot allocate memory", "bad_alloc"),
    ExitCode.DISK_FULL: ("No space left", "Disk quota"),
    ExitCode.NOT_WRITABLE: ("Read-only file system", "Permission denied", "Not a directory", "File exists"),
}
PATH_PATTERN = re.compile(r"""(["'])[^"']*[/\\][^"']*\1|\S*[/\\]\S*""")


@dataclass(frozen=True)
class ServiceState:
    """How it stands with the training service."""

    kind: str  # READY, STARTING, SILENT: it does not answer, FAILING: it ends again and again
    reason: str = ""  # why it fails, in words for the learner


@dataclass(frozen=True)
class Queue:
    """Who is being trained and who waits, by run id."""

    running: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    slots: int = SLOTS  # how many can be at work
    waiting_for: str = ""  # what all wait for, see executor.py
    ready: bool = False  # the service's long import is over

    def position(self, run_id: str) -> int | None:
        """1 for the next in the queue; None for one that does not wait."""
        return self.waiting.index(run_id) + 1 if run_id in self.waiting else None


def expected_wait(remaining: Sequence[float], waiting: Sequence[float], slots: int) -> float:
    """Seconds until the next in the queue begins.

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
        queue = read_json_object((folder or runs_folder()) / QUEUE_FILE)
    except (OSError, ValueError):
        return Queue()
    running, waiting, slots = queue.get("running", 0), queue.get("waiting", 0), queue.get("slots", SLOTS)
    missing, ready = queue.get("missing", ""), queue.get("ready", False)
    if not (_are_names(running) and _are_names(waiting) and is_integer(slots) and missing in WAITING_FOR):
        return Queue()
    return Queue(tuple(running), tuple(waiting), slots, missing, ready is True)


def _are_names(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


class TrainingService:
    """The service's process and the thread that watches it, and what is to be said of whoever leads the folder."""

    def __init__(self, folder: Path | None = None, **environment: str) -> None:
        self.folder = folder or runs_folder()
        self.environment = {**ONE_THREAD, **environment}
        self.ready = threading.Event()  # this process' own leads, and the long import is over
        self.failures = 0  # ends in a row, each before it had worked for MIN_UPTIME_SECONDS
        self.failure = ""  # the last of them: its last line in the log, for the operator
        self.heartbeat = HeartbeatMonitor(self.folder)
        self._ended = threading.Event()
        self._starting = threading.Lock()  # between the question whether all is ended and a process that can be ended
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_alive, name="training service", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The number of the process, if it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def state(self) -> ServiceState:
        """How it stands with the service that leads the folder: this process' own, or another's."""
        leads = is_led(self.folder) or self.ready.is_set()
        is_ready = leads and (self.ready.is_set() or read_queue(self.folder).ready)
        if is_ready and self.heartbeat.silence() > UNRESPONSIVE_SECONDS:
            return ServiceState(SILENT)
        if is_ready:
            return ServiceState(READY)
        return ServiceState(FAILING, reason_in_words(self.failure)) if self.failures > 1 else ServiceState(STARTING)

    def shutdown(self) -> None:
        """End the service and all that it trains; runs can be continued."""
        with self._starting:
            self._ended.set()
            process = self._process
        if process and process.stdin:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()  # what the service waits for
        self._thread.join(SHUTDOWN_SECONDS)
        if process and self._thread.is_alive():
            process.kill()  # it hangs
        self._thread.join()

    def _keep_alive(self) -> None:
        pause = MIN_RETRY_SECONDS
        while not self._ended.is_set():
            if self._stand_by():
                self.failures, pause = 0, MIN_RETRY_SECONDS
            lived = 0.0
            try:
                lived, failure = self._serve()  # nothing, if all ended meanwhile
            except OSError as error:  # no memory or no disk for it now
                failure = str(error)
                _log.error("The training service was not started (%s). Again in %g s.", error, pause)
            self._count(lived, failure, pause)
            if self.failures < 2:
                pause = MIN_RETRY_SECONDS
            self._ended.wait(pause)
            pause = min(2 * pause, MAX_RETRY_SECONDS)

    def _stand_by(self) -> bool:
        """Wait as long as another service leads the folder: whether it did for longer than jobs take to die."""
        looks = 0
        while is_led(self.folder) and not self._ended.wait(STANDBY_POLL_SECONDS):
            self.heartbeat.silence()
            looks += 1
        return looks * STANDBY_POLL_SECONDS > TAKEOVER_SECONDS

    def _count(self, lived: float, failure: str, pause: float) -> None:
        """Whether this end is one of several in a row; then the operator reads it in the terminal, once."""
        if self._ended.is_set() or lived > MIN_UPTIME_SECONDS or not failure:
            self.failures = 0
            return
        self.failures += 1
        if self.failures == 2 or (self.failures > 2 and failure != self.failure):
            _log.error(
                "The training service has ended %d times in a row: %s\n"
                "Until it runs nothing is trained; all else works. Again in %g s. What it said: %s",
                self.failures,
                failure,
                pause,
                self.folder / LOG,
            )
        self.failure = failure

    def _serve(self) -> tuple[float, str]:
        """Start the service, unless all is to end, and wait for its end: (seconds that it was at work, what failed).

        Raises:
            OSError: there is no process for it, or no disk for its folder.
        """
        (self.folder / INBOX).mkdir(parents=True, exist_ok=True)
        log_file = self.folder / LOG
        is_long = log_file.exists() and log_file.stat().st_size > MAX_LOG_BYTES
        with contextlib.suppress(BundledFileError):  # then the service will say so
            load_training_set(), load_test_set()
        descriptors, where_they_are = child_environment()
        with log_file.open("wb" if is_long else "ab") as log, self._starting:
            if self._ended.is_set():
                return 0.0, ""
            said_before = log.seek(0, os.SEEK_END)
            self.heartbeat = HeartbeatMonitor(self.folder)
            self._process = process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-m", "core.worker.service", str(self.folder)],
                cwd=ROOT,
                stdin=subprocess.PIPE,  # closes when this process ends, however it ends
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self.environment, **where_they_are},
                pass_fds=descriptors,
            )
        with process:  # waits for its end, and closes its pipes
            lived, hung = self._watch(process)
        self.ready.clear()
        if hung or process.returncode == EXIT_ALREADY_LED:
            return lived, REASON_HUNG if hung else ""
        return lived, f"It ended with code {process.returncode}. {_last_line(log_file, said_before)}".strip()

    def _watch(self, process: subprocess.Popen[bytes]) -> tuple[float, bool]:
        """Until it ends: the seconds that it was at work, and whether it hung and was ended by force."""
        closed, began, hung = threading.Event(), None, False

        def listen() -> None:
            with contextlib.suppress(ValueError):  # its pipe was closed
                for line in process.stdout or ():
                    if line == b"ready\n":
                        self.ready.set()
            closed.set()

        threading.Thread(target=listen, name="what the training service says", daemon=True).start()
        while not closed.wait(POLL_SECONDS):
            if began is None and self.ready.is_set():
                began = time.monotonic()
                if self.failures > 1:
                    _log.warning("The training service is at work again.")
            if self.heartbeat.silence() > (MAX_SILENCE_SECONDS if began else MAX_STARTUP_SECONDS):
                _log.error("%s It is started again.", REASON_HUNG)
                hung = True
                process.kill()
                closed.wait()
        return (time.monotonic() - began if began else 0.0), hung


def _last_line(log: Path, after: int) -> str:
    """The last line that was written into a log after so many bytes; "" if there is none."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(max(after, file.seek(0, os.SEEK_END) - MAX_LOG_LINE))
        lines = file.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
    return ""


def reason_in_words(failure: str) -> str:
    """Why the service does not run, for strangers: without paths of this server, and no Markdown."""
    for code, signs in ERROR_SIGNS.items():
        if any(sign in failure for sign in signs):
            return MESSAGES[code]
    words = PATH_PATTERN.sub("...", failure)
    return "".join(letter for letter in words if letter.isprintable() and letter not in "`").strip()[:MAX_REASON_LENGTH]


def refusal_in_words(error: OSError) -> str:
    """Why nothing could be written, in a sentence for strangers."""
    return MESSAGES.get(exit_code_of(error), "This server could not write it.")

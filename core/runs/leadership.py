"""One training service leads a folder of runs: it holds the folder's lock, and its heartbeat says that it goes on.

Several web processes may share a folder. Each would start a service, but one leads, and the others stand by: their
web processes see by the lock that somebody leads, and begin nothing until it is free. A process that is gone holds no
lock; one that hangs still does, which the heartbeat tells.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: one web process for a folder
    fcntl = None  # type: ignore[assignment]

LOCK, HEARTBEAT = ".lock", "service.heartbeat"
BEAT_SECONDS = 1.0  # seconds between two beats
MAX_POLL_GAP_SECONDS = 5.0  # seconds between two looks; who looked more rarely was stopped itself
LOCK_TRIES, LOCK_RETRY_SECONDS = (
    20,
    0.05,
)  # to take the lock, and seconds between them: others look at it, for microseconds


class Lock:
    """The lock of a folder, held while this process lives, and the processes that it has forked."""

    def __init__(self, folder: Path, file: IO[bytes]) -> None:
        self.path, self._file = folder / LOCK, file

    def is_lost(self) -> bool:
        """Whether the folder has another lock by now, or none: somebody has deleted it, and another may lead."""
        try:
            return not os.path.samestat(self.path.stat(), os.fstat(self._file.fileno()))
        except OSError:
            return True

    def release(self) -> None:
        """Let another lead."""
        self._file.close()


def take_lock(folder: Path) -> Lock | None:
    """The lock of a folder; None if another service has it.

    Raises:
        OSError: the folder cannot be written.
    """
    for _ in range(LOCK_TRIES):
        file = (folder / LOCK).open("ab")
        lock = Lock(folder, file)
        if _locked(file, exclusively=True) and not lock.is_lost():
            return lock
        lock.release()
        time.sleep(LOCK_RETRY_SECONDS)
    return None


def is_led(folder: Path) -> bool:
    """Whether a service holds the folder's lock. Where there are no such locks (Windows) nobody is seen to."""
    try:
        with (folder / LOCK).open("rb") as file:
            return not _locked(file, exclusively=False)
    except OSError:
        return False


def _locked(file: IO[bytes], exclusively: bool) -> bool:
    """Whether the lock was to be had; it is let go of when the file is closed."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if exclusively else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Heartbeat:
    """What a service does about once a second, so that it is seen to go on: it needs no room on the disk."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.path, self.clock = folder / HEARTBEAT, clock
        self._next = clock()

    def beat(self) -> bool:
        """Whether it was time for another beat, which was made.

        Raises:
            OSError: the folder cannot be written.
        """
        if (now := self.clock()) < self._next:
            return False
        self._next = now + BEAT_SECONDS
        self.path.touch()
        return True


class HeartbeatMonitor:
    """For how long no heartbeat was seen, by the clock of the one who looks.

    The time of the file's last change is compared, never reckoned with: clocks are set. Nor does the time count in
    which one did not look: a laptop that slept, or a terminal's Ctrl-Z, stopped the service as well.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.path, self.clock = folder / HEARTBEAT, clock
        self._lock = threading.Lock()
        self._looked, self._quiet = clock(), 0.0
        self._beat: int | None = None

    def silence(self) -> float:
        """Seconds without a beat."""
        with self._lock:
            now, beat = self.clock(), self._last_beat()
            self._quiet = self._quiet + min(now - self._looked, MAX_POLL_GAP_SECONDS) if beat == self._beat else 0.0
            self._looked, self._beat = now, beat
            return self._quiet

    def _last_beat(self) -> int | None:
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return None

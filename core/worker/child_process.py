"""A process of the training service's: it gives way to pages, is limited in memory, and is gone with the service."""

import ctypes
import os
import shutil
import signal
import sys
import tempfile
from multiprocessing.process import BaseProcess

from core.runs.limits import MAX_MEMORY_BYTES
from core.runs.run import Run

PR_SET_PDEATHSIG = 1  # prctl(PR_SET_PDEATHSIG): Linux ends the child when its parent is gone


class ChildProcess:
    """A child of this process that does one task.

    Its temporary files go when its end is asked for; those of a service that was killed stay.
    """

    def __init__(self, process: BaseProcess, temporary: str | None) -> None:
        self.process, self.temp_folder = process, temporary

    def start(self) -> None:
        """Let it begin.

        Raises:
            OSError: the system has no room for it.
        """
        try:
            self.process.start()
        except OSError:
            self._remove_temp_folder()
            raise

    def poll(self, wait: bool = False) -> int | None:
        """Its exit code, or the negative number of the signal that ended it; None while it lives."""
        if wait:
            self.process.join()
        code = self.process.exitcode
        if code is not None:
            self._remove_temp_folder()
        return code

    def kill(self) -> None:
        """End it by force; one that is gone already is no mistake."""
        self.process.kill()

    def _remove_temp_folder(self) -> None:
        if self.temp_folder:
            shutil.rmtree(self.temp_folder, ignore_errors=True)


def temporary_folder(prefix: str) -> str | None:
    """A folder for what TensorFlow writes of each function that it compiles, and leaves there when its process ends.

    None where none can be made: then the system's own has to do.
    """
    try:
        return tempfile.mkdtemp(prefix=prefix)
    except OSError:
        return None


def set_up_child(temporary: str | None) -> None:
    """What a child does first: it ends with its parent, pages come first, its memory is limited, it reads nothing."""
    tempfile.tempdir = temporary
    if sys.platform == "win32":
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(19)
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def log_to(run: Run) -> None:
    """What a child says from now on stands in the log of its run.

    Raises:
        OSError: it cannot be written.
    """
    if sys.platform == "win32":
        return
    log = os.open(run.path / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)

"""This machine at work: a process for each task, forked from the training service, limited in memory, gone with it.

A process is forked before TensorFlow has started anything: so it is there in 0.02 s instead of 14, and shares the
memory of the imports. Where there is no fork (Windows), each task starts a program of its own.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

from core.runs.exit_codes import code_of
from core.runs.limits import MEMORY, SLOTS
from core.runs.run import LANDSCAPE, Run
from core.worker.datasets import mnist

# What Keras and TensorFlow load where it is installed, and do without where it is not: 230 MB of the service.
NOT_NEEDED = ("IPython", "jax", "pandas", "pyarrow", "scipy", "sklearn", "torch")
DEATH_SIGNAL = 1  # prctl(PR_SET_PDEATHSIG): Linux ends the child when its parent is gone


class Process:
    """A child of this process, by its number; `program` where there is no fork.

    Its temporary files go when its end is asked for; those of a service that was killed stay.
    """

    def __init__(self, pid: int, temporary: str | None, program: subprocess.Popen[bytes] | None = None) -> None:
        self.pid, self.temporary, self.program = pid, temporary, program

    def code(self, wait: bool = False) -> int | None:
        """Its exit code, once; None while it lives."""
        code = self._ended(wait)
        if code is not None and self.temporary:
            shutil.rmtree(self.temporary, ignore_errors=True)
        return code

    def _ended(self, wait: bool) -> int | None:
        if self.program:
            return self.program.wait() if wait else self.program.poll()
        ended, status = os.waitpid(self.pid, 0 if wait else os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if ended else None

    def kill(self) -> None:
        """End it by force; one that is gone already is no mistake."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)


class ThisMachine:
    """TRAINING_SLOTS processes at a time."""

    may_be_lost = False
    missing = ""

    def prepare(self) -> None:
        """The long import, once: what is forked later has it."""
        sys.modules.update(dict.fromkeys(NOT_NEEDED))  # type: ignore[arg-type]  # None there means: not installed
        import core.worker.training_job  # noqa: F401  and so has its import

        mnist()

    def slots(self) -> int:
        """As many as this server allows."""
        return SLOTS

    def start(self, run: Run, task: str) -> Process:
        """Start a process that trains this run or makes its hill."""
        temporary = _temporary_folder()
        try:
            return self._start(run, task, temporary)
        except OSError:
            if temporary:
                shutil.rmtree(temporary, ignore_errors=True)
            raise

    def _start(self, run: Run, task: str, temporary: str | None) -> Process:
        if not hasattr(os, "fork"):
            command = [sys.executable, "-m", "core.worker.local_executor", str(run.path), task]
            there = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary) if temporary else {}
            program = subprocess.Popen(command, env={**os.environ, **there})  # noqa: S603  our own program
            return Process(program.pid, temporary, program)
        pid = os.fork()
        if pid:
            return Process(pid, temporary)
        code = 1
        try:
            tempfile.tempdir = temporary
            try:
                _become_a_job(run)
            except OSError as error:  # its log cannot be written
                code = code_of(error)
            else:
                code = run_job(run, task)
        finally:
            os._exit(code)  # nothing of the parent's is to be cleaned up here

    def end(self) -> None:
        """There is nothing to let go of."""


def _temporary_folder() -> str | None:
    """A folder for what TensorFlow writes of each function that it compiles, and leaves there when its process ends.

    None where none can be made: then the system's own has to do.
    """
    try:
        return tempfile.mkdtemp(prefix="training-")
    except OSError:
        return None


def _become_a_job(run: Run) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL)
    os.nice(19)  # pages come first
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    log = os.open(run.path / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)


def run_job(run: Run, task: str) -> int:
    """Do a task; 0 if it ended as it should, 1 for anything unforeseen, else one of exit_codes.py."""
    try:
        _survey(run) if task == LANDSCAPE else _train(run)
    except Exception as error:
        with contextlib.suppress(OSError):  # the log is on the disk that is full
            traceback.print_exc()
        return code_of(error)
    return 0


def _train(run: Run) -> None:
    import tensorflow as tf

    from core.worker.training_job import train_run

    try:
        train_run(run)
    except tf.errors.ResourceExhaustedError as error:
        raise MemoryError from error


def _survey(run: Run) -> None:
    from core.worker.landscape_task import survey_run

    survey_run(run)


if __name__ == "__main__":  # where there is no fork
    sys.exit(run_job(Run(Path(sys.argv[1])), sys.argv[2]))

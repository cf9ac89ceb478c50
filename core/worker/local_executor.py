"""This machine at work: a process for each task, forked from the training service, limited in memory, gone with it.

A process is forked before TensorFlow has started anything: so it is there in 0.02 s instead of 14, and shares the
memory of the imports.
"""

import contextlib
import ctypes
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import traceback
from multiprocessing.process import BaseProcess

from core.runs.exit_codes import exit_code_of
from core.runs.limits import MAX_MEMORY_BYTES, SLOTS
from core.runs.run import LANDSCAPE, Run
from core.worker.datasets import mnist
from core.worker.executor import TaskHandle

# What Keras and TensorFlow load where it is installed, and do without where it is not: 230 MB of the service.
BLOCKED_IMPORTS = ("IPython", "jax", "pandas", "pyarrow", "scipy", "sklearn", "torch")
if sys.platform == "win32":
    _CONTEXT = multiprocessing.get_context("spawn")  # there each child is a program of its own that imports anew
else:
    _CONTEXT = multiprocessing.get_context("fork")
PR_SET_PDEATHSIG = 1  # prctl(PR_SET_PDEATHSIG): Linux ends the child when its parent is gone


class ChildProcess:
    """A child of this process that does one task.

    Its temporary files go when its end is asked for; those of a service that was killed stay.
    """

    def __init__(self, process: BaseProcess, temporary: str | None) -> None:
        self.process, self.temp_folder = process, temporary

    def poll(self, wait: bool = False) -> int | None:
        """Its exit code, or the negative number of the signal that ended it; None while it lives."""
        if wait:
            self.process.join()
        code = self.process.exitcode
        if code is not None and self.temp_folder:
            shutil.rmtree(self.temp_folder, ignore_errors=True)
        return code

    def kill(self) -> None:
        """End it by force; one that is gone already is no mistake."""
        self.process.kill()


class ForkExecutor:
    """TRAINING_SLOTS processes at a time."""

    nodes_can_fail = False
    waiting_for = ""

    def warm_up(self) -> None:
        """The long import, once: what is forked later has it."""
        sys.modules.update(dict.fromkeys(BLOCKED_IMPORTS))  # type: ignore[arg-type]  # None there means: not installed
        import core.worker.training_job  # noqa: F401  and so has its import

        mnist()

    def slots(self) -> int:
        """As many as this server allows."""
        return SLOTS

    def start(self, run: Run, task: str) -> TaskHandle:
        """Start a process that trains this run or computes its loss landscape."""
        temporary = _temporary_folder()
        # A daemon: should the service end by a mistake of ours, it does not wait for it.
        process = _CONTEXT.Process(target=_do, args=(run, task, temporary), daemon=True)
        try:
            process.start()
        except OSError:
            if temporary:
                shutil.rmtree(temporary, ignore_errors=True)
            raise
        return ChildProcess(process, temporary)

    def shutdown(self) -> None:
        """There is nothing to let go of."""


def _temporary_folder() -> str | None:
    """A folder for what TensorFlow writes of each function that it compiles, and leaves there when its process ends.

    None where none can be made: then the system's own has to do.
    """
    try:
        return tempfile.mkdtemp(prefix="training-")
    except OSError:
        return None


def _do(run: Run, task: str, temporary: str | None) -> None:
    """What the child does: a task, and then it ends with its exit code."""
    tempfile.tempdir = temporary
    try:
        _set_up_child(run)
    except OSError as error:  # its log cannot be written
        sys.exit(exit_code_of(error))
    sys.exit(run_task(run, task))


def _set_up_child(run: Run) -> None:
    if sys.platform == "win32":
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(19)  # pages come first
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    log = os.open(run.path / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)


def run_task(run: Run, task: str) -> int:
    """Do a task; 0 if it ended as it should, 1 for anything unforeseen, else one of exit_codes.py."""
    try:
        _compute_landscape(run) if task == LANDSCAPE else _train(run)
    except Exception as error:
        with contextlib.suppress(OSError):  # the log is on the disk that is full
            traceback.print_exc()
        return exit_code_of(error)
    return 0


def _train(run: Run) -> None:
    import tensorflow as tf

    from core.worker.training_job import train_run

    try:
        train_run(run)
    except tf.errors.ResourceExhaustedError as error:
        raise MemoryError from error


def _compute_landscape(run: Run) -> None:
    from core.worker.landscape_task import compute_run_landscape

    compute_run_landscape(run)

"""This machine at work: a process for each task, forked from the training service, limited in memory, gone with it.

A process is forked before TensorFlow has started anything: so it is there in 0.02 s instead of 14, and shares the
memory of the imports.
"""

import contextlib
import multiprocessing
import sys
import traceback
from typing import Any

from core.runs.exit_codes import exit_code_of
from core.runs.limits import IS_SMALL_SERVER, SLOTS
from core.runs.run import LANDSCAPE, TRAIN, Run
from core.worker.child_process import ChildProcess, log_to, set_up_child, temporary_folder
from core.worker.datasets import mnist
from core.worker.executor import TaskHandle
from core.worker.spare_process import SpareProcess

# What Keras and TensorFlow load where it is installed, and do without where it is not: 230 MB of the service.
BLOCKED_IMPORTS = ("IPython", "jax", "pandas", "pyarrow", "scipy", "sklearn", "torch")
HAS_FORK = sys.platform != "win32"
MAX_BROKEN_SPARES = 3  # after so many that broke down before anybody had asked, none is prepared any more
if sys.platform == "win32":
    _CONTEXT = multiprocessing.get_context("spawn")  # there each child is a program of its own that imports anew
else:
    _CONTEXT = multiprocessing.get_context("fork")


class ForkExecutor:
    """TRAINING_SLOTS processes at a time."""

    nodes_can_fail = False
    waiting_for = ""

    def __init__(self) -> None:
        self._spare: SpareProcess | None = None
        self._spares_left = MAX_BROKEN_SPARES

    def warm_up(self) -> None:
        """The long import, once: what is forked later has it."""
        sys.modules.update(dict.fromkeys(BLOCKED_IMPORTS))  # type: ignore[arg-type]  # None there means: not installed
        import core.worker.training_job  # noqa: F401  and so has its import

        mnist()

    def slots(self) -> int:
        """As many as this server allows."""
        return SLOTS

    def start(self, run: Run, task: str) -> TaskHandle:
        """Start a process that trains this run or computes its loss landscape, or take the one that is prepared."""
        if task == TRAIN and self._spare and self._spare.is_ready():
            spare, self._spare = self._spare, None
            with contextlib.suppress(OSError):
                return spare.begin(run)
        temporary = temporary_folder("training-")
        # A daemon: should the service end by a mistake of ours, it does not wait for it.
        child = ChildProcess(_CONTEXT.Process(target=_do, args=(run, task, temporary), daemon=True), temporary)
        child.start()
        return child

    def prepare(self) -> None:
        """Begin a process for the next run, unless there is one, there is no fork, or memory is scarce."""
        if self._spare and not self._spare.is_alive:
            self._spares_left, self._spare = self._spares_left - 1, None
        if self._spare is None and self._spares_left and HAS_FORK and not IS_SMALL_SERVER:
            self._spare = SpareProcess(_CONTEXT, _train_prepared)

    def shutdown(self) -> None:
        """End the process that waits for a run."""
        if self._spare:
            self._spare.end()
            self._spare = None


def _do(run: Run, task: str, temporary: str | None) -> None:
    """What the child does: a task, and then it ends with its exit code."""
    try:
        set_up_child(temporary)
        log_to(run)
    except OSError as error:
        sys.exit(exit_code_of(error))
    sys.exit(run_task(run, task))


def _train_prepared(run: Run, prepared: Any) -> int:
    return run_task(run, TRAIN, prepared)


def run_task(run: Run, task: str, prepared: Any = None) -> int:
    """Do a task; 0 if it ended as it should, 1 for anything unforeseen, else one of exit_codes.py.

    `prepared` is what `training_job.prepare` gave in this process, if it did.
    """
    try:
        _compute_landscape(run) if task == LANDSCAPE else _train(run, prepared)
    except Exception as error:
        with contextlib.suppress(OSError):  # the log is on the disk that is full
            traceback.print_exc()
        return exit_code_of(error)
    return 0


def _train(run: Run, prepared: Any) -> None:
    import tensorflow as tf

    from core.worker.training_job import train_run

    try:
        train_run(run, prepared)
    except tf.errors.ResourceExhaustedError as error:
        raise MemoryError from error


def _compute_landscape(run: Run) -> None:
    from core.worker.landscape_task import compute_run_landscape

    compute_run_landscape(run)

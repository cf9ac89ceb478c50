"""A process for each task: forked from the training service, limited in memory, gone when the service is gone.

A process is forked before TensorFlow has started anything: so it is there in 0.02 s instead of 14, and shares the
memory of the imports. Where there is no fork (Windows), each task starts a program of its own.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import traceback
from pathlib import Path

from core.training.limits import MEMORY
from core.training.run_folder import HILL, Run

DEATH_SIGNAL = 1  # prctl(PR_SET_PDEATHSIG): Linux ends the child when its parent is gone


def kill(pid: int) -> None:
    """End a process by force; one that is gone already is no mistake."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)


_programs: dict[int, subprocess.Popen[bytes]] = {}  # where there is no fork


def wait(pid: int, block: bool = False) -> int | None:
    """The exit code of a child; None while it lives."""
    if pid in _programs:
        code = _programs[pid].wait() if block else _programs[pid].poll()
        if code is not None:
            del _programs[pid]
        return code
    ended, status = os.waitpid(pid, 0 if block else os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def start_job(run: Run, task: str) -> int:
    """Start a process that trains this run or makes its hill; its number."""
    if not hasattr(os, "fork"):
        command = [sys.executable, "-m", "core.training.processes", str(run.path), task]
        program = subprocess.Popen(command)  # noqa: S603  our own program
        _programs[program.pid] = program
        return program.pid
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _become_a_job(run)
        code = run_job(run, task)
    finally:
        os._exit(code)  # nothing of the parent's is to be cleaned up here


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
    """Do a task; 0 if it ended as it should, 3 for no memory, 4 for no disk, 1 for anything else."""
    try:
        _survey(run) if task == HILL else _train(run)
    except MemoryError:
        traceback.print_exc()
        return 3
    except OSError:
        traceback.print_exc()
        return 4
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def _train(run: Run) -> None:
    import tensorflow as tf

    from core.training.job import train_run

    try:
        train_run(run)
    except tf.errors.ResourceExhaustedError as error:
        raise MemoryError from error


def _survey(run: Run) -> None:
    from core.training.surveying import survey_run

    survey_run(run)


if __name__ == "__main__":  # where there is no fork
    sys.exit(run_job(Run(Path(sys.argv[1])), sys.argv[2]))

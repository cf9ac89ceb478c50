"""A machine of the cluster: a training service of its own, which is given copies of runs and tells what became of them.

It lives in a process of Ray's (ray_executor.py), and knows nothing of Ray. Keras is imported once, and each task is
forked from it, as on the web server. What is asked of it can be asked twice: who asks says what is known already.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from core.runs.atomic_files import write_atomic
from core.runs.run import (
    CHECKPOINTS,
    COMMANDS,
    CONFIG,
    EVENTS,
    INBOX,
    INITIAL_WEIGHTS,
    STATUS,
    TRAIN,
    TRAINING_STATE,
    USER_DRAWINGS,
    VIEWER_HEARTBEAT,
    Run,
)
from core.runs.service_client import TrainingService, read_queue
from core.runs.states import ACTIVE, RunState

STARTUP_SECONDS = 180.0  # seconds for Keras to be imported
INPUT_FILES = (CONFIG, COMMANDS, VIEWER_HEARTBEAT, USER_DRAWINGS, INITIAL_WEIGHTS)  # never changed by a job
TASK_FILES = (*INPUT_FILES, STATUS, TRAINING_STATE, f"{CHECKPOINTS}/*")  # of a run, for any task

Version = tuple[int, int]  # of a file: when it was changed, in nanoseconds, and its bytes


class RunDelta(NamedTuple):
    """What became of a run since one asked last."""

    events: bytes  # whole lines
    files: dict[str, tuple[Version, bytes]]  # new or changed; the status last
    gone: list[str]  # files
    code: int | None  # of its process, 0 if it has said itself how it ended; None as long as it is at work


def task_files(run: Run) -> dict[str, bytes]:
    """What a machine needs of a run, by name.

    Raises:
        OSError: the run was deleted meanwhile.
    """
    paths = [path for pattern in TASK_FILES for path in sorted(run.path.glob(pattern))]
    return {path.relative_to(run.path).as_posix(): path.read_bytes() for path in paths}


class RayNode:
    """The runs on this machine, each for one task, by a name of their own."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self.folder = Path(tempfile.gettempdir()) / f"training-{name}"
        shutil.rmtree(self.folder, ignore_errors=True)  # of one that was killed
        self.folder.mkdir(mode=0o700, parents=True)  # learners' drawings are no concern of the machine's other users
        self._service = TrainingService(self.folder, **environment)

    def startup_error(self) -> str:
        """What its service said last, if it does not start; "" when it is ready."""
        if self._service.ready.wait(STARTUP_SECONDS):
            return ""
        lines = (self.folder / "service.log").read_text(errors="replace").splitlines()
        return f"Its training service does not start. {lines[-1] if lines else ''}"

    def start_task(self, name: str, task: str, files: Mapping[str, bytes]) -> dict[str, Version]:
        """Begin a task with a copy of a run; the versions of its files, or none of them when it was begun before.

        The copy is its own owner: who is next was decided already.
        """
        run = Run(self.folder / name)
        if run.path.exists():
            return {}
        (run.path / CHECKPOINTS).mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            write_atomic(run.path / file, content)
        (run.path / EVENTS).touch()
        run.update_metadata(owner=name)
        versions = {file: _version(path) for file, path in _files(run).items()}
        run.enqueue(task)
        return versions

    def sync(
        self, name: str, task: str, given: Mapping[str, bytes], known: Mapping[str, Version], after: int
    ) -> RunDelta:
        """Take what pages have said; tell what is new beside the versions `known` and the first bytes of events.

        It is looked at in an order in which a job never writes: what is over has told all, a status that says finished
        comes with all files, and the events reach at least as far as the kept state.
        """
        run = Run(self.folder / name)
        _take(run, given)
        over = self._is_over(run, task)
        status = _read(run.path / STATUS)
        files, gone = _news(run, known)
        events = _whole_lines(run.path / EVENTS, after)
        state = json.loads(status[1])["state"]
        if task == TRAIN and status[0] != known.get(STATUS) and state not in (RunState.QUEUED, RunState.INTERRUPTED):
            files[STATUS] = status
        killed = task == TRAIN and state == RunState.INTERRUPTED  # the queue that asked says what that means
        return RunDelta(events, files, gone, int(killed) if over else None)

    def discard(self, name: str) -> None:
        """Forget a run; its process, if there is one, ends."""
        run = Run(self.folder / name)
        with contextlib.suppress(FileNotFoundError):
            run.delete()
            shutil.rmtree(run.trash_path, ignore_errors=True)

    def end(self) -> None:
        """End all that is at work."""
        self._service.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_over(self, run: Run, task: str) -> bool:
        task_id = run.task_id(task)
        if (self.folder / INBOX / task_id).exists():
            return False
        queue = read_queue(self.folder)
        return task_id not in queue.running + queue.waiting and (task != TRAIN or run.status().state not in ACTIVE)


def _take(run: Run, given: Mapping[str, bytes]) -> None:
    """Write what pages have said where it is not known yet."""
    for file, content in given.items():
        if (run.path / file).read_bytes() != content:
            write_atomic(run.path / file, content)


def _news(run: Run, known: Mapping[str, Version]) -> tuple[dict[str, tuple[Version, bytes]], list[str]]:
    """The files that are new or changed beside the versions known, and the names of those that are gone."""
    there, files = _files(run), dict[str, tuple[Version, bytes]]()
    for file, path in there.items():
        with contextlib.suppress(FileNotFoundError):  # a checkpoint that made room
            if _version(path) != known.get(file):
                files[file] = _read(path)
    return files, [file for file in known if file not in there and file != STATUS]


def _whole_lines(path: Path, after: int) -> bytes:
    """What a file has beyond its first bytes, as far as its lines are complete."""
    with path.open("rb") as file:
        file.seek(after)
        content = file.read()
    return content[: content.rfind(b"\n") + 1]


def _read(path: Path) -> tuple[Version, bytes]:
    """A file with its version, which is looked at first: what is written meanwhile is news at the next look."""
    return _version(path), path.read_bytes()


def _files(run: Run) -> dict[str, Path]:
    """What a task may have written, without the status and the events, by name."""
    found = {path.relative_to(run.path).as_posix(): path for path in run.path.rglob("*") if path.is_file()}
    return {
        name: path
        for name, path in sorted(found.items())
        if name not in (*INPUT_FILES, STATUS, EVENTS) and not path.name.startswith(".")
    }


def _version(path: Path) -> Version:
    status = path.stat()
    return status.st_mtime_ns, status.st_size

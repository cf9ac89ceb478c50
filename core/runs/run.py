"""A run is a folder: who trains writes it, who watches reads it, and nothing is passed by hand.

README.md beside this file lists its files, who writes them and what is in them.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from core.bundled_files import BundledFileError, verified
from core.paths import ASSETS, ROOT
from core.runs.atomic_files import is_integer, is_number, read_json_object, write_atomic
from core.runs.config import TrainingConfig
from core.runs.errors import DamagedRunError, RunError, reading
from core.runs.states import ACTIVE, RESUMABLE, TRANSITIONS, RunState, RunStatus

if TYPE_CHECKING:
    from core.runs.events import Event, StateEvent

TRAIN, LANDSCAPE = "train", "hill"  # the tasks that a run can wait for; "hill" is in names of files since long
INBOX = "inbox"
TRASH_SUFFIX = ".deleted"
QUEUE_FILE = "service.json"
# The files of a run, see README.md.
CONFIG, STATUS, EVENTS, COMMANDS, VIEWER_HEARTBEAT = (
    "config.json",
    "status.json",
    "events.jsonl",
    "commands.jsonl",
    "lease",
)
PERMISSIONS_FILE = "steering.json"
USER_DRAWINGS, INITIAL_WEIGHTS, TRAINING_STATE, CHECKPOINTS = (
    "drawings.npz",
    "begin.safetensors",
    "state.npz",
    "checkpoints",
)
PREVIEW, MODEL, TEST_OUTPUTS, SCORES = "live.npz", "model.safetensors", "test_answers.npy", "scores.json"
_log = logging.getLogger(__name__)
_number_lock = threading.Lock()  # lest two runs that are begun at once get one number
ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits: nobody guesses another's run
PRETRAINED_FOLDER = ASSETS / "models"
PRETRAINED = ("drawing", "article")  # the runs that come with the app, the one that answers first, first


def runs_folder() -> Path:
    """Where runs are kept: RUNS_DIR, or .runs in the app's folder."""
    return Path(os.environ.get("RUNS_DIR", "").strip() or ROOT / ".runs").absolute()


@dataclass(frozen=True)
class RunMetadata:
    """What is said of a run beside its state."""

    config: dict[str, Any] | None  # its settings; None for a network from a file
    title: str
    owner: str
    number: int | None = None  # by which its owner knows it; None for a run of an earlier version
    created: float = 0.0  # seconds since 1970, for order only
    kept: bool = False  # as a network of one's own
    brought: bool = False  # from a file
    sweep: str | None = None  # the id of the sweep that it belongs to
    varied: str = ""  # the setting that is varied there
    found: dict[str, Any] | None = None  # of a network from a file: what was found out by trial


def _fields_of(kind: type, values: dict[str, Any]) -> dict[str, Any]:
    """Of values by their names those that a dataclass has."""
    return {one.name: values[one.name] for one in fields(kind) if one.name in values}


class Run:
    """One run, by its folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def id(self) -> str:
        """The folder's name: 22 letters that nobody can guess, or one of PRETRAINED."""
        return self.path.name

    @property
    def is_pretrained(self) -> bool:
        """Whether it came with the app: it belongs to nobody, and nothing in it is ever changed."""
        return self.path.parent == PRETRAINED_FOLDER

    def file(self, name: str) -> Path:
        """One of its files, to be read: who reads a run asks for each by this.

        Raises:
            BundledFileError: it came with the app, and is missing or not what it was.
        """
        return verified(self.path, name) if self.is_pretrained else self.path / name

    @classmethod
    def create(
        cls,
        config: TrainingConfig,
        title: str,
        owner: str,
        folder: Path | None = None,
        files: Mapping[str, bytes] | None = None,
        **metadata: str,
    ) -> Run:
        """A new run, waiting to be trained.

        `files` are what else it begins with, by their names; `metadata` is what else is said of it (sweep.py).

        Raises:
            OSError: the disk is full, or the folder cannot be written.
        """
        about = {"config": config.to_dict(), "title": title, "owner": owner, **metadata}
        run = cls._make(about, RunState.QUEUED, files or {}, folder or runs_folder())
        try:
            run.enqueue()
        except OSError:
            shutil.rmtree(run.path, ignore_errors=True)  # whole or not at all
            raise
        return run

    @classmethod
    def import_(
        cls,
        config: TrainingConfig | None,
        title: str,
        owner: str,
        state: RunState,
        files: Mapping[str, bytes],
        folder: Path | None = None,
        **metadata: Any,
    ) -> Run:
        """A run that was trained elsewhere, with all its files: nothing waits to be trained.

        `metadata` is what else is said of it.

        Raises:
            OSError: the disk is full, or the folder cannot be written.
        """
        about = {"config": config and config.to_dict(), "title": title, "owner": owner, "brought": True, **metadata}
        run = cls._make(about, state, files, folder or runs_folder())
        run.add_event({"type": "state", "state": state})
        return run

    @classmethod
    def _make(cls, about: dict[str, Any], state: RunState, files: Mapping[str, bytes], folder: Path) -> Run:
        (folder / INBOX).mkdir(parents=True, exist_ok=True)
        name = secrets.token_urlsafe(16)
        beside = folder / f".{name}.new"
        (beside / CHECKPOINTS).mkdir(parents=True)
        write_atomic(beside / STATUS, json.dumps({"state": state}).encode())
        for file, content in files.items():
            write_atomic(beside / file, content)
        for file in (EVENTS, COMMANDS, VIEWER_HEARTBEAT):
            (beside / file).touch()
        with _number_lock:
            metadata = {**about, "number": _next_number(about["owner"], folder), "created": time.time()}
            write_atomic(beside / CONFIG, json.dumps(metadata, indent=1).encode())
            beside.rename(folder / name)
        return cls(folder / name)

    @classmethod
    def find(cls, name: str, folder: Path | None = None) -> Run | None:
        """The run of this id; None if there is none, or the text is no id.

        Those that came with the app are found, too, unless another `folder` than that of this server's runs is meant.
        """
        if folder is None and name in PRETRAINED:
            return cls.pretrained(name)
        if not ID.fullmatch(name):
            return None
        path = (folder or runs_folder()) / name
        return cls(path) if (path / CONFIG).is_file() else None

    @classmethod
    def pretrained(cls, name: str) -> Run:
        """A run that came with the app, one of PRETRAINED."""
        return cls(PRETRAINED_FOLDER / name)

    @classmethod
    def of_owner(cls, owner: str, folder: Path | None = None) -> list[Run]:
        """All runs that this owner began, the youngest first."""
        folder = folder or runs_folder()
        found = []
        for entry in os.scandir(folder) if folder.is_dir() else ():
            if ID.fullmatch(entry.name):
                with contextlib.suppress(RunError):
                    begun_by, created = _owner_and_time(entry.path)
                    if begun_by == owner and (run := cls.find(entry.name, folder)):
                        found.append((created, run.id, run))
        return [run for _, _, run in sorted(found, reverse=True, key=lambda one: one[:2])]

    def task_id(self, task: str = TRAIN) -> str:
        """The name by which it waits for a task, in the inbox and in service.json."""
        return self.id if task == TRAIN else f"{self.id}.{task}"

    def enqueue(self, task: str = TRAIN) -> None:
        """Tell the training service that this run wants to be trained, or trained on; or wants another task done."""
        inbox = self.path.parent / INBOX
        inbox.mkdir(exist_ok=True)
        (inbox / self.task_id(task)).touch()

    def delete(self) -> None:
        """Put it aside; its process, if there is one, ends. `undelete` brings it back for an hour."""
        self.path.rename(self.trash_path)
        os.utime(self.trash_path)  # the hour begins

    def restore(self) -> None:
        """Bring a deleted run back; one that was at work was interrupted by it.

        Raises:
            OSError: its hour is over.
        """
        self.trash_path.rename(self.path)
        if self.status().state in ACTIVE:
            self.set_status(RunState.INTERRUPTED, reason="It was deleted while it was trained")

    @property
    def trash_path(self) -> Path:
        """Where it is when it is deleted."""
        return self.path.with_name(f".{self.id}{TRASH_SUFFIX}")

    def metadata(self) -> RunMetadata:
        """What is said of it: settings, title, owner, when it was made, whether it was kept, or brought from a file.

        Raises:
            RunGoneError: the run was deleted.
            DamagedRunError: its file is damaged.
        """
        with reading(self.path):
            return RunMetadata(**_fields_of(RunMetadata, _validated(self._metadata(), METADATA_SCHEMA)))

    def metadata_or_none(self) -> RunMetadata | None:
        """The same; None if it is damaged or was deleted."""
        with contextlib.suppress(BundledFileError, RunError):
            return self.metadata()
        return None

    def _metadata(self) -> dict[str, Any]:
        return read_json_object(self.file(CONFIG))

    def update_metadata(self, **values: Any) -> None:
        """Change what is said of it: `title` for its name, `kept` for a network of one's own.

        Raises:
            OSError: the run was deleted, or the disk is full.
            DamagedRunError: its file is damaged.
        """
        with reading(self.path):
            metadata = _validated(self._metadata(), METADATA_SCHEMA)
        write_atomic(self.path / CONFIG, json.dumps({**metadata, **values}, indent=1).encode())

    @property
    def has_config(self) -> bool:
        """Whether it was trained by settings that are known; a network from a file was not."""
        return self.metadata().config is not None

    def config(self) -> TrainingConfig:
        """Its settings.

        Raises:
            RunGoneError: the run was deleted.
            DamagedRunError: it has none, since its network came from a file, or its file is damaged.
        """
        if (settings := self.metadata().config) is None:
            raise DamagedRunError("This run has no settings: its network came from a file.")
        with reading(self.path):
            return TrainingConfig.from_dict(settings)

    def status(self) -> RunStatus:
        """Its state, with what belongs to it.

        Raises:
            RunGoneError: the run was deleted.
            DamagedRunError: its file is damaged.
        """
        with reading(self.path):
            status = _fields_of(RunStatus, _validated(read_json_object(self.file(STATUS)), STATUS_SCHEMA))
            return RunStatus(**{**status, "state": RunState(status["state"])})

    def set_status(self, state: RunState, **more: Any) -> None:
        """Change its state; only the training service and its tasks do, once it is at work.

        A change that `TRANSITIONS` does not foresee is a mistake of ours: it is logged, and made all the same.

        Raises:
            OSError: the run was deleted, or the disk is full.
        """
        with contextlib.suppress(DamagedRunError):
            if state not in TRANSITIONS[before := self.status().state]:
                _log.error("The run %s became %s, which %s runs do not", self.id, state, before)
        write_atomic(self.path / STATUS, json.dumps({"state": state, **more}).encode())
        self.add_event(cast("StateEvent", {"type": "state", "state": state, **more}))

    def add_event(self, event: Event) -> None:
        """Append one event, see events.py.

        Raises:
            OSError: the run was deleted, or the disk is full.
        """
        with (self.path / EVENTS).open("ab") as file:
            file.write(json.dumps(event, separators=(",", ":")).encode() + b"\n")

    def scores(self) -> dict[str, Any] | None:
        """What its network reaches on the test set; None as long as there is no network, or if the file is damaged."""
        with contextlib.suppress(RunError), reading(self.path):
            return _validated(read_json_object(self.file(SCORES)), SCORES_SCHEMA)
        return None

    def command(self, command: str, value: float | None = None, by: str = "") -> None:
        """Say what is wanted of it, in the words of commands.py; pages say by whom, see permissions.py.

        Raises:
            OSError: the run was deleted, or the disk is full.
        """
        line = json.dumps({"command": command, "value": value} | ({"by": by} if by else {})).encode() + b"\n"
        with (self.path / COMMANDS).open("ab") as file:
            file.write(line)

    def resume(self, command: str = "train", by: str = "") -> None:
        """Train it on from where it is, to its end or ("epoch") to the end of an epoch.

        Raises:
            OSError: the run was deleted, or the disk is full; if it then says that it waits, it is enqueued later.
            DamagedRunError: its status is damaged.
        """
        self.command(command, by=by)
        if self.status().state in RESUMABLE:
            self.set_status(RunState.QUEUED)  # said at once, so that nobody presses twice
        self.enqueue()

    def train_more_epochs(self, epochs: int, by: str = "") -> None:
        """Train a finished run on until it has so many epochs in all, exactly as if it had been given them at first.

        Raises:
            OSError: the run was deleted, or the disk is full.
            ValueError: it is not finished, it has as many epochs already, or a file of it is damaged.
        """
        config = self.config()
        if self.status().state != RunState.FINISHED or epochs <= config.epochs:
            raise ValueError("Only a finished run is given more epochs.")
        longer = replace(config, epochs=epochs)
        self.command("train", by=by)  # the last word may have been to pause after an epoch
        self.set_status(RunState.QUEUED)  # first: a kill now leaves a run that has nothing to do, and is finished again
        self.update_metadata(config=longer.to_dict())
        self.enqueue()

    def send_viewer_heartbeat(self) -> None:
        """Say that somebody is watching.

        Raises:
            OSError: the run was deleted, or the disk is full.
        """
        write_atomic(self.path / VIEWER_HEARTBEAT, secrets.token_bytes(8))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_yes_or_no(value: object) -> bool:
    return isinstance(value, bool)


def _is_share(value: object) -> bool:
    return is_number(value, 0, 1)


def _is_time(value: object) -> bool:
    return is_number(value, -1e12, 1e12)


# What the values in a run's JSON files are, by their names: (whether it may be missing, what it has to be).
Schema = Mapping[str, tuple[bool, Callable[[object], bool]]]
METADATA_SCHEMA: Schema = {
    "config": (False, lambda value: value is None or isinstance(value, dict)),
    "title": (False, _is_text),
    "owner": (False, _is_text),
    "number": (True, is_integer),
    "created": (True, _is_time),
    "kept": (True, _is_yes_or_no),
    "brought": (True, _is_yes_or_no),
    "sweep": (True, _is_text),
    "varied": (True, _is_text),
    "found": (True, lambda value: value is None or isinstance(value, dict)),
}
STATUS_SCHEMA: Schema = {
    "state": (False, lambda value: isinstance(value, str) and value in tuple(RunState)),
    "reason": (True, _is_text),
    "lost": (True, _is_yes_or_no),
    "pid": (True, is_integer),
    "step": (True, is_integer),
    "learning_rate": (True, is_number),
}
SCORES_SCHEMA: Schema = {
    "accuracy": (False, _is_share),
    "loss": (True, is_number),
    "step": (True, is_integer),
    "seconds": (True, is_number),
    "accuracy_before": (True, _is_share),
}


def _validated(values: dict[str, Any], form: Schema) -> dict[str, Any]:
    """The same, if each is what it has to be.

    Raises:
        ValueError: one is missing, or something else.
    """
    for name, (may_be_missing, is_right) in form.items():
        if not (is_right(values[name]) if name in values else may_be_missing):
            raise ValueError(f"It is damaged: {name} is {str(values.get(name, 'missing'))[:40]}.")
    return values


def run_numbers(runs: Sequence[Run]) -> dict[str, int]:
    """The number of each run, by its id; `runs` are all of an owner's, the youngest first.

    A run's number is given once, when it is made, and another run that is deleted changes nothing in it. Runs of
    earlier versions get theirs when they are first seen, in the order in which they were made.
    """
    numbers = _known_numbers(runs)
    if len(numbers) < len(runs):
        with _number_lock:
            numbers = _number_all(runs)
    return numbers


def _known_numbers(runs: Sequence[Run]) -> dict[str, int]:
    found = {}
    for run in runs:
        with contextlib.suppress(RunError):
            found[run.id] = _number(str(run.path))
    return found


def _number_all(runs: Sequence[Run]) -> dict[str, int]:
    """The same while nobody else gives numbers."""
    numbers = _known_numbers(runs)
    for run in reversed(runs):
        if run.id not in numbers:
            numbers[run.id] = max(numbers.values(), default=0) + 1
            with contextlib.suppress(OSError, ValueError):  # damaged, just deleted, no disk: the next look tries again
                run.update_metadata(number=numbers[run.id])
    return numbers


def _next_number(owner: str, folder: Path) -> int:
    """Above the numbers of all runs of an owner's, those that were deleted and can still be brought back among them."""
    numbers = list(_number_all(Run.of_owner(owner, folder)).values())
    for aside in folder.glob(f".*{TRASH_SUFFIX}"):
        metadata = Run(aside).metadata_or_none()
        if metadata and metadata.owner == owner and metadata.number is not None:
            numbers.append(metadata.number)
    return max(numbers, default=0) + 1


@functools.lru_cache(maxsize=4096)
def _number(path: str) -> int:
    """A run's number: never changed once it is there, so it is read once.

    Raises:
        RunError: it has none yet, is damaged, or was deleted.
    """
    if (number := Run(Path(path)).metadata().number) is None:
        raise DamagedRunError("It has no number yet.")
    return number


@functools.lru_cache(maxsize=4096)
def _owner_and_time(path: str) -> tuple[str, float]:
    """Who began a run and when: never changed, so it is read once. What cannot be read is read again.

    Raises:
        RunError: it is damaged, or was deleted.
    """
    metadata = Run(Path(path)).metadata()
    return metadata.owner, metadata.created

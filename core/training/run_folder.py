"""A run is a folder: who trains writes it, who watches reads it, and nothing is passed by hand.

    config.json        the settings, a title, who began it (an unguessable session key)
    status.json        the state it is in, and why; replaced whole
    events.jsonl       appended, one event a line: "steps", "epoch", "learning_rate", "state"
    commands.jsonl     appended by pages: "pause", "stop", "learning_rate", "go_on"
    lease              touched by every page that watches
    live.npz           the answers to 25 digits and the first layer's weights, about once a second
    checkpoints/       the network at steps 0, 1, 2, 4, ... and after each epoch, float16 safetensors
    state.npz          all that an exact continuation needs: parameters, optimizer, place in the epoch
    model.safetensors  the finished network, with model.keras and model.h5
    scores.json        what it reaches on the test set

Files are written beside and renamed into place, so that a kill at any moment tears nothing.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.bundle import ROOT
from core.training.config import TrainingConfig

QUEUED, RUNNING, PAUSED = "queued", "running", "paused"
FINISHED, STOPPED, DIVERGED, INTERRUPTED, FAILED = "finished", "stopped", "diverged", "interrupted", "failed"
GOING = (QUEUED, RUNNING)
CAN_GO_ON = (PAUSED, STOPPED, INTERRUPTED)
INBOX = "inbox"
ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 bits: nobody guesses another's run


def runs_folder() -> Path:
    """Where runs are kept: RUNS_DIR, or .runs in the app's folder."""
    return Path(os.environ.get("RUNS_DIR", ROOT / ".runs"))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is complete, or as it was before, whatever happens meanwhile."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


class Run:
    """One run, by its folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def id(self) -> str:
        """The folder's name: 22 letters that nobody can guess."""
        return self.path.name

    @classmethod
    def create(cls, config: TrainingConfig, title: str, owner: str, folder: Path | None = None) -> Run:
        """A new run, waiting to be trained.

        Raises:
            OSError: the disk is full, or the folder cannot be written.
        """
        folder = folder or runs_folder()
        (folder / INBOX).mkdir(parents=True, exist_ok=True)
        name = secrets.token_urlsafe(16)
        beside = folder / f".{name}.new"
        beside.mkdir()
        about = {"config": config.to_dict(), "title": title, "owner": owner, "created": time.time()}
        write_whole(beside / "config.json", json.dumps(about, indent=1).encode())
        write_whole(beside / "status.json", json.dumps({"state": QUEUED}).encode())
        (beside / "events.jsonl").touch()
        (beside / "commands.jsonl").touch()
        (beside / "lease").touch()
        (beside / "checkpoints").mkdir()
        beside.rename(folder / name)
        run = cls(folder / name)
        run.ask_for_turn()
        return run

    @classmethod
    def find(cls, name: str, folder: Path | None = None) -> Run | None:
        """The run of this id; None if there is none, or the text is no id."""
        if not ID.fullmatch(name):
            return None
        path = (folder or runs_folder()) / name
        return cls(path) if (path / "config.json").is_file() else None

    def ask_for_turn(self) -> None:
        """Tell the training service that this run wants to be trained, or trained on."""
        inbox = self.path.parent / INBOX
        inbox.mkdir(exist_ok=True)
        (inbox / self.id).touch()

    def about(self) -> dict[str, Any]:
        """Settings as a dict, title, owner, and when it was made."""
        about: dict[str, Any] = json.loads((self.path / "config.json").read_bytes())
        return about

    def config(self) -> TrainingConfig:
        """Its settings."""
        return TrainingConfig.from_dict(self.about()["config"])

    def status(self) -> dict[str, Any]:
        """Its state, one of the names above, with what belongs to it."""
        status: dict[str, Any] = json.loads((self.path / "status.json").read_bytes())
        return status

    def set_status(self, state: str, **more: Any) -> None:
        """Change its state; only the training service and its jobs do."""
        write_whole(self.path / "status.json", json.dumps({"state": state, **more}).encode())
        self.add_event({"type": "state", "state": state, **more})

    def add_event(self, event: Mapping[str, Any]) -> None:
        """Append one event."""
        with (self.path / "events.jsonl").open("ab") as file:
            file.write(json.dumps(event, separators=(",", ":")).encode() + b"\n")

    def command(self, command: str, value: float | None = None) -> None:
        """Ask the running training for something."""
        line = json.dumps({"command": command, "value": value}).encode() + b"\n"
        with (self.path / "commands.jsonl").open("ab") as file:
            file.write(line)

    def watch(self) -> None:
        """Say that somebody is watching."""
        write_whole(self.path / "lease", secrets.token_bytes(8))


class Lines:
    """The lines that were added to a file since one looked last; a half-written line waits."""

    def __init__(self, path: Path, from_end: bool = False) -> None:
        self.path = path
        self.place = path.stat().st_size if from_end else 0

    def new(self) -> list[dict[str, Any]]:
        """All complete lines that were not given before, parsed."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.place)
                content = file.read()
        except FileNotFoundError:
            return []
        complete = content[: content.rfind(b"\n") + 1]
        self.place += len(complete)
        return [json.loads(line) for line in complete.splitlines() if line]

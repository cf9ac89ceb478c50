"""Files that are whole at every moment: written beside and renamed into place, or read line by complete line.

So a kill at any moment tears nothing, and who reads sees no half of anything. What is damaged all the same, by a hand
or by a disk, is set aside, so that it is damaged once and not at each look.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

QUARANTINE_PREFIX = ".damaged-"  # how the names begin of what was set aside
MAX_QUARANTINED = 20  # of them in a folder; the oldest make room


def write_atomic(path: Path, content: bytes) -> None:
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


def read_json_object(path: Path) -> dict[str, Any]:
    """A JSON file that holds names and values.

    Raises:
        OSError: it is not there.
        ValueError: it is damaged.
    """
    content = loads_json(path.read_bytes())
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} is damaged: it holds no names and values.")
    return content


def loads_json(content: bytes) -> Any:
    """What a JSON file says.

    Raises:
        ValueError: it is no JSON, or nested deeper than Python follows.
    """
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("It is nested too deeply.") from error


def is_number(value: object, low: float = -1e308, high: float = 1e308) -> bool:
    """Whether it is a finite number within a range; yes and no are no numbers."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def is_integer(value: object, low: int = 0, high: int = 2**53) -> bool:
    """Whether it is a whole number within a range."""
    return isinstance(value, int) and is_number(value, low, high)


def quarantine(path: Path, folder: Path) -> None:
    """Move what is damaged out of the way, into a folder on the same disk, and say so in the log.

    Raises:
        OSError: it cannot be moved.
    """
    aside = folder / f"{QUARANTINE_PREFIX}{path.name.lstrip('.')[:100]}-{secrets.token_hex(4)}"
    path.rename(aside)
    os.utime(aside, follow_symlinks=False)
    _log.warning("%s is damaged: it was set aside as %s.", path, aside.name)
    others = sorted(folder.glob(f"{QUARANTINE_PREFIX}*"), key=lambda other: other.lstat().st_mtime_ns)
    for other in [other for other in others if other != aside][: max(0, len(others) - MAX_QUARANTINED)]:
        shutil.rmtree(other) if other.is_dir() and not other.is_symlink() else other.unlink()


class JsonlTail:
    """The lines that were added to a file since one looked last; a half-written line waits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0

    def read_new(self) -> list[dict[str, Any]]:
        """All complete lines that were not given before, parsed."""
        return list(self.iter_new())

    def iter_new(self) -> Iterator[dict[str, Any]]:
        """The same one by one: all parsed at once they may take ten times the room of the file."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                content = file.read()
        except FileNotFoundError:
            return iter(())
        complete = content[: content.rfind(b"\n") + 1]
        self.offset += len(complete)
        return (parsed for line in complete.splitlines() if (parsed := _parsed(line)) is not None)


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A line as a dict; None for one that a full disk or a kill has torn."""
    try:
        parsed = loads_json(line)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None

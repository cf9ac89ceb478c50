"""Files that are whole at every moment: written beside and renamed into place, or read line by complete line.

So a kill at any moment tears nothing, and who reads sees no half of anything.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any


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


def read_dict(path: Path) -> dict[str, Any]:
    """A JSON file that holds names and values.

    Raises:
        OSError: it is not there.
        ValueError: it is damaged.
    """
    content = json.loads(path.read_bytes())
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} is damaged: it holds no names and values.")
    return content


class Lines:
    """The lines that were added to a file since one looked last; a half-written line waits."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place = 0

    def new(self) -> list[dict[str, Any]]:
        """All complete lines that were not given before, parsed."""
        return list(self.each_new())

    def each_new(self) -> Iterator[dict[str, Any]]:
        """The same one by one: all parsed at once they may take ten times the room of the file."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.place)
                content = file.read()
        except FileNotFoundError:
            return iter(())
        complete = content[: content.rfind(b"\n") + 1]
        self.place += len(complete)
        return (parsed for line in complete.splitlines() if (parsed := _parsed(line)) is not None)


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A line as a dict; None for one that a full disk or a kill has torn."""
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None

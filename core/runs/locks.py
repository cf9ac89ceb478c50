"""One at a time: what is looked at and then changed is not changed by another meanwhile.

Tabs are threads of one server, and a second server may share the folder. A lock on a file holds both back.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

FOLDER = "locks"
FILES = 64  # two names may share one, and then wait for each other: better than a file for each name for ever
_without_files = threading.Lock()  # on Windows, where there is one server


@contextlib.contextmanager
def one_at_a_time(folder: Path, name: str) -> Iterator[None]:
    """Wait until nobody else is here with this name; a process that dies lets the next one in.

    Raises:
        OSError: the folder cannot be written.
    """
    try:
        import fcntl
    except ImportError:
        with _without_files:
            yield
        return
    place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % FILES
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    with (folder / FOLDER / f"{place:02}").open("w") as file:  # a lock is the open file's: threads wait, too
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

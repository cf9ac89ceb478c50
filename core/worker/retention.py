"""What is kept and for how long: a server's disk is finite, so the oldest runs make room for new ones.

A run that is being trained or waits is never touched. Networks of one's own go last, and never for their age alone.

How old a run is, is what the service has seen pass itself, on a clock that nobody sets. The wall clock may jump by
years, on a board without a clock each time it finds the network. So the days are those on which the app ran.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.runs.atomic_files import is_integer, is_number, quarantine, read_json_object, write_atomic
from core.runs.errors import RunError
from core.runs.limits import MAX_RUN_DAYS, MAX_RUNS, MAX_RUNS_BYTES
from core.runs.run import CHECKPOINTS, EVENTS, TRASH_SUFFIX, Run
from core.runs.states import ACTIVE, RunState

DAY_SECONDS = 24 * 3600.0
STALE_SECONDS = 60.0  # seconds after which nobody writes a file any more
TRASH_SECONDS = 3600.0  # seconds for which a deleted run can be brought back
MAX_TRASH_SHARE = 0.25  # of the bytes that are kept: what deleted runs may take besides, until their hour is over
AGES_FILE = "ages.json"
AGES_WRITE_SECONDS = (
    600.0  # seconds between two times that the ages are written: a kill makes runs younger by so much at most
)


class Ages:
    """For how long what was seen stayed as it was, in seconds that services of this folder have seen pass."""

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self.file, self.clock = folder / AGES_FILE, clock
        self.seconds = 0.0  # seen to pass
        self._since: dict[str, tuple[int, float]] = {}  # by name: its mark, and the second in which it was seen first
        self._present: set[str] = set()
        self._looked, self._kept = clock(), -AGES_WRITE_SECONDS
        self._read()

    def _read(self) -> None:
        try:
            ages = read_json_object(self.file)
        except FileNotFoundError:
            return
        except (OSError, ValueError):
            ages = {}
        seconds, since = ages.get("seconds", -1), ages.get("since")
        if is_number(seconds, 0) and isinstance(since, dict) and all(map(_is_since, since.values())):
            self.seconds, self._since = float(seconds), {name: (mark, float(at)) for name, (mark, at) in since.items()}
            return
        with contextlib.suppress(OSError):  # all are young again
            quarantine(self.file, self.file.parent)

    def tick(self) -> None:
        """Another look begins."""
        now = self.clock()
        self.seconds, self._looked = self.seconds + max(0.0, now - self._looked), now
        self._present = set()

    def since(self, name: str, mark: int) -> float:
        """The second in which this was seen first with this mark, its last change."""
        self._present.add(name)
        known, second = self._since.get(name, (None, self.seconds))
        if known != mark or second > self.seconds:
            second = self.seconds
        self._since[name] = mark, second
        return second

    def age(self, name: str, mark: int) -> float:
        """Seconds since then."""
        return self.seconds - self.since(name, mark)

    def write_if_due(self) -> None:
        """Forget what was not seen in this look and, now and then, write what is known.

        Raises:
            OSError: it cannot be written.
        """
        self._since = {name: since for name, since in self._since.items() if name in self._present}
        if self.seconds - self._kept >= AGES_WRITE_SECONDS:
            self.write()

    def write(self) -> None:
        """Write what is known, for the next service.

        Raises:
            OSError: it cannot be written.
        """
        self._kept = self.seconds
        write_atomic(self.file, json.dumps({"seconds": self.seconds, "since": self._since}).encode())


def _is_since(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and is_integer(value[0], -(2**63), 2**63) and is_number(value[1])


@dataclass(frozen=True)
class _RestingRun:
    """A run that might go."""

    run: Run
    kept: bool
    since: float  # the second of its last event, as in Ages
    changed: int  # the same by the wall clock, for the order of those that were seen first at once
    size: int  # bytes

    @property
    def order(self) -> tuple[bool, float, int]:
        """The greatest stay: kept ones, then the youngest."""
        return self.kept, self.since, self.changed


class Retention:
    """What is in a folder of runs, looked at again and again."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self.ages = Ages(folder, clock)
        self._torn: dict[Path, int] = {}

    def apply(self, most: int = MAX_RUNS, days: float = MAX_RUN_DAYS, size: int = MAX_RUNS_BYTES) -> list[str]:
        """Put aside what is too old or too much: the ids of these runs. What was put aside an hour ago is deleted."""
        self.ages.tick()
        self._remove_stale_temp_files()
        runs = list(self._resting_runs())
        runs.sort(key=lambda one: one.order, reverse=True)
        gone, count, total = [], 0, 0
        for one in runs:
            count, total = count + 1, total + one.size
            is_old = not one.kept and self.ages.seconds - one.since > days * DAY_SECONDS
            if count > most or total > size or is_old:
                with contextlib.suppress(OSError):  # whole or not at all, for those who look meanwhile
                    one.run.delete()
                gone.append(one.run.id)
                count, total = count - 1, total - one.size
        self._empty_trash(MAX_TRASH_SHARE * size)
        self.ages.write_if_due()
        return gone

    def end(self) -> None:
        """Write how old all are, for the next service.

        Raises:
            OSError: it cannot be written.
        """
        self.ages.write()

    def note_stale_temp_files(self) -> None:
        """See what a kill has left half-written, as long as nothing is at work; a minute later it is deleted.

        Among the runs, and in each that is not being trained: Keras' own files (artifacts.py), too.
        """
        found = list(self.folder.glob(".*.new"))
        for path in list(self.folder.iterdir()):
            with contextlib.suppress(OSError, RunError):
                if (run := Run.find(path.name, self.folder)) and run.status().state != RunState.RUNNING:
                    for pattern in (".*.new", f"{CHECKPOINTS}/.*.new", ".beside.*"):
                        found += path.glob(pattern)
        self._torn = {path: mark for path in found if (mark := _changed(path)) is not None}

    def _remove_stale_temp_files(self) -> None:
        """Who still writes one of them changes it or renames it."""
        for path, mark in list(self._torn.items()):
            if _changed(path) != mark:
                del self._torn[path]
            elif self.ages.age(str(path.relative_to(self.folder)), mark) > STALE_SECONDS:
                del self._torn[path]
                with contextlib.suppress(OSError):
                    _delete(path)

    def _resting_runs(self) -> Iterator[_RestingRun]:
        for path in list(self.folder.iterdir()):
            try:
                run = Run.find(path.name, self.folder)
                if run and run.status().state not in ACTIVE:
                    changed = (path / EVENTS).stat().st_mtime_ns
                    kept = run.metadata().kept
                    yield _RestingRun(run, kept, self.ages.since(run.id, changed), changed, _size(path))
            except (OSError, RunError):
                continue  # damaged, or just being deleted: not ours to judge

    def _empty_trash(self, most: float) -> None:
        """The deleted runs whose hour is over, and the oldest of them while they take too many bytes."""
        aside = []
        for path in self.folder.glob(f".*{TRASH_SUFFIX}"):
            with contextlib.suppress(OSError):  # somebody brings it back just now
                aside.append((self.ages.since(path.name, path.stat().st_mtime_ns), path, _size(path)))
        total = sum(size for *_, size in aside)
        for since, path, size in sorted(aside):
            if self.ages.seconds - since > TRASH_SECONDS or total > most:
                total -= size
                with contextlib.suppress(OSError):
                    _delete(path)


def _changed(path: Path) -> int | None:
    """When it was changed last, in nanoseconds of the wall clock; None if it is not there."""
    with contextlib.suppress(OSError):
        return path.lstat().st_mtime_ns
    return None


def _delete(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())

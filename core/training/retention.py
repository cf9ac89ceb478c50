"""What is kept and for how long: a server's disk is finite, so the oldest runs make room for new ones.

A run that is being trained or waits is never touched. Networks of one's own go last.
"""

import contextlib
import shutil
import time
from pathlib import Path

from core.training.limits import KEPT_BYTES, KEPT_DAYS, KEPT_RUNS
from core.training.run_folder import CHECKPOINTS, DELETED, EVENTS, GOING, RUNNING, Run

DAY = 24 * 3600.0
TORN = 60.0  # seconds after which nobody writes a file any more
UNDO = 3600.0  # seconds for which a deleted run can be brought back


def tidy(
    folder: Path, most: int = KEPT_RUNS, days: float = KEPT_DAYS, size: int = KEPT_BYTES, now: float | None = None
) -> list[str]:
    """Delete what is too old or too much, by the time of each run's last event; the ids of what was deleted.

    A clock that was set back makes runs young, never old: nothing is lost by it.
    """
    now = time.time() if now is None else now
    _clear_away(folder, f".*{DELETED}", now - UNDO)
    runs = []
    for path in folder.iterdir():
        run = Run.find(path.name, folder)
        try:
            if run and run.status()["state"] not in GOING:
                runs.append((bool(run.about().get("kept")), (path / EVENTS).stat().st_mtime, _size(path), run))
        except (OSError, ValueError, KeyError):
            continue  # damaged, or just being deleted: not ours to judge
    runs.sort(key=lambda found: found[:2], reverse=True)  # kept ones first, then the youngest
    gone, count, total = [], 0, 0
    for _, last, bytes_, run in runs:
        count, total = count + 1, total + bytes_
        if count > most or total > size or now - last > days * DAY:
            with contextlib.suppress(OSError):  # whole or not at all, for those who look meanwhile
                run.delete()
                shutil.rmtree(run.aside, ignore_errors=True)
            gone.append(run.id)
            count, total = count - 1, total - bytes_
    return gone


def clear_away_torn(folder: Path, now: float | None = None) -> None:
    """Delete what a kill has left half-written; what is younger than a minute may still be at work.

    Among the runs, and in each that is not being trained: Keras' own files (keeping.py), too.
    """
    before = (time.time() if now is None else now) - TORN
    _clear_away(folder, ".*.new", before)
    for path in folder.iterdir():
        with contextlib.suppress(OSError, ValueError, KeyError):
            if (run := Run.find(path.name, folder)) and run.status()["state"] != RUNNING:
                for inside in (path, path / CHECKPOINTS):
                    _clear_away(inside, ".*.new", before)
                _clear_away(path, ".beside.*", before)


def _clear_away(folder: Path, pattern: str, before: float) -> None:
    for path in folder.glob(pattern):
        with contextlib.suppress(OSError):  # somebody brings it back just now
            if path.stat().st_mtime < before:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())

"""How long it takes, for who waits: until a run's turn, and until its end."""

import contextlib
from collections.abc import Sequence

from core.runs.errors import RunError
from core.runs.eta import Speed, read_speed
from core.runs.eta import seconds_left as expected_seconds_left
from core.runs.run import Run, runs_folder
from core.runs.service_client import Queue, expected_wait, read_queue
from pages.ui.runs.own_runs import history_reader


def speed() -> Speed | None:
    """The measured speed of this machine; None as long as the training service is not there."""
    return read_speed(runs_folder())


def seconds_left(run: Run) -> float | None:
    """What a run still needs, from its pace so far or from what such a training is expected to take."""
    if (measured := speed()) is None:
        return None
    history = history_reader(run.id).update()
    return expected_seconds_left(run.config(), measured, history.step, history.seconds_per_update, history.is_starting)


def place_and_wait(run: Run) -> tuple[int, float] | None:
    """Its place in the queue, 1 for the next, and the seconds until its turn; None if it does not wait."""
    queue: Queue = read_queue()
    place = queue.position(run.id)
    if place is None:
        return None
    before = [one for name in queue.waiting[: place - 1] if (one := Run.find(name))]
    active = [one for name in queue.running if (one := Run.find(name))]
    return place, expected_wait(_seconds_left_of(active), _seconds_left_of(before), max(1, queue.slots))


def _seconds_left_of(runs: Sequence[Run]) -> list[float]:
    """The same of several, strangers' runs among them; one that cannot be read counts nothing."""
    left = []
    for run in runs:
        with contextlib.suppress(RunError):
            left.append(seconds_left(run) or 0.0)
    return left

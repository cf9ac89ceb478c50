"""A run's loss landscape is computed when somebody asks for it: the page enqueues it, and the service finds the time.

It waits in the service's queue as a training does. Whether it waits or is being made is what the service tells of
its queue: so nothing says for ever that it is being made, when the service has died.
"""

import contextlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.explain.loss_landscape import LossLandscape, landscape_from_npz
from core.nn.network import Network
from core.runs.checkpoints import checkpoint_steps, load_checkpoint
from core.runs.errors import RunError, reading
from core.runs.run import CHECKPOINTS, INBOX, LANDSCAPE, Run
from core.runs.service_client import read_queue
from core.runs.states import ACTIVE

LANDSCAPE_FILE = "hill.npz"
FAILURE_FILE = "hill.failed"  # why the last try failed, in words


class LandscapeState(StrEnum):
    """How it stands with a run's loss landscape."""

    NONE = "none"  # nobody has asked for it
    QUEUED = "queued"
    RUNNING = "running"  # it is being computed
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class LandscapeStatus:
    """How it stands with a run's loss landscape; an earlier one can be read while a new one is computed."""

    state: LandscapeState
    reason: str = ""  # of a failure, in words for the learner
    out_of_date: bool = False  # the one that is there ends where the run has gone on since


def why_no_landscape(run: Run) -> str | None:
    """Why no landscape of this run can be computed now, in words for the learner; None if one can."""
    if run.status().state in ACTIVE:
        return "This network is still learning. Its hill can be seen when it has stopped."
    if len(checkpoint_steps(run.path / CHECKPOINTS)) < 2:
        return "This network was kept at fewer than two moments of its training, so there is no path to be seen."
    return None


def request_landscape(run: Run) -> None:
    """Ask the training service for the landscape of a run as it is now; asking twice is asking once.

    Of a run that is still being trained it is made afterwards, since a run does one task at a time.

    Raises:
        OSError: the disk is full.
    """
    run.enqueue(LANDSCAPE)


def read_landscape(run: Run) -> LossLandscape | None:
    """The landscape that was computed last; None if there is none, or its file is damaged."""
    with contextlib.suppress(RunError), reading(run.path):
        return landscape_from_npz(run.file(LANDSCAPE_FILE).read_bytes())
    return None


def landscape_status(run: Run) -> LandscapeStatus:
    """Whether there is a landscape, it waits, is being computed or could not be; and whether it is up to date."""
    name = run.task_id(LANDSCAPE)
    # In this order: the service takes the request away only when it has told who waits, and a landscape is kept
    # before it tells that it is no longer at work. The other way round a page would see nothing for a moment.
    asked = (run.path.parent / INBOX / name).exists()
    queue = read_queue(run.path.parent)
    landscape = read_landscape(run)
    out_of_date = landscape is not None and _is_stale(run, int(landscape.steps[-1]))
    if name in queue.running:
        return LandscapeStatus(LandscapeState.RUNNING, out_of_date=out_of_date)
    if asked or name in queue.waiting:
        return LandscapeStatus(LandscapeState.QUEUED, out_of_date=out_of_date)
    with contextlib.suppress(OSError):
        reason = (run.path / FAILURE_FILE).read_text(encoding="utf-8")
        return LandscapeStatus(LandscapeState.FAILED, reason, out_of_date)
    return LandscapeStatus(LandscapeState.NONE if landscape is None else LandscapeState.READY, out_of_date=out_of_date)


def is_finite(network: Network) -> bool:
    """Whether all of its weights are numbers; a training that diverged, or float16, may have left others."""
    return all(np.isfinite(layer.weights).all() and np.isfinite(layer.biases).all() for layer in network.layers)


def _is_stale(run: Run, step: int) -> bool:
    """Whether a landscape that ends at this step ends before the run's last checkpoint of those that hold numbers."""
    for last, path in reversed(checkpoint_steps(run.path / CHECKPOINTS).items()):
        if last == step:
            return False
        with contextlib.suppress(RunError), reading(run.path):
            if is_finite(load_checkpoint(path)):
                return True
    return True

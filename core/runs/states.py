"""The states of a run, and how it comes from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class RunState(StrEnum):
    """How it stands with a run; the values are those in its files."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"  # its process ended before it did
    FAILED = "failed"  # no memory, no disk
    FINISHED = "finished"
    DIVERGED = "diverged"  # its loss is no number: no network is kept
    IMPORTED = "imported"  # a network from a file: nobody knows how it was trained


ACTIVE = (RunState.QUEUED, RunState.RUNNING)
RESUMABLE = (RunState.PAUSED, RunState.STOPPED, RunState.INTERRUPTED, RunState.FAILED)

_ENDS = (RunState.PAUSED, RunState.STOPPED, RunState.INTERRUPTED, RunState.FAILED)  # also of one that still waits
TRANSITIONS: dict[RunState, tuple[RunState, ...]] = {
    RunState.QUEUED: (RunState.RUNNING, *_ENDS, RunState.QUEUED),  # to itself: its machine was lost before it began
    RunState.RUNNING: (*_ENDS, RunState.FINISHED, RunState.DIVERGED, RunState.QUEUED),  # the last: its machine was lost
    **dict.fromkeys(RESUMABLE, (RunState.QUEUED,)),
    RunState.FINISHED: (RunState.QUEUED,),  # more epochs
    RunState.DIVERGED: (),
    RunState.IMPORTED: (),
}


class Outcome(NamedTuple):
    """How a task ended: the state that the run then has, and what else is said in its status."""

    state: RunState
    detail: Mapping[str, Any]  # by the names of RunStatus


@dataclass(frozen=True)
class RunStatus:
    """A run's state with what belongs to it."""

    state: RunState
    reason: str | None = None  # why, in words
    by: str | None = None  # a hash: who paused or stopped it
    pid: int | None = None  # of its process
    step: int | None = None  # updates taken
    learning_rate: float | None = None  # at which it diverged
    lost: bool = False  # its machine was lost, and it goes on elsewhere

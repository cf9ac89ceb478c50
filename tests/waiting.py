"""Waiting for what others do, for as long as it takes but not for ever."""

import hashlib
import threading
from collections.abc import Callable
from typing import TypeVar

from core.runs.run import Run
from core.runs.states import ACTIVE

LIMIT = 180  # seconds: no wait is longer, but for a cluster's; most take one or two

T = TypeVar("T")


def eventually(
    condition: Callable[[], T],
    checkpoint: threading.Event = threading.Event(),  # noqa: B008  an event that never comes: a clock
    limit: int = LIMIT,
) -> T:
    """Wait until a condition holds."""
    for _ in range(limit * 50):
        if value := condition():
            return value
        checkpoint.wait(0.02)
    raise AssertionError("This did not happen in time.")


def ended(run: Run) -> bool:
    return run.status().state not in ACTIVE


def weights_hash(run: Run) -> str:
    return hashlib.sha256((run.path / "model.safetensors").read_bytes()).hexdigest()

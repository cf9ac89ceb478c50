"""Waiting for what others do, for as long as it takes but not for ever."""

import hashlib
import threading

from core.runs.states import ACTIVE

LIMIT = 180  # seconds: no wait is longer, but for a cluster's; most take one or two


def eventually(condition, checkpoint=threading.Event(), limit=LIMIT):  # noqa: B008  an event that never comes: a clock
    """Wait until a condition holds."""
    for _ in range(limit * 50):
        if value := condition():
            return value
        checkpoint.wait(0.02)
    raise AssertionError("This did not happen in time.")


def ended(run):
    return run.status().state not in ACTIVE


def weights_hash(run):
    return hashlib.sha256((run.path / "model.safetensors").read_bytes()).hexdigest()

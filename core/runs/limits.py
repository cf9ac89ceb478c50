"""What this server allows, set by its environment: how many at a time, how long, how much memory, what is kept."""

import contextlib
import os
from pathlib import Path

from core.formatting import MEGABYTE
from core.runs.config import TrainingConfig
from core.runs.environment import number, switch

SMALL_SERVER_BYTES = 1500 * MEGABYTE  # a server with less trains one run at a time
CONTAINER_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")  # cgroups 2 and 1


def available_memory(container_limits: tuple[str, ...] = CONTAINER_LIMITS) -> float:
    """Bytes of memory that this server has, or that its container may take; infinite where that is not told."""
    found = []
    with contextlib.suppress(AttributeError, ValueError, OSError):  # Windows has no sysconf
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for file in container_limits:
        with contextlib.suppress(OSError, ValueError):  # "max", where there is no limit
            found.append(int(Path(file).read_text()))
    return min(found, default=float("inf"))


IS_SMALL_SERVER = available_memory() < SMALL_SERVER_BYTES
SLOTS = number("TRAINING_SLOTS", 1 if IS_SMALL_SERVER else 2)  # runs trained at a time
MAX_QUEUED = number("TRAINING_QUEUE", 200)  # runs; beyond it nobody can begin another
MAX_MINUTES = number("TRAINING_MINUTES", 30.0)  # a run that takes longer is stopped and kept
MAX_MEMORY_BYTES = number("TRAINING_MEMORY_MB", 1500) * MEGABYTE  # of data a training, the program included
PROGRAM_BYTES = 800 * MEGABYTE  # of data that Keras, TensorFlow and its compiler take besides what is learned

MAX_SWEEP_MINUTES = number("SWEEP_MINUTES", 30.0)  # that the runs of one sweep may take together

MAX_UPDATES = 1_000_000  # of a run: each is a point of its history

MAX_RUNS = number("RUNS_KEPT", 300)  # the oldest go first, networks of one's own last
MAX_RUN_DAYS = number("RUNS_DAYS", 30.0)
MAX_RUNS_BYTES = number("RUNS_MB", 4000) * MEGABYTE

MODEL_FILES = switch("MODEL_FILES")  # whether visitors may bring networks, and runs, in files

MAX_SWEEP_RUNS = min(32, MAX_RUNS)  # of one sweep, lest its last push out its first


def why_not_trained(config: TrainingConfig) -> str | None:
    """Why this server cannot train these settings, with the numbers; None if it can."""
    if (updates := config.updates) > MAX_UPDATES:
        return f"These are {updates:,} updates, and at most {MAX_UPDATES:,} are made here. Take larger batches."
    allowed = MAX_MEMORY_BYTES - PROGRAM_BYTES
    if config.estimated_memory_bytes <= allowed:
        return None
    return (
        f"This training would need about {config.estimated_memory_bytes / MEGABYTE:,.0f} MB, and this server allows "
        f"{max(0, allowed) / MEGABYTE:,.0f} MB. Take fewer or smaller layers, smaller batches or fewer images."
    )

"""The service in a world where something is amiss: python -m tests.core.worker.strange_service WHAT FOLDER."""

import itertools
import resource
import sys
import time

from core.formatting import MEGABYTE
from core.runs import limits


def all_is_well() -> None:
    pass


def too_little_memory() -> None:
    """The estimate takes more for possible than the system gives."""
    limits.PROGRAM_BYTES, limits.MAX_MEMORY_BYTES = 0, 430 * MEGABYTE


def a_small_disk() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))


def a_clock_that_goes_backwards() -> None:
    minutes = itertools.count()
    time.time = lambda: 1.7e9 - 60 * next(minutes)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
    from core.worker import service  # now: it takes its limits when it is imported

    sys.argv = ["service", sys.argv[2]]
    service.main()

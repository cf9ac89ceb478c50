"""The training service: one program that has Keras loaded, and forks a process for each task.

    python -m core.worker.service FOLDER [--standalone]

It is started with the app and ends with it: when its standard input closes. With --standalone it is a program of its
own, for web processes that come and go: it ends when it is told to (SIGTERM, SIGINT).

Of the runs that wait (scheduler.py) it runs some at a time: first come, first served, except that owners with fewer
runs at work go first. The work is done on this machine (TRAINING_SLOTS at a time, 2) or, when RAY_ADDRESS is set, on
the machines of a cluster.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core.runs.environment import CLUSTER, variable
from core.runs.eta import measure, read_speed, write_speed
from core.runs.leadership import Heartbeat, take_lock
from core.runs.service_client import EXIT_ALREADY_LED, ONE_THREAD
from core.worker.error_log import log_errors
from core.worker.executor import Executor
from core.worker.local_executor import ForkExecutor
from core.worker.scheduler import Scheduler

_log = logging.getLogger(__name__)

STANDALONE = "--standalone"
TICK_SECONDS = 0.05  # seconds between looks


def _executor() -> Executor:
    """A cluster when RAY_ADDRESS is set, else this machine."""
    if address := variable(CLUSTER):
        try:
            from core.worker.ray_executor import RayExecutor
        except ImportError:
            words = "RAY_ADDRESS is set, but Ray is not installed: pip install -r requirements-cluster.txt"
            _log.warning("%s. Until then this machine trains.", words)
        else:
            return RayExecutor(address)
    return ForkExecutor()


def main() -> int:
    """Serve until standard input closes; TAKEN if another service leads the folder."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    folder, is_standalone = Path(sys.argv[1]), STANDALONE in sys.argv[2:]
    if is_standalone and not ONE_THREAD.items() <= os.environ.items():  # NumPy asks when it is imported
        program = [sys.executable, "-m", "core.worker.service", *sys.argv[1:]]
        os.execve(sys.executable, program, os.environ | ONE_THREAD)  # noqa: S606
    folder.mkdir(parents=True, exist_ok=True)
    lock = take_lock(folder)
    if lock is None:
        return EXIT_ALREADY_LED
    heartbeat = Heartbeat(folder)
    heartbeat.beat()
    scheduler = Scheduler(folder, _executor())
    scheduler.recover()
    scheduler.tick(begins=False)  # so that it is said who waits, before the long import
    scheduler.executor.warm_up()
    with log_errors():
        old = read_speed(folder)
        now = measure()
        write_speed(
            folder, replace(now, correction=old.correction, startup_seconds=old.startup_seconds) if old else now
        )
    gc.freeze()  # what is shared is not touched by the collector, and so stays shared
    print("ready", flush=True)  # its client waits for this line
    is_over = end_signal() if is_standalone else closing_of_input()
    while not is_over():
        with log_errors():
            if heartbeat.beat() and lock.is_lost():
                _log.warning("The folder of runs was replaced: all begins anew.")
                break
        with log_errors():
            scheduler.tick()
    scheduler.shutdown()
    return 0


def end_signal() -> Callable[[], bool]:
    """A function that waits a moment and says whether this process was told to end."""
    signals: list[int] = []  # and no event: its lock may be held by what the signal interrupts
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: signals.append(number))

    def has_come() -> bool:
        time.sleep(TICK_SECONDS)
        return bool(signals)

    return has_come


def closing_of_input() -> Callable[[], bool]:
    """A function that waits a moment and says whether standard input has closed: the app that started this is gone."""
    if sys.platform != "win32":
        return lambda: bool(select.select([sys.stdin], [], [], TICK_SECONDS)[0]) and not os.read(0, 1024)
    closed = threading.Event()  # Windows can select among sockets only

    def read() -> None:
        while os.read(0, 1024):
            pass
        closed.set()

    threading.Thread(target=read, name="standard input", daemon=True).start()
    return lambda: closed.wait(TICK_SECONDS)


if __name__ == "__main__":
    sys.exit(main())

"""A process that has begun before anybody asks: TensorFlow runs in it, and the steps of some presets are compiled.

From the press of the button to the first loss, that is three quarters of the wait.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from core.runs.exit_codes import exit_code_of
from core.runs.run import Run
from core.worker.child_process import ChildProcess, log_to, set_up_child, temporary_folder

PREPARED_PRESETS = ("quick", "article")


class SpareProcess:
    """A child that prepares itself, then waits for a run, does with it what `train` does, and ends.

    Raises:
        OSError: the system has no room for it.
    """

    def __init__(self, context: BaseContext, train: Callable[[Run, Any], int]) -> None:
        self._orders, orders = context.Pipe()
        temporary = temporary_folder("prepared-")
        process = context.Process(  # type: ignore[attr-defined]  # each context has its own
            target=_prepare_and_wait, args=(orders, temporary, train), daemon=True
        )
        self.child = ChildProcess(process, temporary)
        self._is_ready = False
        with contextlib.closing(orders):
            self.child.start()

    @property
    def is_alive(self) -> bool:
        """Whether it has not broken down."""
        return self.child.poll() is None

    def is_ready(self) -> bool:
        """Whether it is alive and all is prepared."""
        with contextlib.suppress(OSError, EOFError):  # it has ended
            self._is_ready = self._is_ready or (self._orders.poll() and bool(self._orders.recv()))
        return self._is_ready and self.is_alive

    def begin(self, run: Run) -> ChildProcess:
        """Have it train a run.

        Raises:
            OSError: it has ended just now.
        """
        with contextlib.closing(self._orders):
            self._orders.send(str(run.path))
        return self.child

    def end(self) -> None:
        """End it by force: it holds nothing of anybody's."""
        self._orders.close()
        self.child.kill()
        self.child.poll(wait=True)


def _prepare_and_wait(orders: Connection, temporary: str | None, train: Callable[[Run, Any], int]) -> None:
    set_up_child(temporary)
    nothing = os.open(os.devnull, os.O_WRONLY)  # TensorFlow says at its start what the processor can
    os.dup2(nothing, 2)
    from core.worker.training_job import prepare

    prepared = prepare(PREPARED_PRESETS)
    try:
        orders.send(True)
        run = Run(Path(orders.recv()))
    except (EOFError, OSError):  # the service has ended
        sys.exit(0)
    try:
        log_to(run)
    except OSError as error:
        sys.exit(exit_code_of(error))
    sys.exit(train(run, prepared))

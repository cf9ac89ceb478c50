"""The training service, started with the app, a little later than the first page: that one comes first."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pages.ui.shell.once import once_a_process

if TYPE_CHECKING:
    from core.runs.service_client import ServiceState, TrainingService

HEAD_START = 4.0  # seconds for the first visitor's first page


class LazyService:
    """Starts the service in a moment, or at once when it is needed."""

    def __init__(self) -> None:
        self.service: TrainingService | None = None
        self._needed = threading.Event()
        self._is_over = False
        self._starting = threading.Lock()  # between the question whether all is over and a service that can be ended
        self._thread = threading.Thread(target=self._start, name="start of the training service", daemon=True)
        self._thread.start()

    def _start(self) -> None:
        self._needed.wait(HEAD_START)
        if self._is_over:
            return
        from core.runs.service_client import TrainingService

        with self._starting:
            if not self._is_over:
                self.service = TrainingService()

    def start_now(self) -> None:
        """Do not wait any longer."""
        self._needed.set()

    def state(self) -> ServiceState:
        """How it stands with the service that leads the folder of runs."""
        from core.runs.service_client import STARTING, ServiceState

        return self.service.state() if self.service else ServiceState(STARTING)

    def end(self) -> None:
        """End the service and all that it trains; one that is being started is not."""
        with self._starting:
            self._is_over = True
        self._needed.set()
        self._thread.join()
        if self.service:
            self.service.shutdown()


@once_a_process
def training_service() -> LazyService:
    """The one service of this server."""
    return LazyService()

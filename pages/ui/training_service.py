"""The training service, started with the app, a little later than the first page: that one comes first."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from core.training.client import TrainingService

HEAD_START = 4.0  # seconds for the first visitor's first page


class Starter:
    """Starts the service in a moment, or at once when it is needed."""

    def __init__(self) -> None:
        self.service: TrainingService | None = None
        self._needed = threading.Event()
        threading.Thread(target=self._start, name="start of the training service", daemon=True).start()

    def _start(self) -> None:
        self._needed.wait(HEAD_START)
        from core.training.client import TrainingService

        self.service = TrainingService()

    def now(self) -> None:
        """Do not wait any longer."""
        self._needed.set()

    @property
    def is_ready(self) -> bool:
        """Whether a run that is begun now is trained at once."""
        return self.service is not None and self.service.ready.is_set()

    def end(self) -> None:
        """End the service and all that it trains."""
        if self.service:
            self.service.end()


@st.cache_resource(show_spinner=False, on_release=lambda starter: starter.end())
def training_service() -> Starter:
    """The one service of this server."""
    return Starter()

"""What begins with the server, and not with its first visitor."""

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import streamlit as st

import pages.ui.shell.streamlit_patches  # noqa: F401  in force before the first message is heard
from pages.ui.shell.heap_trimmer import start_heap_trimmer
from pages.ui.shell.training_service import training_service


@asynccontextmanager
async def while_serving(app: st.App) -> AsyncGenerator[None]:
    """Start what all visitors share. The training service sees by its standard input when this process has ended."""
    start_heap_trimmer()
    training_service()
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
    yield


def _warm_up() -> None:
    """Import what the first visitor's page needs, while the browser still reads Streamlit's scripts."""
    import pages.ui.shell.navigation  # noqa: F401

"""A web process that many sessions come and go in, and that gives their memory back.

Each visitor's script runs in a thread, and the C library gives threads heaps of their own, whose gaps nobody else uses.
What a session leaves behind refers to itself in circles, and Python's collector waits long before it looks at what is
old; after every run, as Streamlit would have it, it would cost each of them 70 ms.
"""

import ctypes
import gc
import sys
import threading

from core.heap import trim_heap
from pages.ui.shell.once import once_a_process

INTERVAL_SECONDS = 20.0  # seconds
ARENA_MAX, HEAPS = -8, 2  # mallopt(M_ARENA_MAX), in malloc.h; heaps for all threads


@once_a_process
def start_heap_trimmer() -> threading.Event:
    """From now on, give back what is no longer used, now and then, until the event is set."""
    if sys.platform == "linux":
        ctypes.CDLL(None).mallopt(ARENA_MAX, HEAPS)
    stop = threading.Event()
    threading.Thread(target=_give_back, args=(stop,), name="memory", daemon=True).start()
    return stop


def _give_back(stop: threading.Event) -> None:
    while not stop.wait(INTERVAL_SECONDS):
        gc.collect()
        trim_heap()

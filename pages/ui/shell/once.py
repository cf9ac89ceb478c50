"""What lives as long as the server: made at its first use, then the same for all, in a module and in no cache.

Streamlit runs the scripts in pages/ again and again, but imports what they import once a process. Its caches are no
place for what has to live: any visitor's browser may ask for them to be cleared, for everybody.
"""

import functools
import threading
from collections.abc import Callable
from typing import Any


def once_a_process(make: Callable[[], Any]) -> Callable[[], Any]:
    """A function that calls `make` at the first call, and gives what it made at each; its `forget` is for tests."""
    lock = threading.Lock()
    made: list[Any] = []

    @functools.wraps(make)
    def get() -> Any:
        with lock:  # two first visitors may come at once
            if not made:
                made.append(make())
            return made[0]

    get.forget = made.clear  # type: ignore[attr-defined]
    return get

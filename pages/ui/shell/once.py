"""What lives as long as the server: made at its first use, then the same for all, in a module and in no cache.

Streamlit runs the scripts in pages/ again and again, but imports what they import once a process. Its caches are no
place for what has to live: any visitor's browser may ask for them to be cleared, for everybody.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class once_a_process(Generic[T]):  # noqa: N801  it decorates, as functools' do
    """A function that calls `make` at the first call, and gives what it made at each; `forget` is for tests."""

    def __init__(self, make: Callable[[], T]) -> None:
        self.__doc__ = make.__doc__
        self._make, self._made, self._lock = make, list[T](), threading.Lock()

    def __call__(self) -> T:
        """What was made."""
        with self._lock:  # two first visitors may come at once
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def forget(self) -> None:
        """Make it anew at the next call."""
        self._made.clear()

"""Large arrays that a program and those that it starts hold once, together: in memory that has the form of a file.

On Linux; elsewhere each program holds its own.
"""

import contextlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

ENV_VAR = "SHARED_ARRAYS"  # in a child's environment: "name=descriptor ..."
_kept: dict[str, int] = {}  # descriptors of this process' own, by name


def publish(name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same array where children can have it, too; it cannot be changed any more."""
    array.setflags(write=False)
    if hasattr(os, "memfd_create"):
        # Where this process may write no file, or gets no more memory, it has its array as before.
        with contextlib.suppress(OSError), os.fdopen(os.memfd_create(name), "wb") as file:
            np.save(file, array)
            _kept[name] = os.dup(file.fileno())
    there = attach(name)
    return array if there is None else there


def attach(name: str) -> npt.NDArray[Any] | None:
    """The array that was shared under this name, here or by the parent; None if none was."""
    handed_down = dict(one.split("=") for one in os.environ.get(ENV_VAR, "").split())
    file = Path(f"/proc/self/fd/{_kept.get(name, handed_down.get(name))}")
    if not file.is_symlink() or not str(file.readlink()).startswith(f"/memfd:{name} "):
        return None  # a number that means something else here
    return np.asarray(np.load(file, mmap_mode="r", allow_pickle=False))


def child_environment() -> tuple[tuple[int, ...], dict[str, str]]:
    """What a child needs to have what was shared so far: descriptors to keep open, and a part of its environment."""
    words = " ".join(f"{name}={descriptor}" for name, descriptor in _kept.items())
    return tuple(_kept.values()), {ENV_VAR: words}

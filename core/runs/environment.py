"""What the environment sets, checked all at once before anything starts. Needs nothing but Python itself.

An empty variable sets nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TypeVar

Number = TypeVar("Number", int, float)

INTEGERS = {  # the least that makes sense
    "TRAINING_SLOTS": 1,
    "TRAINING_QUEUE": 1,
    "TRAINING_MEMORY_MB": 1,
    "RUNS_KEPT": 1,
    "RUNS_MB": 1,
}
DECIMAL = {"TRAINING_MINUTES": 0.1, "SWEEP_MINUTES": 0, "RUNS_DAYS": 0.1}
SWITCHES = ("MODEL_FILES",)  # on unless they say off
CLUSTER = "RAY_ADDRESS"
MAX_INTEGER = 1e15  # a whole number beyond is a slip of the hand, and multiplied by a megabyte would still be one


def variable(name: str) -> str:
    """What a variable says, without blanks around it; "" if it is not set."""
    return os.environ.get(name, "").strip()


def number(name: str, default: Number) -> Number:
    """What a variable sets, of the default's type, or the default.

    Raises:
        ValueError: it is no such number, or less than the least that makes sense.
    """
    text = variable(name)
    if not text:
        return default
    least = INTEGERS[name] if isinstance(default, int) else DECIMAL[name]
    with contextlib.suppress(ValueError):
        value = type(default)(text)
        if value >= least and (isinstance(default, float) or value <= MAX_INTEGER):
            return value
    kind = "a whole number" if isinstance(default, int) else "a number"
    raise ValueError(f"The environment sets {name} to {text[:100]!r}. It has to be {kind}, {least:g} or more.")


def switch(name: str) -> bool:
    """What a variable switches, on or off; on if it is not set.

    Raises:
        ValueError: it is neither.
    """
    text = variable(name)
    if text not in ("", "on", "off"):
        raise ValueError(f"The environment sets {name} to {text[:100]!r}. It has to be on or off.")
    return text != "off"


def cluster_address() -> tuple[str, int] | None:
    """Host and port of the cluster's head; None without a cluster.

    Raises:
        ValueError: this is no address of the form HOST:PORT.
    """
    text = variable(CLUSTER)
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if host and port.isascii() and port.isdigit() and 0 < int(port[:6]) < 2**16:
        return host, int(port)
    raise ValueError(f"The environment sets {CLUSTER} to {text[:100]!r}. It has to look like 10.0.0.1:6379.")


def problems() -> list[str]:
    """A sentence for each variable that makes no sense."""
    checks: list[Callable[[], object]] = [partial(number, name, 1) for name in INTEGERS]
    checks += [partial(number, name, 1.0) for name in DECIMAL]
    checks += [partial(switch, name) for name in SWITCHES]
    found = []
    for check in (*checks, cluster_address):
        try:
            check()
        except ValueError as error:
            found.append(str(error))
    return found


def exit_if_invalid() -> None:
    """End this process, with a sentence for each variable that makes no sense; nothing starts by halves."""
    if found := problems():
        print("The app does not start.", *found, sep="\n", file=sys.stderr, flush=True)
        os._exit(2)  # Streamlit would answer a SystemExit with a page, and go on

"""What a browser says of a chart or a component, checked before it is used: it may come from something else."""

from collections.abc import Container
from typing import TypeGuard

MAX_COORDINATE = 1e9  # in the units of an axis: a chart can be zoomed out, and whoever is told of a click clips it


def place(value: object) -> dict[str, float] | None:
    """Where a chart was clicked, {"x", "y"}; None for what is no place."""
    if not isinstance(value, dict):
        return None
    x, y = value.get("x"), value.get("y")
    return {"x": float(x), "y": float(y)} if _is_number(x) and _is_number(y) else None


def pointed_place(value: object) -> dict[str, float] | None:
    """Where the mouse is on a chart, and {} when it has left its axes; None for what is neither."""
    return {} if value == {} else place(value)


def one_of(value: object, offered: Container[int]) -> int | None:
    """A whole number that was offered; None for what was not."""
    return int(value) if _is_number(value) and value in offered else None


def _is_number(value: object) -> TypeGuard[int | float]:
    # Compared, since a whole number of JSON may be too large for a float; NaN is not within any bounds.
    return isinstance(value, int | float) and not isinstance(value, bool) and -MAX_COORDINATE <= value <= MAX_COORDINATE

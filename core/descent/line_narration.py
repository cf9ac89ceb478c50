"""What a learning rate did to a line, in words that are chosen by its path."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.descent.narration import number, steps_in_words, times_in_words
from core.descent.regression import (
    Descent,
    Points,
    best_line,
    mean_squared_error,
    stability_limit,
    stability_limits_of_batches,
)
from core.descent.simulation import steps_to_converge

ARRIVAL_SHARE = 0.05  # so near to the least error is arrived


def least_error(points: Points) -> float:
    """The mean squared error of the best line."""
    return float(mean_squared_error(points, best_line(points)))


def line_rate_in_words(points: Points, learning_rate: float, batches: npt.NDArray[np.integer[Any]]) -> str:
    """Where a learning rate lies to the edge of these points, and to those of the batches, (steps, batch_size)."""
    limit = stability_limit(points)
    words = (
        f"Above a learning rate of **{number(limit, 3)}**, the **edge** of these points, a line that follows all of "
        f"them flies off. {times_in_words(learning_rate, limit)}."
    )
    if batches.shape[1] == len(points):
        return words
    least = number(float(stability_limits_of_batches(points, batches).min()), 3)
    return f"{words} Each batch has an edge of its own. The smallest of them is {least}."


def line_outcome(points: Points, path: Descent) -> str:
    """Where the path of a line ended."""
    if path.diverged:
        return f"It diverged: step {path.diverged} leads beyond a million."
    least = least_error(points)
    arrived = int(steps_to_converge(path.errors - least, ARRIVAL_SHARE))
    if arrived >= 0:
        when = f"After {steps_in_words(arrived)}" if arrived else "From the start"
        return f"{when} its error is within {ARRIVAL_SHARE} of the least, {number(least, 3)}, and stays."
    steps = steps_in_words(len(path.lines) - 1)
    return f"After {steps} its error is {number(float(path.errors[-1]), 3)}. The least is {number(least, 3)}."


def starts_in_words(points: Points, paths: Sequence[Descent]) -> str:
    """How many of several starts ended at the least error."""
    least = least_error(points)
    gone = sum(path.diverged > 0 for path in paths)
    near = sum(not path.diverged and float(path.errors[-1]) < least + ARRIVAL_SHARE for path in paths)
    words = f"**{near} of {len(paths)}** random starts end within {ARRIVAL_SHARE} of the least error"
    return f"{words}; {gone} diverged." if gone else f"{words}."

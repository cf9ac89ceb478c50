"""Gradient descent is a loop of one line: where am I, how steep is it here, one step, again.

The whole path is computed at once and never changed: whoever looks at it may go forth and back in it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.descent.optimizers import Memory, Optimizer

Array = npt.NDArray[np.floating[Any]]
Function = Callable[[Any], Any]

FAR = 1e6  # a weight beyond this, in either direction, has diverged


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A path from its start, without a number that is not finite.

    `...` is the shape of the weights: () for one, (2,) for two, and whatever more runs side by side.

    Attributes:
        weights: where it was before the first step and after each, (steps + 1, ...).
        losses: the loss there.
        gradients: the slope there, (steps + 1, ...).
        memory: what the optimizer remembered there, each (steps + 1, ...).
        diverged: the first step that would have led beyond FAR, from 1; 0 when none did. One number for each of the
            paths that run side by side. A path stays where it was before that step.
    """

    weights: Array
    losses: Array
    gradients: Array
    memory: dict[str, Array]
    diverged: npt.NDArray[np.integer[Any]]

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.weights) - 1


def simulate(
    loss: Function,
    gradient: Function,
    start: Any,
    optimizer: Optimizer,
    learning_rate: Any,
    steps: int,
    axis: int | None = None,
    **settings: Any,
) -> Trajectory:
    """Take steps from a start; stop where all have diverged.

    Args:
        loss: the loss of weights, (...) -> () or, along with `axis`, one dimension less.
        gradient: its slope, (...) -> (...).
        start: the first weights, (...).
        optimizer: how a gradient becomes a step.
        learning_rate: a number, or an array that spreads over the weights.
        steps: at most so many.
        axis: the dimension that holds the weights of one place; None when each weight is a path of its own.
        settings: for the optimizer's update, such as momentum.
    """
    w = np.array(start, float)
    memory = optimizer.begin(w)
    along: list[tuple[Array, Memory]] = [(w, memory)]
    diverged = np.zeros(w.shape if axis is None else np.delete(w.shape, axis), int)
    with np.errstate(all="ignore"):  # what leaves the range of a float has diverged: it is seen, and said
        for step in range(1, steps + 1):
            new, remembered = optimizer.update(w, gradient(w), memory, learning_rate, step, **settings)
            stays = np.abs(new) <= FAR  # false for NaN, too
            if not stays.all():
                inside = stays if axis is None else stays.all(axis)
                diverged = np.where(diverged == 0, np.where(inside, 0, step), diverged)
            if diverged.any():
                if diverged.all():
                    break
                on = (diverged == 0) if axis is None else np.expand_dims(diverged == 0, axis)
                new = np.where(on, new, w)
                remembered = {name: np.where(on, value, memory[name]) for name, value in remembered.items()}
            w, memory = new, remembered
            along.append((w, memory))
        weights = np.array([place for place, _ in along])
        seen = np.moveaxis(weights, 0, -1)  # so that a function of two weights finds them in front
        return Trajectory(
            weights=weights,
            losses=np.moveaxis(np.asarray(loss(seen)), -1, 0),
            gradients=np.moveaxis(np.asarray(gradient(seen)), -1, 0),
            memory={name: np.array([m[name] for _, m in along]) for name in memory},
            diverged=diverged,
        )


def arrival(distance: Array, within: float) -> npt.NDArray[np.integer[Any]]:
    """The step from which on a path stays within a distance of its goal, -1 when it does not.

    `distance` is that of each place to the goal, (steps + 1, ...). Passing through on the way does not count.
    """
    outside = ~(distance <= within)
    last_outside = len(outside) - 1 - np.argmax(outside[::-1], axis=0)
    steps = np.where(outside.any(axis=0), last_outside + 1, 0)
    return np.where(outside[-1], -1, steps)

"""Gradient descent is a loop of one line: where am I, how steep is it here, one step, again.

The whole path is computed at once and never changed: whoever looks at it may go forth and back in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.nn.optimizers import Optimizer

Array = npt.NDArray[np.floating[Any]]
Function = Callable[[Any], Any]

DIVERGENCE_BOUND = 1e6  # a weight beyond this, in either direction, has diverged


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A path from its start, without a number that is not finite.

    `...` is the shape of the weights: () for one, (2,) for two, and whatever more runs side by side.

    Attributes:
        weights: where it was before the first step and after each, (steps + 1, ...).
        losses: the loss there.
        gradients: the slope there, (steps + 1, ...).
        diverged: the first step that would have led beyond FAR, from 1; 0 when none did. One number for each of the
            paths that run side by side. A path ends before that step; beside others it waits there.
    """

    weights: Array
    losses: Array
    gradients: Array
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
    """Take steps from a start.

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
    return simulate_many(loss, gradient, start, [(optimizer, learning_rate)], steps, axis, **settings)[0]


def simulate_many(
    loss: Function,
    gradient: Function,
    start: Any,
    racers: Sequence[tuple[Optimizer, Any]],
    steps: int,
    axis: int | None = None,
    **settings: Any,
) -> list[Trajectory]:
    """The same for several optimizers from one start, each with its learning rate: a trajectory for each.

    They step in turn, so that the ground is asked once a step for all of them.
    """
    start = np.asarray(start, float)
    weights = np.empty((steps + 1, *start.shape, len(racers)))
    weights[0] = start[..., None]
    memories = [optimizer.init(start) for optimizer, _ in racers]
    alone = start.shape if axis is None else tuple(np.delete(start.shape, axis))
    diverged = np.zeros((*alone, len(racers)), int)
    taken = steps
    with np.errstate(all="ignore"):  # what leaves the range of a float has diverged: it is seen, and said
        for step in range(1, steps + 1):
            here, after = weights[step - 1], weights[step]
            slopes = gradient(here)
            for number, (optimizer, learning_rate) in enumerate(racers):
                after[..., number], memories[number] = optimizer.update(
                    here[..., number], slopes[..., number], memories[number], learning_rate, step, **settings
                )
            if diverged.any() or not np.abs(after).max() <= DIVERGENCE_BOUND:  # not, since NaN is not larger
                stays = np.abs(after) <= DIVERGENCE_BOUND
                stays = stays if axis is None else stays.all(axis)
                diverged = np.where((diverged == 0) & ~stays, step, diverged)
                if diverged.all():
                    taken = step - 1
                    break
                on = diverged == 0
                on = on if axis is None else np.expand_dims(on, axis)
                after[...] = np.where(on, after, here)
        seen = np.moveaxis(weights[: taken + 1], 0, -1)  # so that a function of two weights finds them in front
        losses = np.moveaxis(np.asarray(loss(seen)), -1, 0)
        gradients = np.moveaxis(np.asarray(gradient(seen)), -1, 0)
    paths = []
    for number in range(len(racers)):
        gone = diverged[..., number]
        end = int(gone) if gone.ndim == 0 and gone else taken + 1
        path = [part[:end, ..., number] for part in (weights, losses, gradients)]
        paths.append(Trajectory(path[0], path[1], path[2], gone))
    return paths


def steps_to_converge(distance: Array, within: float) -> npt.NDArray[np.integer[Any]]:
    """The step from which on a path stays within a distance of its goal, -1 when it does not.

    `distance` is that of each place to the goal, (steps + 1, ...). Passing through on the way does not count.
    """
    outside = ~(distance <= within)
    last_outside = len(outside) - 1 - np.argmax(outside[::-1], axis=0)
    steps = np.where(outside.any(axis=0), last_outside + 1, 0)
    return np.where(outside[-1], -1, steps)

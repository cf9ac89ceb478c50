"""With two weights the loss is a landscape: bowls, ravines, passes, plains, and more than one valley.

Weights come as an array whose first dimension is the two of them, (2, ...): one place or many. A network's landscape
has as many directions as it has weights; there, local minima matter less than passes and ravines.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Surface:
    """Two weights' loss.

    Attributes:
        formula: the loss in LaTeX; x and y are the two weights.
        lesson: what it is, and what follows wherever a ball starts.
        race: what its race teaches from its own start, with the rates that were found for it (see learning_rates.py).
        loss: (2, ...) -> (...).
        gradient: (2, ...) -> (2, ...).
        domain: x from, x to, y from, y to: what one looks at.
        start: where the balls lie at first.
        minima: the bottoms of all valleys, the lowest first.
        logarithmic: its heights differ so much that one sees them on a logarithmic scale only.
        steps: how many it takes to see something.
    """

    title: str
    formula: str
    lesson: str
    race: str
    loss: Function
    gradient: Function
    domain: tuple[float, float, float, float]
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    logarithmic: bool = False
    steps: int = 200

    def distance(self, weights: Array) -> Array:
        """How far places, (2, ...), are from the nearest minimum: (...)."""
        bottoms = np.array(self.minima).T.reshape(2, -1, *(1,) * (weights.ndim - 1))
        return np.sqrt(((weights[:, None] - bottoms) ** 2).sum(axis=0)).min(axis=0)

    def minimum_in_words(self, weights: Array) -> str:
        """What the minimum nearest to a place, (2,), is called."""
        if len(self.minima) == 1:
            return "the minimum"
        losses = [float(self.loss(np.array(bottom))) for bottom in self.minima]
        nearest = int(np.argmin([np.hypot(*(weights - np.array(bottom))) for bottom in self.minima]))
        lowest = np.isclose(losses, losses[0])
        if not lowest[nearest]:
            return "a local minimum"
        return "a minimum" if lowest.all() else "the global minimum"

    @property
    def tolerance(self) -> float:
        """So near to a minimum is arrived: a hundredth of the width."""
        return (self.domain[1] - self.domain[0]) / 100


def _quadratic(
    title: str, steepness: tuple[float, float], lesson: str, race: str, start: tuple[float, float]
) -> Surface:
    a, b = steepness
    return Surface(
        title,
        rf"\tfrac12({'' if a == 1 else f'{a:g}'}x^2+{'' if b == 1 else f'{b:g}'}y^2)",
        lesson,
        race,
        loss=lambda w: (a * w[0] ** 2 + b * w[1] ** 2) / 2,
        gradient=lambda w: np.array([a * w[0], b * w[1]]),
        domain=(-4, 4, -3, 3),
        start=start,
        minima=((0.0, 0.0),),
    )


def _saddle() -> Surface:
    return Surface(
        "Saddle",
        r"20\,x^2+\tfrac14(y^2-1)^2",
        "Between two valleys lies a **saddle**: downhill to both sides, uphill before and behind. Its middle is level. "
        "Heights are drawn on a logarithmic scale. With many weights, saddles are more common than local minima "
        "(Dauphin et al., 2014).",
        "On the saddle gradient descent almost stands still for dozens of steps, because its steps are as small as the "
        "slope. Momentum adds up the small slopes, and Adam divides by their size: both are at a minimum in less than "
        "half the steps.",
        loss=lambda w: 20 * w[0] ** 2 + (w[1] ** 2 - 1) ** 2 / 4,
        gradient=lambda w: np.array([40 * w[0], w[1] * (w[1] ** 2 - 1)]),
        domain=(-2, 2, -1.6, 1.6),
        start=(-1.7, 0.01),
        minima=((0.0, 1.0), (0.0, -1.0)),
        logarithmic=True,
    )


def _plateau() -> Surface:
    def hollow(w: Any) -> Any:
        return np.exp(-(w[0] ** 2 + w[1] ** 2) / 2)

    return Surface(
        "Plateau",
        r"1-e^{-(x^2+y^2)/2}",
        "Level ground around a hole. The steps of gradient descent are as small as the slope.",
        "So gradient descent hardly moves at first, and even with a rate that suits it is the last of all six. RMSprop "
        "and Adam divide by the size of the slopes, so they walk on at their own pace. Adam is first.",
        loss=lambda w: 1 - hollow(w),
        gradient=lambda w: np.array([w[0] * hollow(w), w[1] * hollow(w)]),
        domain=(-4, 4, -3, 3),
        start=(-3.2, 2.6),
        minima=((0.0, 0.0),),
        steps=300,
    )


# Hollows: depth, x, y, width. The loss is 1.2 less all of them, in a wide bowl that leads to the middle.
HOLLOWS = np.array([[1.0, 1.6, -0.9, 0.8], [0.7, -1.5, 0.9, 0.7], [0.5, 1.2, 1.5, 0.6], [0.6, -1.6, -1.4, 0.7]])


def _wells() -> Surface:
    depths, places, widths = HOLLOWS[:, 0], HOLLOWS[:, 1:3], HOLLOWS[:, 3] ** 2

    def from_hollows(w: Any) -> tuple[Any, Any]:
        """How far a place is from each hollow, (4, 2, ...), and how deep it lies in it, (4, ...)."""
        w = np.asarray(w, float)
        spread = (1,) * (w.ndim - 1)
        apart = w - places.reshape(4, 2, *spread)
        size = widths.reshape(4, *spread)
        return apart, depths.reshape(4, *spread) * np.exp((apart**2).sum(axis=1) / (-2 * size))

    def loss(w: Any) -> Any:
        return 1.2 + 0.04 * (w[0] ** 2 + w[1] ** 2) - from_hollows(w)[1].sum(axis=0)

    def gradient(w: Any) -> Any:
        apart, deep = from_hollows(w)
        pull = deep / widths.reshape(4, *(1,) * (deep.ndim - 1))
        return 0.08 * w + (pull[:, None] * apart).sum(axis=0)

    bottoms = [_newton_minimum(gradient, place) for place in places]
    return Surface(
        "Several minima",
        r"1.2+0.04\,(x^2+y^2)-\textstyle\sum_i d_i\,e^{-((x-x_i)^2+(y-y_i)^2)/2s_i^2}",
        "Four valleys; the largest cross marks the lowest, the **global minimum**. Where a ball ends depends on where "
        "it starts, and on who rolls it.",
        "From here gradient descent, momentum and Adam end in three different valleys. Of these three only momentum, "
        "which rolls past the nearer ones, ends in the lowest.",
        loss=loss,
        gradient=gradient,
        domain=(-4, 4, -3, 3),
        start=(-3.6, -0.4),
        minima=tuple(sorted(((float(x), float(y)) for x, y in bottoms), key=loss)),
    )


def _newton_minimum(gradient: Function, place: Array) -> Array:
    """The place near a guess where the slope is 0: plain gradient descent."""
    for _ in range(100):
        place = place - 0.5 * gradient(place)
    return place


def _rosenbrock() -> Surface:
    return Surface(
        "Rosenbrock",
        r"(1-x)^2+100\,(y-x^2)^2",
        "Rosenbrock's banana: a bent ravine with walls so steep that the learning rate must be tiny, and a floor so "
        "flat that tiny steps take forever. Heights are drawn on a logarithmic scale.",
        "None of the 121 learning rates brings gradient descent to the minimum in 500 steps. Momentum is there first, "
        "then Adam.",
        loss=lambda w: (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2,
        gradient=lambda w: np.array([-2 * (1 - w[0]) - 400 * w[0] * (w[1] - w[0] ** 2), 200 * (w[1] - w[0] ** 2)]),
        domain=(-2, 2, -1, 3),
        start=(-1.2, 1.0),
        minima=((1.0, 1.0),),
        logarithmic=True,
        steps=500,
    )


SURFACES = {
    "bowl": _quadratic(
        "Bowl",
        (1, 1),
        "Equally steep all round: downhill is straight to the minimum.",
        "Here plain gradient descent is the fastest of all six: with a rate that suits it one step is enough.",
        (-3.2, 2.2),
    ),
    "ravine": _quadratic(
        "Ravine",
        (1, 50),
        "Steep across, flat along. The learning rate must be small for the walls, and is then too small for the floor.",
        "So gradient descent zigzags, and needs more than twice the steps of momentum. AdaGrad, which gives each "
        "weight a step size of its own, is by far the fastest, because this ravine lies along one of the weights.",
        (-3.6, 1.0),
    ),
    "saddle": _saddle(),
    "plateau": _plateau(),
    "wells": _wells(),
    "rosenbrock": _rosenbrock(),
}

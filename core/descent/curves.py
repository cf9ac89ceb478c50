"""A network's loss depends on its weights: for one weight it is a curve, and learning is rolling down it.

Each curve says its loss, its gradient (the slope) and its curvature (the slope's slope) exactly, for numbers or
whole arrays of them. `minima` are known beforehand: what gradient descent looks for in the dark.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Number = npt.NDArray[np.floating[Any]] | float
Function = Callable[[Any], Any]


@dataclass(frozen=True)
class LossCurve:
    """One weight's loss.

    Attributes:
        formula: the loss in LaTeX.
        lesson: what it is good for, in a sentence or two.
        domain: the weights between which one looks at it.
        start: where the ball lies at first.
        minima: the bottoms of all valleys in the domain, the lowest first.
    """

    title: str
    formula: str
    lesson: str
    loss: Function
    gradient: Function
    curvature: Function
    domain: tuple[float, float]
    start: float
    minima: tuple[float, ...]

    def valley(self, weight: float) -> float:
        """The minimum that a ball at this weight rolls to in tiny steps; the nearest one when it lies beyond all."""
        slope = self.gradient(weight)
        below = [m for m in self.minima if (m - weight) * slope <= 0]  # downhill is against the slope
        return min(below or self.minima, key=lambda minimum: abs(minimum - weight))

    def stability_limit(self, minimum: float) -> float:
        """The largest learning rate that still settles at a minimum: 2 / curvature.

        Near a minimum the slope is curvature * distance, so that a step multiplies the distance by
        1 - learning_rate * curvature. Beyond 2 / curvature that is below -1: each step lands farther away.
        """
        return float(2 / self.curvature(minimum))


def newton_root(gradient: Function, curvature: Function, guess: float) -> float:
    """The place near a guess where the slope is 0, by Newton's method."""
    weight = guess
    for _ in range(50):
        weight -= float(gradient(weight) / curvature(weight))
    return weight


def _parabola(title: str, steepness: float, lesson: str) -> LossCurve:
    factor = "" if steepness == 1 else f"{steepness:g}\\,"
    return LossCurve(
        title,
        f"{factor}(w-3)^2",
        lesson,
        loss=lambda w: steepness * (w - 3) ** 2,
        gradient=lambda w: 2 * steepness * (w - 3),
        curvature=lambda w: 2 * steepness + 0 * w,
        domain=(-2.0, 8.0),
        start=-1.0,
        minima=(3.0,),
    )


def _two_valleys() -> LossCurve:
    def gradient(w: Any) -> Any:
        return w * (w * w - 4) / 2 + 0.4

    def curvature(w: Any) -> Any:
        return (3 * w * w - 4) / 2

    return LossCurve(
        "Two valleys",
        r"\tfrac18(w^2-4)^2+0.4\,w+1",
        "Two minima: the left one is the **global minimum**, the lowest of all. The right one is a **local minimum**, "
        "lowest only among its neighbours. From the right the ball ends there, unless a large step throws it across.",
        loss=lambda w: (w * w - 4) ** 2 / 8 + 0.4 * w + 1,
        gradient=gradient,
        curvature=curvature,
        domain=(-3.2, 3.2),
        start=2.9,
        minima=(newton_root(gradient, curvature, -2.0), newton_root(gradient, curvature, 2.0)),
    )


def _many_valleys() -> LossCurve:
    def loss(w: Any) -> Any:
        return 0.05 * (w - 2) ** 2 + 0.5 * (1 - np.cos(3 * (w - 2)))

    def gradient(w: Any) -> Any:
        return 0.1 * (w - 2) + 1.5 * np.sin(3 * (w - 2))

    def curvature(w: Any) -> Any:
        return 0.1 + 4.5 * np.cos(3 * (w - 2))

    bottoms = [newton_root(gradient, curvature, 2 + 2 * np.pi / 3 * valley) for valley in range(-3, 2)]
    return LossCurve(
        "Many valleys",
        r"0.05\,(w-2)^2+\tfrac12\,(1-\cos 3(w-2))",
        "Many local minima: where the ball ends depends on where it starts. Try twelve random starts.",
        loss=loss,
        gradient=gradient,
        curvature=curvature,
        domain=(-5.0, 5.0),
        start=-4.8,
        minima=tuple(sorted(bottoms, key=loss)),
    )


def _plateau() -> LossCurve:
    return LossCurve(
        "Plateau",
        r"1-e^{-(w-3)^2/2}",
        "Far from the valley the ground is almost level. A slope near 0 makes steps near 0: the ball hardly moves, "
        "though the loss is high.",
        loss=lambda w: 1 - np.exp(-((w - 3) ** 2) / 2),
        gradient=lambda w: (w - 3) * np.exp(-((w - 3) ** 2) / 2),
        curvature=lambda w: (1 - (w - 3) ** 2) * np.exp(-((w - 3) ** 2) / 2),
        domain=(-2.0, 8.0),
        start=-0.5,
        minima=(3.0,),
    )


CURVES = {
    "article": _parabola(
        "As in the article",
        1,
        "The picture in [the article](https://learn.microsoft.com/en-us/archive/msdn-magazine/2019/april/"
        "artificially-intelligent-how-do-neural-networks-learn): one valley. Its lowest point is the **minimum**, the "
        "weight with the smallest loss.",
    ),
    "flat": _parabola(
        "Flat",
        0.1,
        "The same valley, ten times flatter: small slopes, small steps. It can stand a larger learning rate.",
    ),
    "steep": _parabola(
        "Steep",
        10,
        "The same valley, ten times steeper. A learning rate of 0.3, which suits the article's curve, is too "
        "large here.",
    ),
    "two_valleys": _two_valleys(),
    "many_valleys": _many_valleys(),
    "plateau": _plateau(),
}

"""A line through points is the smallest thing that learns: two weights, slope and intercept, and one loss.

The prediction for x is slope * x + intercept; the loss is the mean of the squared distances to the points.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.descent.simulation import DIVERGENCE_BOUND

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Points:
    """What the line should run through: x and y, each (points,)."""

    x: Array
    y: Array

    def __len__(self) -> int:
        return len(self.x)


def residuals(points: Points, line: Any) -> Array:
    """What a line, (slope, intercept), predicts less what is there, (points,); for lines (2, ...), (..., points)."""
    slope, intercept = np.asarray(line)[..., None]
    return slope * points.x + intercept - points.y


def mean_squared_error(points: Points, line: Any) -> Any:
    """The mean of the squared residuals: a number for a line (2,), an array (...) for lines (2, ...)."""
    return (residuals(points, line) ** 2).mean(axis=-1)


def gradient(points: Points, line: Any) -> Array:
    """How the mean squared error changes with slope and intercept, (2, ...): twice the mean of residual times input."""
    apart = residuals(points, line)
    return np.stack([2 * (apart * points.x).mean(axis=-1), 2 * apart.mean(axis=-1)])


def best_line(points: Points) -> tuple[float, float]:
    """The slope and intercept with the least mean squared error, by the formula that a line has and a network has not.

    With all x alike every slope is as good as any other: then the slope is 0.
    """
    x, y = points.x - points.x.mean(), points.y - points.y.mean()
    slope = float((x * y).sum() / (x * x).sum()) if np.ptp(points.x) > 0 else 0.0
    return slope, float(points.y.mean() - slope * points.x.mean())


def stability_limit(points: Points) -> float:
    """The largest learning rate that settles: 2 / the largest curvature of the loss, in whatever direction that is.

    The curvatures of a mean squared error are the eigenvalues of 2 * mean of (x, 1) (x, 1)^T: they depend on where the
    points lie, not on how high.
    """
    inputs = np.stack([points.x, np.ones_like(points.x)])
    return float(2 / np.linalg.eigvalsh(2 * inputs @ inputs.T / len(points)).max())


def stability_limits_of_batches(points: Points, batches: npt.NDArray[np.integer[Any]]) -> Array:
    """The same for each batch of points alone, (steps, batch_size) -> (steps,)."""
    inputs = np.stack([points.x[batches], np.ones(batches.shape)], axis=1)  # (steps, 2, batch_size)
    curvatures = 2 * inputs @ inputs.transpose(0, 2, 1) / batches.shape[1]
    return 2 / np.linalg.eigvalsh(curvatures).max(axis=1)


@dataclass(frozen=True, eq=False)
class Descent:
    """The path of a line: lines (steps + 1, 2), errors over all points (steps + 1,), the batch of each step.

    Attributes:
        batches: which points each step looked at, (steps, batch_size).
        diverged: the first step that would have led beyond all bounds, 0 when none did.
    """

    lines: Array
    errors: Array
    batches: npt.NDArray[np.integer[Any]]
    diverged: int


def draw_batches(count: int, batch_size: int, steps: int, seed: int) -> npt.NDArray[np.integer[Any]]:
    """Which of `count` points each step looks at, (steps, batch_size): a new order in each pass over all of them.

    A batch of all points leaves nothing to chance. The last batch of a pass is filled up from the pass' beginning.
    """
    if batch_size >= count:
        return np.tile(np.arange(count), (steps, 1))
    random = np.random.default_rng(seed)
    batches_per_pass = -(-count // batch_size)
    passes = [
        np.resize(random.permutation(count), (batches_per_pass, batch_size))
        for _ in range(-(-steps // batches_per_pass))
    ]
    return np.concatenate(passes)[:steps]


def descend(points: Points, starts: Any, learning_rate: float, batches: npt.NDArray[np.integer[Any]]) -> list[Descent]:
    """Stochastic gradient descent from each of the starts, (starts, 2): a step for each batch, the same for all."""
    lines = np.empty((len(batches) + 1, 2, len(starts)))
    lines[0] = np.transpose(starts)
    diverged = np.zeros(len(starts), int)
    for step, batch in enumerate(batches):
        slopes = gradient(Points(points.x[batch], points.y[batch]), lines[step])
        new = lines[step] - learning_rate * slopes
        diverged = np.where((diverged == 0) & ~(np.abs(new) <= DIVERGENCE_BOUND).all(axis=0), step + 1, diverged)
        lines[step + 1] = np.where(diverged == 0, new, lines[step])
    errors = mean_squared_error(points, np.moveaxis(lines, 1, 0))
    ends = np.where(diverged == 0, len(lines), diverged)
    return [
        Descent(lines[:end, :, number], errors[:end, number], batches[: end - 1], int(gone))
        for number, (end, gone) in enumerate(zip(ends, diverged, strict=True))
    ]


MAX_COORDINATE = 5.0  # points lie between -REACH and REACH, both ways
MIN_POINTS, MAX_POINTS = 2, 40


def _scattered(count: int, low: float, high: float, slope: float, intercept: float, noise: float, seed: int) -> Points:
    random = np.random.default_rng(seed)
    x = np.linspace(low, high, count)
    y = slope * x + intercept + random.normal(0, noise, count)
    return Points(x.round(2), y.clip(-MAX_COORDINATE, MAX_COORDINATE).round(2))


def _with_outlier() -> Points:
    points = _scattered(11, -3, 3, 0.7, -0.5, 0.25, 4)
    return Points(np.append(points.x, 3.5), np.append(points.y, -4.5))


POINT_SETS = {
    "A clear trend": _scattered(12, -3, 3, 0.8, 0.6, 0.4, 1),
    "Much noise": _scattered(20, -4, 4, -0.5, 0.3, 1.3, 2),
    "One outlier": _with_outlier(),
    "Far from the middle": _scattered(12, 2, 5, 0.9, -1.5, 0.3, 3),
}


def to_text(points: Points) -> str:
    """Points as one types them: x and y, pairs apart by a semicolon."""
    return "; ".join(f"{x:g} {y:g}" for x, y in zip(points.x, points.y, strict=True))


def from_text(text: str) -> Points:
    """Points from text such as "1 2; 3 4.5".

    Raises:
        ValueError: it cannot be read, or it is too many, too few or too far; in words for who typed it.
    """
    pairs = [pair.replace(",", " ").split() for pair in re.split(r"[;\n]", text) if pair.strip()]
    try:
        numbers = np.array([[float(part) for part in pair] for pair in pairs], float).reshape(len(pairs), 2)
    except ValueError as error:
        raise ValueError("Type each point as x and y, with a semicolon between points, like 1 2; 3 4.5.") from error
    if not MIN_POINTS <= len(pairs) <= MAX_POINTS:
        raise ValueError(f"A line here wants {MIN_POINTS} to {MAX_POINTS} points; these are {len(pairs)}.")
    if not (np.abs(numbers) <= MAX_COORDINATE).all():  # false for what is no number, too
        raise ValueError(f"Points lie between -{MAX_COORDINATE:g} and {MAX_COORDINATE:g}, in x and in y.")
    return Points(numbers[:, 0], numbers[:, 1])

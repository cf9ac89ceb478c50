"""A line through points is the smallest thing that learns: two weights, slope and intercept, and one loss.

The prediction for x is slope * x + intercept; the loss is the mean of the squared distances to the points.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

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


def edge(points: Points) -> float:
    """The largest learning rate that settles: 2 / the largest curvature of the loss, in whatever direction that is.

    The curvatures of a mean squared error are the eigenvalues of 2 * mean of (x, 1) (x, 1)^T: they depend on where the
    points lie, not on how high.
    """
    inputs = np.stack([points.x, np.ones_like(points.x)])
    return float(2 / np.linalg.eigvalsh(2 * inputs @ inputs.T / len(points)).max())


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


FAR = 1e6


def descend(
    points: Points, start: tuple[float, float], learning_rate: float, steps: int, batch_size: int, seed: int = 0
) -> Descent:
    """Stochastic gradient descent: each step looks at `batch_size` points, drawn anew in each pass over all of them.

    With a batch of all points it is plain gradient descent, and no chance is left in it.
    """
    size = min(batch_size, len(points))
    per_pass = -(-len(points) // size)
    random = np.random.default_rng(seed)
    line, lines, batches, diverged = np.array(start, float), [], [], 0
    lines.append(line)
    order = np.arange(len(points))
    for step in range(steps):
        place = step % per_pass
        if size < len(points) and place == 0:
            order = random.permutation(len(points))
        batch = np.resize(order, per_pass * size)[place * size : (place + 1) * size]
        new = line - learning_rate * gradient(Points(points.x[batch], points.y[batch]), line)
        if not (np.abs(new) <= FAR).all():
            diverged = step + 1
            break
        line = new
        lines.append(line)
        batches.append(batch)
    path = np.array(lines)
    return Descent(path, mean_squared_error(points, path.T), np.array(batches, int).reshape(-1, size), diverged)


REACH = 5.0  # points lie between -REACH and REACH, both ways
FEWEST, MOST = 2, 40


def _scattered(count: int, low: float, high: float, slope: float, intercept: float, noise: float, seed: int) -> Points:
    random = np.random.default_rng(seed)
    x = np.linspace(low, high, count)
    y = slope * x + intercept + random.normal(0, noise, count)
    return Points(x.round(2), y.clip(-REACH, REACH).round(2))


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
        raise ValueError("Type each point as x and y with a semicolon between points: 1 2; 3 4.5") from error
    if not FEWEST <= len(pairs) <= MOST:
        raise ValueError(f"A line here wants {FEWEST} to {MOST} points; these are {len(pairs)}.")
    if not (np.abs(numbers) <= REACH).all():  # false for what is no number, too
        raise ValueError(f"Points lie between -{REACH:g} and {REACH:g}, in x and in y.")
    return Points(numbers[:, 0], numbers[:, 1])

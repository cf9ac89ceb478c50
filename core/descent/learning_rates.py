"""The learning rate says how far to step: too small and it crawls, too large and it leaves; each ground has its own.

So optimizers are compared fairly only when each has a learning rate that suits it.
"""

from functools import lru_cache

import numpy as np

from core.descent.curves import LossCurve
from core.descent.simulation import Array, simulate, steps_to_converge
from core.descent.surfaces import SURFACES
from core.nn.optimizers import OPTIMIZERS

PER_DECADE = 20  # a step of this scale multiplies by 1.12


def geometric_grid(low: int, high: int) -> list[float]:
    """Learning rates from 10^low to 10^high, in even steps of a logarithmic scale, to three digits."""
    return [float(f"{10 ** (k / PER_DECADE):.3g}") for k in range(low * PER_DECADE, high * PER_DECADE + 1)]


CANDIDATES = np.array(geometric_grid(-5, 1))
STEPS = 500
SLACK = 1.15


@lru_cache(maxsize=64)
def tune_rate(surface: str, optimizer: str) -> float:
    """A learning rate that brings an optimizer quickly from a surface's start to a minimum: found by trying 121.

    Not the luckiest one: its two neighbours on the scale must do as well, and of those that need nearly the fewest
    steps it is the smallest. When none arrives within 500 steps, the one that ends lowest.
    """
    ground = SURFACES[surface]
    start = np.repeat(np.array(ground.start)[:, None], len(CANDIDATES), axis=1)
    paths = simulate(ground.loss, ground.gradient, start, OPTIMIZERS[optimizer], CANDIDATES, STEPS, axis=0)
    arrived = steps_to_converge(ground.distance(np.moveaxis(paths.weights, 1, 0)), ground.tolerance)
    needed = np.where((arrived < 0) | (paths.diverged > 0), np.inf, arrived)
    worst = np.max([needed, np.append(needed[1:], np.inf), np.append(np.inf, needed[:-1])], axis=0)
    if np.isfinite(worst).any():
        return float(CANDIDATES[np.argmax(worst <= SLACK * worst.min())])
    last = np.where(paths.diverged > 0, np.inf, paths.losses[-1])
    return float(CANDIDATES[last.argmin()])


def losses_by_rate(curve: LossCurve, start: float, rates: Array, steps: int) -> Array:
    """The loss after so many steps of gradient descent from one start, for each rate; NaN where it diverged."""
    paths = simulate(curve.loss, curve.gradient, np.full(len(rates), start), OPTIMIZERS["sgd"], rates, steps)
    return np.where(paths.diverged > 0, np.nan, paths.losses[-1])

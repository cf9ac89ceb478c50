"""Where the ball starts decides which valley it ends in; so one tries many starts: random restarts.

That is not what makes stochastic gradient descent stochastic: there chance draws the examples of each step.
"""

import numpy as np
import numpy.typing as npt

from core.descent.curves import LossCurve
from core.descent.narration import tolerance
from core.descent.simulation import Array, Trajectory, simulate, steps_to_converge
from core.nn.optimizers import OPTIMIZERS


def random_starts(low: float, high: float, count: int, seed: int) -> Array:
    """So many weights between two bounds, each as likely as the other: (count,)."""
    return np.random.default_rng(seed).uniform(low, high, count)


def descend_from(curve: LossCurve, starts: Array, learning_rate: float, steps: int) -> Trajectory:
    """Gradient descent from each start, side by side."""
    return simulate(curve.loss, curve.gradient, starts, OPTIMIZERS["sgd"], learning_rate, steps)


def reached_global_minimum(curve: LossCurve, paths: Trajectory) -> npt.NDArray[np.bool_]:
    """Which of the paths ended at the global minimum: (paths,)."""
    arrived = steps_to_converge(np.abs(paths.weights - curve.minima[0]), tolerance(curve))
    return (arrived >= 0) & (paths.diverged == 0)

"""Learning rate and momentum act together: a map of both shows where they bring the ball home quickly.

With more momentum the ball bears a larger learning rate on steep walls and rolls faster along flat floors; with too
much it swings to and fro for long.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from core.descent.learning_rates import geometric_grid
from core.descent.simulation import Array, simulate, steps_to_converge
from core.descent.surfaces import SURFACES
from core.nn.optimizers import OPTIMIZERS

RATES = geometric_grid(-3, 1)[::2]
MOMENTA = [round(part / 100, 2) for part in range(0, 100, 3)]  # 0 to 0.99
STEPS = 300


@dataclass(frozen=True, eq=False)
class MomentumMap:
    """Steps to a minimum for each pair, (momenta, rates), NaN where it did not arrive within STEPS; who diverged."""

    steps: Array
    diverged: npt.NDArray[np.bool_]

    def best(self) -> tuple[float, float] | None:
        """The learning rate and the momentum that need the fewest steps; None when no pair arrives."""
        if np.isnan(self.steps).all():
            return None
        row, column = np.unravel_index(np.nanargmin(self.steps), self.steps.shape)
        return RATES[int(column)], MOMENTA[int(row)]


@lru_cache(maxsize=32)
def momentum_map(surface: str, start: tuple[float, float]) -> MomentumMap:
    """All pairs of RATES and MOMENTA, rolled down a surface from one start."""
    ground = SURFACES[surface]
    rates, momenta = (pair.ravel() for pair in np.meshgrid(RATES, MOMENTA))
    starts = np.repeat(np.array(start, float)[:, None], len(rates), axis=1)
    optimizer: dict[str, Any] = {"optimizer": OPTIMIZERS["momentum"], "momentum": momenta}
    paths = simulate(ground.loss, ground.gradient, starts, learning_rate=rates, steps=STEPS, axis=0, **optimizer)
    arrived = steps_to_converge(ground.distance(np.moveaxis(paths.weights, 1, 0)), ground.tolerance)
    shape = (len(MOMENTA), len(RATES))
    steps = np.where(arrived < 0, np.nan, arrived)
    return MomentumMap(steps.reshape(shape), (paths.diverged > 0).reshape(shape))

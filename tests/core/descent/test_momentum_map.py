import numpy as np
import pytest

from core.descent.momentum_map import MOMENTA, RATES, STEPS, momentum_map
from core.descent.simulation import simulate, steps_to_converge
from core.descent.surfaces import SURFACES
from core.nn.optimizers import OPTIMIZERS


def test_a_pair_on_the_map_is_its_path():
    surface = SURFACES["ravine"]
    known = momentum_map("ravine", surface.start)
    for row, column in ((0, 5), (0, 30), (15, 20), (30, 10)):
        optimizer, rate, momentum = OPTIMIZERS["momentum"], RATES[column], MOMENTA[row]
        path = simulate(
            surface.loss, surface.gradient, surface.start, optimizer, rate, STEPS, axis=0, momentum=momentum
        )
        arrived = int(steps_to_converge(surface.distance(path.weights.T), surface.tolerance))
        assert known.diverged[row, column] == bool(path.diverged)
        steps = known.steps[row, column]
        assert np.isnan(steps) if arrived < 0 or path.diverged else steps == arrived


def test_the_best_pair_is_near_the_one_of_theory():
    """Polyak's for curvatures 1 and 50: rate (2 / (1 + 7.07))^2 = 0.061, momentum (6.07 / 8.07)^2 = 0.57."""
    rate, momentum = momentum_map("ravine", SURFACES["ravine"].start).best()
    assert rate == pytest.approx(0.061, abs=0.02)
    assert momentum == pytest.approx(0.57, abs=0.15)


def test_what_diverges_lies_beyond_the_edge_of_theory():
    """A quadratic with curvature c bears rates below 2 * (1 + momentum) / c."""
    known = momentum_map("ravine", SURFACES["ravine"].start)
    rates, momenta = np.meshgrid(RATES, MOMENTA)
    edge = 2 * (1 + momenta) / 50
    assert known.diverged[(rates > 1.2 * edge)].all()
    assert not known.diverged[rates < 0.98 * edge].any()


def test_where_nothing_arrives_there_is_no_best():
    known = momentum_map("plateau", (4.0, 3.0))
    assert (known.best() is None) == bool(np.isnan(known.steps).all())

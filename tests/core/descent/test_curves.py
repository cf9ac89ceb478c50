import numpy as np
import pytest

from core.descent.curves import CURVES
from core.descent.simulation import simulate
from core.nn.optimizers import OPTIMIZERS

NUDGE = 1e-5


@pytest.mark.parametrize("name", CURVES)
def test_slope_and_curvature_are_those_of_finite_differences(name):
    curve = CURVES[name]
    w = np.linspace(*curve.domain, 101)
    slope = (curve.loss(w + NUDGE) - curve.loss(w - NUDGE)) / (2 * NUDGE)
    assert curve.gradient(w) == pytest.approx(slope, rel=1e-6, abs=1e-7)
    curvature = (curve.gradient(w + NUDGE) - curve.gradient(w - NUDGE)) / (2 * NUDGE)
    assert curve.curvature(w) == pytest.approx(curvature, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", CURVES)
def test_the_known_minima_are_all_there_are_and_the_first_is_the_lowest(name):
    curve = CURVES[name]
    w = np.linspace(*curve.domain, 20_001)
    loss = curve.loss(w)
    lowest = w[1:-1][(loss[1:-1] < loss[:-2]) & (loss[1:-1] < loss[2:])]
    assert sorted(curve.minima) == pytest.approx(lowest.tolist(), abs=1e-3)
    assert curve.loss(curve.minima[0]) == min(curve.loss(m) for m in curve.minima)
    assert loss.min() >= -1e-12


@pytest.mark.parametrize("name", CURVES)
def test_just_below_the_edge_it_settles_and_just_above_it_leaves(name):
    curve = CURVES[name]
    for minimum in curve.minima:
        for part, settles in ((0.98, True), (1.02, False)):
            start = minimum + 1e-3
            rate = part * curve.stability_limit(minimum)
            path = simulate(curve.loss, curve.gradient, start, OPTIMIZERS["sgd"], rate, 400)
            away = abs(float(path.weights[-1]) - minimum)
            assert away < 1e-6 if settles else away > 2e-2


@pytest.mark.parametrize("name", CURVES)
def test_a_ball_in_tiny_steps_rolls_into_the_valley_that_is_named(name):
    curve = CURVES[name]
    rate = 0.05 * min(curve.stability_limit(m) for m in curve.minima)
    for start in np.linspace(*curve.domain, 9) + 0.0123:
        if abs(curve.gradient(start)) < 0.02:
            continue  # too level to arrive in time
        path = simulate(curve.loss, curve.gradient, start, OPTIMIZERS["sgd"], rate, 20_000)
        assert float(path.weights[-1]) == pytest.approx(curve.valley(float(start)), abs=0.01)


def test_the_articles_curve_by_hand():
    curve = CURVES["article"]
    assert curve.loss(-1.0) == 16
    assert curve.gradient(-1.0) == -8
    assert curve.stability_limit(3.0) == 1

import numpy as np
import pytest

from core.descent.curves import CURVES
from core.descent.learning_rates import geometric_grid, losses_by_rate, tune_rate
from core.descent.simulation import simulate, steps_to_converge
from core.descent.surfaces import SURFACES
from core.nn.optimizers import OPTIMIZERS


def steps_needed(surface, name, rate):
    path = simulate(surface.loss, surface.gradient, surface.start, OPTIMIZERS[name], rate, 500, axis=0)
    arrived = steps_to_converge(surface.distance(path.weights.T), surface.tolerance)
    return np.inf if path.diverged or arrived < 0 else int(arrived)


def test_the_scale_multiplies_from_mark_to_mark():
    marks = geometric_grid(-3, 1)
    assert marks[0] == 0.001
    assert marks[-1] == 10
    assert 0.1 in marks
    assert np.diff(np.log(marks)) == pytest.approx(np.log(10) / 20, abs=0.01)


@pytest.mark.parametrize("ground", ["bowl", "ravine", "saddle", "plateau", "wells"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_good_rate_arrives_and_is_nearly_the_fastest(ground, name):
    surface, rate = SURFACES[ground], tune_rate(ground, name)
    needed = steps_needed(surface, name, rate)
    assert needed <= 1.2 * min(steps_needed(surface, name, other) for other in (0.0001, 0.001, 0.01))
    for near in (rate / 1.12, rate * 1.12):  # no lucky hit
        assert np.isfinite(steps_needed(surface, name, near))


def test_a_parabolas_good_rate_is_half_its_edge():
    """On the bowl, whose curvature is 1, gradient descent arrives in a single step at rate 1."""
    assert tune_rate("bowl", "sgd") == 1
    assert steps_needed(SURFACES["bowl"], "sgd", 1.0) == 1


def test_the_losses_by_rate_are_those_of_each_path_and_nothing_where_it_diverged():
    curve, rates = CURVES["article"], np.array([0.01, 0.5, 1.5])
    losses = losses_by_rate(curve, -1.0, rates, 60)
    for rate, loss in zip(rates[:2], losses[:2], strict=True):
        path = simulate(curve.loss, curve.gradient, -1.0, OPTIMIZERS["sgd"], rate, 60)
        assert loss == pytest.approx(float(path.losses[-1]))
    assert np.isnan(losses[2])

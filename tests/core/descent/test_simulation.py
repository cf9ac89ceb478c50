import numpy as np
import pytest

from core.descent.curves import CURVES
from core.descent.simulation import DIVERGENCE_BOUND, simulate, simulate_many, steps_to_converge
from core.descent.surfaces import SURFACES
from core.nn.optimizers import OPTIMIZERS

ARTICLE = CURVES["article"]


def test_a_path_by_hand():
    path = simulate(ARTICLE.loss, ARTICLE.gradient, -1.0, OPTIMIZERS["sgd"], 0.25, 3)
    assert path.weights.tolist() == [-1, 1, 2, 2.5]  # half of the way, each time
    assert path.losses.tolist() == [16, 4, 1, 0.25]
    assert path.gradients.tolist() == [-8, -4, -2, -1]
    assert path.diverged == 0


@pytest.mark.parametrize("rate", [1.01, 3.0, 1e20, 1e300])
def test_a_path_that_diverges_ends_before_and_says_at_which_step(rate):
    path = simulate(ARTICLE.loss, ARTICLE.gradient, -1.0, OPTIMIZERS["sgd"], rate, 2000)
    assert path.diverged == path.steps + 1
    assert np.isfinite([path.weights, path.losses, path.gradients]).all()
    assert np.abs(path.weights).max() <= DIVERGENCE_BOUND
    beyond = path.weights[-1] - rate * path.gradients[-1]
    assert not abs(beyond) <= DIVERGENCE_BOUND


@pytest.mark.parametrize("name", SURFACES)
def test_no_optimizer_at_any_rate_leaves_a_number_that_is_not_finite(name):
    surface = SURFACES[name]
    for optimizer in OPTIMIZERS.values():
        for rate in (1e-5, 0.1, 10.0, 1e6):
            path = simulate(surface.loss, surface.gradient, surface.start, optimizer, rate, 100, axis=0)
            for part in (path.weights, path.losses, path.gradients):
                assert np.isfinite(part).all()


def test_a_race_is_each_path_on_its_own():
    surface = SURFACES["ravine"]
    racers = [(optimizer, rate) for optimizer in OPTIMIZERS.values() for rate in (0.03, 0.2)]  # some diverge
    together = simulate_many(surface.loss, surface.gradient, surface.start, racers, 300, axis=0)
    assert any(path.diverged for path in together)
    assert not all(path.diverged for path in together)
    for path, (optimizer, rate) in zip(together, racers, strict=True):
        alone = simulate(surface.loss, surface.gradient, surface.start, optimizer, rate, 300, axis=0)
        assert path.diverged == alone.diverged
        assert np.array_equal(path.weights, alone.weights)
        assert np.array_equal(path.losses, alone.losses)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_many_starts_side_by_side_are_each_on_its_own(name):
    surface = SURFACES["rosenbrock"]
    starts = np.random.default_rng(0).uniform(-2, 2, (2, 7))
    rates = np.geomspace(1e-4, 0.1, 7)
    many = simulate(surface.loss, surface.gradient, starts, OPTIMIZERS[name], rates, 100, axis=0)
    for number, rate in enumerate(rates):
        alone = simulate(surface.loss, surface.gradient, starts[:, number], OPTIMIZERS[name], rate, 100, axis=0)
        assert many.diverged[number] == alone.diverged
        assert many.weights[: alone.steps + 1, :, number] == pytest.approx(alone.weights, rel=1e-9)
        if alone.diverged:  # it waits where it was
            assert many.weights[-1, :, number] == pytest.approx(alone.weights[-1], rel=1e-9)


def test_arrival_is_when_it_stays():
    distance = np.array([[5, 0.1, 9], [0.1, 5, 9], [5, 0.1, 9], [0.1, 0.1, 9], [0.2, 0.1, 9]])
    assert steps_to_converge(distance, 0.5).tolist() == [3, 2, -1]
    assert steps_to_converge(np.zeros(4), 0.5) == 0
    assert steps_to_converge(np.array([np.nan, 0.1]), 0.5) == 1

import numpy as np
import pytest

from core.descent.surfaces import SURFACES

NUDGE = 1e-6


@pytest.fixture(params=SURFACES)
def surface(request):
    return SURFACES[request.param]


def test_gradients_are_those_of_finite_differences(surface):
    places = np.stack(np.meshgrid(np.linspace(*surface.domain[:2], 23), np.linspace(*surface.domain[2:], 19)))
    for axis in (0, 1):
        nudge = np.zeros((2, 1, 1))
        nudge[axis] = NUDGE
        slope = (surface.loss(places + nudge) - surface.loss(places - nudge)) / (2 * NUDGE)
        assert surface.gradient(places)[axis] == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_one_place_and_many_give_the_same(surface):
    places = np.random.default_rng(0).uniform(-1, 1, (2, 5))
    for number in range(5):
        assert surface.loss(places[:, number]) == pytest.approx(surface.loss(places)[number])
        assert surface.gradient(places[:, number]) == pytest.approx(surface.gradient(places)[:, number])


def test_the_known_minima_are_level_the_lowest_first_and_nothing_around_is_lower(surface):
    losses = [float(surface.loss(np.array(bottom))) for bottom in surface.minima]
    assert losses == sorted(losses)
    for bottom, loss in zip(surface.minima, losses, strict=True):
        assert np.abs(surface.gradient(np.array(bottom))).max() < 1e-6
        ring = np.array(bottom)[:, None] + 0.01 * np.stack([np.cos(np.arange(12)), np.sin(np.arange(12))])
        assert (surface.loss(ring) > loss).all()
    x, y = np.meshgrid(np.linspace(*surface.domain[:2], 401), np.linspace(*surface.domain[2:], 401))
    assert surface.loss(np.stack([x, y])).min() >= losses[0] - 1e-9


def test_the_start_is_in_sight_and_not_at_home(surface):
    left, right, low, high = surface.domain
    assert left <= surface.start[0] <= right
    assert low <= surface.start[1] <= high
    assert surface.distance(np.array(surface.start)) > 10 * surface.tolerance


def test_the_distance_is_to_the_nearest_minimum():
    saddle = SURFACES["saddle"]
    assert saddle.distance(np.array([0.3, 1.4])) == pytest.approx(0.5)
    assert saddle.distance(np.array([[0.3, 0.0], [1.4, -1.0]])) == pytest.approx([0.5, 0.0])

import numpy as np

from core.descent.curves import CURVES
from core.descent.random_restarts import descend_from, random_starts, reached_global_minimum


def test_the_same_seed_gives_the_same_starts_within_bounds():
    starts = random_starts(-2, 8, 12, seed=3)
    assert starts.shape == (12,)
    assert ((starts >= -2) & (starts <= 8)).all()
    assert np.array_equal(starts, random_starts(-2, 8, 12, seed=3))
    assert not np.array_equal(starts, random_starts(-2, 8, 12, seed=4))


def test_on_one_valley_all_find_the_lowest_and_on_two_those_of_the_left():
    one = CURVES["article"]
    assert reached_global_minimum(one, descend_from(one, random_starts(*one.domain, 12, 0), 0.3, 100)).all()
    two = CURVES["two_valleys"]
    starts = np.array([-3.0, -1.0, -0.5, 0.5, 1.0, 3.0])  # the pass between the valleys is at about 0.2
    assert reached_global_minimum(two, descend_from(two, starts, 0.05, 500)).tolist() == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_one_that_diverges_has_found_nothing():
    steep = CURVES["steep"]
    paths = descend_from(steep, np.array([3.0, 2.99]), 1e9, 100)  # the second was near, and left in one step
    assert reached_global_minimum(steep, paths).tolist() == [True, False]
    assert np.isfinite(paths.weights).all()

import numpy as np
import pytest

from core.descent.regression import (
    POINT_SETS,
    Points,
    best_line,
    descend,
    draw_batches,
    from_text,
    gradient,
    mean_squared_error,
    residuals,
    stability_limit,
    to_text,
)

THREE = Points(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 2.0]))


@pytest.fixture(params=POINT_SETS)
def points(request):
    return POINT_SETS[request.param]


def test_the_error_by_hand():
    line = (1.0, 1.0)  # predicts 1, 2, 3
    assert residuals(THREE, line).tolist() == [0, -1, 1]
    assert mean_squared_error(THREE, line) == pytest.approx(2 / 3)
    assert gradient(THREE, line) == pytest.approx([2 / 3 * (0 * 0 - 1 * 1 + 1 * 2), 0])


def test_the_gradient_is_that_of_finite_differences(points):
    lines = np.random.default_rng(0).uniform(-3, 3, (2, 20))
    for axis in (0, 1):
        nudge = np.zeros((2, 1))
        nudge[axis] = 1e-6
        slope = (mean_squared_error(points, lines + nudge) - mean_squared_error(points, lines - nudge)) / 2e-6
        assert gradient(points, lines)[axis] == pytest.approx(slope, rel=1e-5, abs=1e-6)


def test_the_best_line_is_that_of_least_squares(points):
    slope, intercept = np.polyfit(points.x, points.y, 1)
    assert best_line(points) == pytest.approx((slope, intercept))
    assert np.abs(gradient(points, best_line(points))).max() < 1e-9


def test_points_on_top_of_each_other_have_a_level_best_line():
    assert best_line(Points(np.array([2.0, 2.0]), np.array([1.0, 3.0]))) == (0, 2)


def test_just_below_the_edge_it_settles_and_just_above_it_leaves(points):
    everything = draw_batches(len(points), len(points), 3000, 0)
    best = np.array(best_line(points))
    below, above = (
        descend(points, [best + 0.1], part * stability_limit(points), everything)[0] for part in (0.98, 1.02)
    )
    assert np.abs(below.lines[-1] - best).max() < 0.1
    assert above.diverged
    assert np.isfinite(above.lines).all()


def test_each_pass_looks_at_every_point_once():
    batches = draw_batches(12, 4, 9, seed=1)
    assert batches.shape == (9, 4)
    for first in (0, 3, 6):
        assert sorted(batches[first : first + 3].ravel()) == list(range(12))
    assert not np.array_equal(batches[:3], batches[3:6])
    assert np.array_equal(batches, draw_batches(12, 4, 9, seed=1))
    assert set(draw_batches(5, 2, 3, seed=0).ravel()) == set(range(5))


def test_a_step_follows_the_gradient_of_its_batch_alone():
    batches = draw_batches(3, 1, 5, seed=0)
    path = descend(THREE, [(0.5, 0.5)], 0.1, batches)[0]
    for step, batch in enumerate(batches):
        one = Points(THREE.x[batch], THREE.y[batch])
        assert path.lines[step + 1] == pytest.approx(path.lines[step] - 0.1 * gradient(one, path.lines[step]))
    assert path.errors == pytest.approx([mean_squared_error(THREE, line) for line in path.lines])


def test_small_batches_stagger_and_whole_ones_do_not(points):
    rate = 0.2 * stability_limit(points)

    def errors(size):
        return descend(points, [(-1.0, 2.0)], rate, draw_batches(len(points), size, 100, 0))[0].errors

    assert (np.diff(errors(len(points))) <= 1e-12).all()
    assert (np.diff(errors(1)) > 0).any()


def test_starts_side_by_side_are_each_on_its_own():
    batches = draw_batches(3, 1, 50, seed=0)
    starts = [(0.0, 0.0), (3.0, -2.0), (1e5, 1e5)]
    rate = 0.9  # some leave
    together = descend(THREE, starts, rate, batches)
    for start, path in zip(starts, together, strict=True):
        alone = descend(THREE, [start], rate, batches)[0]
        assert path.diverged == alone.diverged
        assert np.array_equal(path.lines, alone.lines)


def test_a_learning_rate_out_of_all_bounds_leaves_only_finite_numbers():
    for path in descend(THREE, [(0.0, 0.0), (3.0, 1.0)], 1e300, draw_batches(3, 1, 300, 0)):
        assert path.diverged == 1
        assert len(path.lines) == len(path.errors) == 1
        assert np.isfinite(path.errors).all()


def test_text_and_back(points):
    again = from_text(to_text(points))
    assert again.x == pytest.approx(points.x)
    assert again.y == pytest.approx(points.y)


@pytest.mark.parametrize("text", ["1 2; 3 4.5", "1,2;3,4.5;", " 1  2 ;\n3 4.5 "])
def test_points_as_one_types_them(text):
    points = from_text(text)
    assert points.x.tolist() == [1, 3]
    assert points.y.tolist() == [2, 4.5]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "2 to 40"),
        ("1 2", "2 to 40"),
        ("; ".join(["1 1"] * 41), "these are 41"),
        ("1 2; 3", "x and y"),
        ("1 2 3; 4 5 6", "x and y"),
        ("one two; 3 4", "x and y"),
        ("1 2; 3 nan", "between -5 and 5"),
        ("1 2; 3 inf", "between -5 and 5"),
        ("1 2; 1e300 4", "between -5 and 5"),
    ],
)
def test_points_that_cannot_be_used_are_refused_in_words(text, says):
    with pytest.raises(ValueError, match=says):
        from_text(text)

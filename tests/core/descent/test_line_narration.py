"""What is said of a line is true of its path, whatever the points, the rate, the batch, the steps and the start."""

import numpy as np
import pytest

from core.descent.line_narration import least_error, line_outcome, line_rate_in_words, starts_in_words
from core.descent.regression import (
    POINT_SETS,
    Points,
    descend,
    draw_batches,
    stability_limit,
    stability_limits_of_batches,
)

SETS = {**POINT_SETS, "upright": Points(np.array([2.0, 2.0, 2.0]), np.array([-1.0, 0.0, 4.0]))}


def errors_by_hand(points, line, rate, batches):
    """Stochastic gradient descent, one number at a time."""
    m, b = line
    errors = [np.mean([(m * x + b - y) ** 2 for x, y in zip(points.x, points.y, strict=True)])]
    for batch in batches:
        apart = [m * points.x[i] + b - points.y[i] for i in batch]
        slope = 2 * np.mean([r * points.x[i] for r, i in zip(apart, batch, strict=True)])
        m, b = m - rate * slope, b - rate * 2 * np.mean(apart)
        if not max(abs(m), abs(b)) <= 1e6:
            return np.array(errors), False
        errors.append(np.mean((m * points.x + b - points.y) ** 2))
    return np.array(errors), True


@pytest.mark.parametrize("name", SETS)
def test_the_outcome_and_the_count_of_starts_are_those_of_the_paths(name):
    points, random = SETS[name], np.random.default_rng(3)
    fitted = np.var(points.y) if name == "upright" else np.polyfit(points.x, points.y, 1, full=True)[1][0] / len(points)
    least = float(fitted)
    assert least_error(points) == pytest.approx(least)
    for _ in range(12):
        size, steps = int(random.choice([1, 2, 4, len(points)])), int(random.choice([10, 60, 300]))
        rate = float(10 ** random.uniform(-3, 0))
        batches = draw_batches(len(points), min(size, len(points)), steps, 1)
        starts = random.uniform((-4, -5), (4, 5), (3, 2))
        paths = descend(points, starts, rate, batches)
        near = gone = 0
        for start, path in zip(starts, paths, strict=True):
            errors, stays = errors_by_hand(points, start, rate, batches)
            said = line_outcome(points, path)
            assert ("It diverged" in said) == (not stays)
            gone += not stays
            near += stays and bool(errors[-1] < least + 0.05)
            if "and stays" in said:
                first = 0 if "From the start" in said else int(said.split()[1])
                assert (errors[first:] <= least + 0.05 + 1e-9).all()
                assert first == 0 or errors[first - 1] > least + 0.05
            elif stays:
                assert errors[-1] > least + 0.05
        words = starts_in_words(points, paths)
        assert words.startswith(f"**{near} of 3** random starts end within 0.05")
        assert (f"{gone} diverged" in words) == (gone > 0)


@pytest.mark.parametrize("name", SETS)
def test_with_a_small_rate_and_enough_steps_every_start_leads_to_the_least_error(name):
    points, random = SETS[name], np.random.default_rng(0)
    starts = random.uniform((-4, -5), (4, 5), (12, 2))
    for size in (1, len(points)):
        batches = draw_batches(len(points), min(size, len(points)), 9_000, 0)
        words = starts_in_words(points, descend(points, starts, 0.003, batches))
        assert words == "**12 of 12** random starts end within 0.05 of the least error."


@pytest.mark.parametrize("name", SETS)
def test_above_the_edge_a_line_that_follows_all_points_flies_off_and_below_it_does_not(name):
    points = SETS[name]
    for part, flies in ((0.97, False), (1.03, True)):
        batches = draw_batches(len(points), len(points), 2000, 0)
        (path,) = descend(points, [(-0.5, 2.5)], part * stability_limit(points), batches)
        assert bool(path.diverged) == flies
        assert f"is {part} times that" in line_rate_in_words(points, part * stability_limit(points), batches)


@pytest.mark.parametrize("name", SETS)
def test_the_smallest_edge_of_the_batches_is_that_of_one_of_them(name):
    points = SETS[name]
    for size in (1, 2, 3):
        batches = draw_batches(len(points), size, 50, 4)
        found = stability_limits_of_batches(points, batches)
        alone = [stability_limit(Points(points.x[batch], points.y[batch])) for batch in batches]
        assert found == pytest.approx(np.array(alone))
        if size < len(points):
            assert "The smallest of them is" in line_rate_in_words(points, 0.05, batches)
        assert found.min() <= stability_limit(points) * (1 + 1e-9)
    assert "smallest" not in line_rate_in_words(points, 0.05, draw_batches(len(points), len(points), 10, 0))

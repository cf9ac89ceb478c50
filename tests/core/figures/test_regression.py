"""What the pictures of a line through points show is what was computed."""

import numpy as np
import pytest

from core.descent.regression import POINT_SETS, descend, draw_batches, residuals
from core.figures import regression
from core.figures.layout import EMPTY_TRACE


@pytest.mark.parametrize("name", POINT_SETS)
def test_the_squares_have_the_residuals_as_their_sides(name):
    points = POINT_SETS[name]
    path = descend(points, [(0.7, -1.0)], 0.01, draw_batches(len(points), 1, 5, 0))[0]
    for step, move in enumerate(regression.moves_of_line(points, path, range(6))):
        square = move["data"][0]
        areas = []
        for first in range(0, 6 * len(points), 6):
            xs, ys = square["x"][first : first + 4], square["y"][first : first + 4]
            areas.append((max(xs) - min(xs)) * (max(ys) - min(ys)))
            assert square["x"][first + 5] is None
            slope, intercept = path.lines[step]
            above = np.array(ys) - slope * np.array(xs) - intercept  # of the line: no corner crosses it
            assert (above > -0.02).all() or (above < 0.02).all()
        assert areas == pytest.approx(residuals(points, path.lines[step]) ** 2, abs=0.15)
        batch = move["data"][2]
        assert batch["x"] == (points.x[path.batches[step]].tolist() if step < 5 else EMPTY_TRACE["x"])

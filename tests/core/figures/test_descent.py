"""What the pictures of a loss curve show is what was computed."""

import numpy as np
import pytest

from core.descent.curves import CURVES
from core.descent.simulation import simulate
from core.figures import descent
from core.figures.layout import EMPTY_TRACE
from core.nn.optimizers import OPTIMIZERS

ARTICLE = CURVES["article"]


def rolled(rate, steps=30, start=-1.0):
    return simulate(ARTICLE.loss, ARTICLE.gradient, start, OPTIMIZERS["sgd"], rate, steps)


def test_the_picture_grows_with_a_path_that_leaves_the_curve_but_not_without_end():
    low, high = descent.view_of(ARTICLE, rolled(0.1))
    assert (low, high) == pytest.approx((-2.3, 8.3))
    far_low, far_high = descent.view_of(ARTICLE, rolled(1.02))
    assert far_low < low
    assert far_high > high
    assert descent.view_of(ARTICLE, rolled(50.0))[1] <= 8 + 2.5 * 10 + 2


def test_each_frame_has_the_ball_on_the_curve_the_tangent_through_it_and_the_arrow_to_the_next_place():
    path = rolled(0.3, steps=5)
    moves = descent.moves_on_curve(ARTICLE, path)
    assert len(moves) == 6
    for step, move in enumerate(moves):
        tangent, arrow, ball = move["data"]
        w = float(path.weights[step])
        assert ball == {"x": [w], "y": [pytest.approx((w - 3) ** 2)]}
        (x0, x1), (y0, y1) = tangent["x"], tangent["y"]
        assert (y1 - y0) / (x1 - x0) == pytest.approx(2 * (w - 3))
        assert (y0 + y1) / 2 == pytest.approx(ball["y"][0])
        if step == 5:
            assert arrow == EMPTY_TRACE
        else:  # to the new weight, and down to the curve there
            new = float(path.weights[step + 1])
            assert arrow["x"] == [w, new, new]
            assert arrow["y"] == [ball["y"][0], ball["y"][0], pytest.approx((new - 3) ** 2)]
    figure = descent.curve_figure(ARTICLE, path)
    assert [trace.uid for trace in figure.data if trace.uid] == moves[0]["traces"] == ["slope", "next step", "ball"]


def test_the_zones_are_drawn_and_named_where_there_is_room():
    rates = np.geomspace(0.001, 100, 11)
    bands = [(0.001, 0.02, "creeping"), (0.02, 0.03, "settling"), (0.03, 0.4, "overshooting")]
    bands.append((0.4, 100.0, "beyond the edge"))
    figure = descent.rates_figure(rates, np.linspace(1, 2, 11), 0.1, 1.0, edge=0.4, steps=30, bands=bands)
    zones = [(shape.x0, shape.x1) for shape in figure.layout.shapes if shape.type == "rect"]
    assert zones == [pytest.approx(zone) for zone in ((0.001, 0.02), (0.02, 0.03), (0.03, 0.4), (0.4, 100 * 10**0.02))]
    assert [note.text for note in figure.layout.annotations] == ["creeping", "overshooting", "beyond the edge"]

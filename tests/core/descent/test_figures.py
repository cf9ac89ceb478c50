"""What the charts show is what was computed."""

import numpy as np
import pytest

from core.descent.curves import CURVES
from core.descent.momentum_map import MOMENTA, RATES, momentum_map
from core.descent.optimizers import OPTIMIZERS
from core.descent.regression import POINT_SETS, descend, draw_batches, residuals
from core.descent.simulation import race, simulate
from core.descent.surfaces import SURFACES
from core.figures import descent, regression, surfaces
from core.figures.layout import NOTHING
from core.figures.momentum_map import momentum_map_figure

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
            assert arrow == NOTHING
        else:  # to the new weight, and down to the curve there
            new = float(path.weights[step + 1])
            assert arrow["x"] == [w, new, new]
            assert arrow["y"] == [ball["y"][0], ball["y"][0], pytest.approx((new - 3) ** 2)]
    figure = descent.curve_figure(ARTICLE, path)
    assert [figure.data[trace].name for trace in moves[0]["traces"]] == ["slope", "next step", "ball"]


def test_the_zones_end_at_half_the_edge_and_at_the_edge():
    rates = np.geomspace(0.001, 100, 11)
    figure = descent.rates_figure(rates, np.linspace(1, 2, 11), 0.1, 1.0, edge=0.4, steps=30)
    zones = [(shape.x0, shape.x1) for shape in figure.layout.shapes if shape.type == "rect"]
    assert zones == [pytest.approx(zone) for zone in ((0.001, 0.2), (0.2, 0.4), (0.4, 100 * 10**0.02))]
    assert [note.text for note in figure.layout.annotations] == ["creeping", "overshooting", "diverging"]


def raced(steps=20, rate=0.03):
    ground = SURFACES["ravine"]
    racers = [(OPTIMIZERS[name], rate) for name in ("sgd", "momentum")]
    paths = race(ground.loss, ground.gradient, ground.start, racers, steps, axis=0)
    return ground, dict(zip(("sgd", "momentum"), paths, strict=True))


def test_the_arrows_of_a_race_point_downhill_and_along_the_step():
    ground, paths = raced()
    path = paths["momentum"]
    for step, move in enumerate(surfaces.moves_on_contour(ground, paths, "momentum")):
        (sgd, momentum, downhill, along), place = move["data"], path.weights[step]
        assert [sgd["x"][0], sgd["y"][0]] == pytest.approx(paths["sgd"].weights[step], abs=1e-4)
        assert [momentum["x"][0], momentum["y"][0]] == pytest.approx(place, abs=1e-4)
        if step == path.steps:
            assert along == NOTHING
            continue
        taken = path.weights[step + 1] - place
        for arrow, direction in ((downhill, -path.gradients[step]), (along, taken)):
            drawn = np.array([np.diff(arrow["x"])[0], np.diff(arrow["y"])[0]])
            assert drawn @ direction == pytest.approx(np.linalg.norm(drawn) * np.linalg.norm(direction), rel=1e-3)


def test_both_pictures_of_a_race_show_the_same_places():
    ground, paths = raced()
    above, space = surfaces.moves_on_contour(ground, paths, None), surfaces.moves_in_space(ground, paths)
    assert len(above) == len(space) == 21
    for flat, high in zip(above, space, strict=True):
        for ball, raised in zip(flat["data"], high["data"], strict=True):
            assert (ball["x"], ball["y"]) == (raised["x"], raised["y"])
            assert raised["z"][0] == pytest.approx(float(ground.loss([ball["x"][0], ball["y"][0]])), abs=0.05)


def test_long_races_are_shown_in_fewer_frames_from_the_first_step_to_the_last():
    _, paths = raced(steps=500)
    frames = surfaces.frames_of(paths)
    assert len(frames) == surfaces.MOST_FRAMES + 1
    assert (frames[0], frames[-1]) == (0, 500)


def test_a_path_that_diverged_waits_at_its_last_place_while_the_others_go_on():
    ground, paths = raced(steps=60, rate=0.06)  # beyond 2 / 50 for gradient descent, not for momentum
    assert paths["sgd"].diverged
    assert not paths["momentum"].diverged
    moves = surfaces.moves_on_contour(ground, paths, None)
    assert len(moves) == 61
    assert moves[-1]["data"][0] == moves[-2]["data"][0]


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
        assert batch["x"] == (points.x[path.batches[step]].tolist() if step < 5 else NOTHING["x"])


def test_the_map_says_of_each_place_what_is_known_of_it():
    known = momentum_map("ravine", SURFACES["ravine"].start)
    figure = momentum_map_figure(known, 0.1, 0.5)
    texts = np.array(figure.data[1].text)
    assert texts.shape == (len(MOMENTA), len(RATES))
    assert set(texts[known.diverged]) == {"diverges"}
    arrived = ~np.isnan(known.steps)
    assert texts[arrived].tolist() == [f"{int(steps)} steps" for steps in known.steps[arrived]]

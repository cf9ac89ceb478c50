"""What the pictures of a race on a surface show is what was computed."""

import numpy as np
import pytest

from core.descent.simulation import simulate_many
from core.descent.surfaces import SURFACES
from core.figures import surfaces
from core.figures.layout import EMPTY_TRACE
from core.nn.optimizers import OPTIMIZERS


def raced(steps=20, rate=0.03):
    ground = SURFACES["ravine"]
    racers = [(OPTIMIZERS[name], rate) for name in ("sgd", "momentum")]
    paths = simulate_many(ground.loss, ground.gradient, ground.start, racers, steps, axis=0)
    return ground, dict(zip(("sgd", "momentum"), paths, strict=True))


def test_the_arrows_of_a_race_point_downhill_and_along_the_step():
    ground, paths = raced()
    path = paths["momentum"]
    for step, move in enumerate(surfaces.moves_on_contour(ground, paths, "momentum")):
        (sgd, momentum, downhill, along), place = move["data"], path.weights[step]
        assert [sgd["x"][0], sgd["y"][0]] == pytest.approx(paths["sgd"].weights[step], abs=1e-4)
        assert [momentum["x"][0], momentum["y"][0]] == pytest.approx(place, abs=1e-4)
        if step == path.steps:
            assert along == EMPTY_TRACE
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
    assert len(frames) == surfaces.MAX_FRAMES + 1
    assert (frames[0], frames[-1]) == (0, 500)


def test_a_path_that_diverged_waits_at_its_last_place_while_the_others_go_on():
    ground, paths = raced(steps=60, rate=0.06)  # beyond 2 / 50 for gradient descent, not for momentum
    assert paths["sgd"].diverged
    assert not paths["momentum"].diverged
    moves = surfaces.moves_on_contour(ground, paths, None)
    assert len(moves) == 61
    assert moves[-1]["data"][0] == moves[-2]["data"][0]

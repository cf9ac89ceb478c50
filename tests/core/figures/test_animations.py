"""A frame moves the traces that it names: each is there, once, and the first frame is what the figure shows."""

import json

import pytest

from core.descent.curves import CURVES
from core.descent.regression import POINT_SETS, descend, draw_batches
from core.descent.simulation import simulate, simulate_many
from core.descent.surfaces import SURFACES
from core.figures import descent, loss_landscape, regression, surfaces
from core.nn.optimizers import OPTIMIZERS
from core.runs.landscape import read_landscape
from core.runs.run import Run

CURVE, RAVINE = CURVES["article"], SURFACES["ravine"]
POINTS = next(iter(POINT_SETS.values()))


def ball():
    return simulate(CURVE.loss, CURVE.gradient, CURVE.start, OPTIMIZERS["sgd"], 0.3, 8)


def others():
    return simulate(CURVE.loss, CURVE.gradient, [1.0, 7.0], OPTIMIZERS["sgd"], 0.3, 8)


def lines(starts=((0.7, -1.0),)):
    return descend(POINTS, starts, 0.01, draw_batches(len(POINTS), 1, 5, 0))


def raced():
    racers = [(optimizer, 0.01) for optimizer in OPTIMIZERS.values()]
    paths = simulate_many(RAVINE.loss, RAVINE.gradient, RAVINE.start, racers, 12, axis=0)
    return dict(zip(OPTIMIZERS, paths, strict=True))


CASES = {
    "curve": lambda: (descent.curve_figure(CURVE, ball()), descent.moves_on_curve(CURVE, ball())),
    "curve, with other starts": lambda: (
        descent.curve_figure(CURVE, ball(), others()),
        descent.moves_on_curve(CURVE, ball(), others()),
    ),
    "line": lambda: (
        regression.line_figure(POINTS, lines()[0]),
        regression.moves_of_line(POINTS, lines()[0], range(6)),
    ),
    "line's loss": lambda: (
        regression.line_loss_figure(POINTS, lines()[0], []),
        regression.moves_on_line_loss(lines()[0], range(6)),
    ),
    "line's loss, with other starts": lambda: (
        regression.line_loss_figure(POINTS, lines()[0], lines(((1.0, 1.0), (0.0, 2.0)))),
        regression.moves_on_line_loss(lines()[0], range(6)),
    ),
    "race": lambda: (
        surfaces.contour_figure(RAVINE, raced(), None),
        surfaces.moves_on_contour(RAVINE, raced(), None),
    ),
    "race, with arrows": lambda: (
        surfaces.contour_figure(RAVINE, raced(), "adam"),
        surfaces.moves_on_contour(RAVINE, raced(), "adam"),
    ),
    "race in space": lambda: (surfaces.surface_figure(RAVINE, raced()), surfaces.moves_in_space(RAVINE, raced())),
    "plane": lambda: (
        loss_landscape.plane_figure(read_landscape(Run.pretrained("article"))),
        loss_landscape.moves_on_plane(read_landscape(Run.pretrained("article")).plane),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_frame_names_traces_that_are_there(case):
    figure, moves = CASES[case]()
    traces = json.loads(figure.to_json(remove_uids=False))["data"]
    uids = [trace["uid"] for trace in traces if "uid" in trace]
    assert len(set(uids)) == len(uids)
    assert len(moves) > 5
    for move in moves:
        assert set(move["traces"]) == set(uids)
        assert len(move["data"]) == len(move["traces"])
    for uid, data in zip(moves[0]["traces"], moves[0]["data"], strict=True):
        shown = next(trace for trace in figure.data if trace.uid == uid)
        for side in data:
            assert list(shown[side]) == pytest.approx(data[side], abs=1e-3, nan_ok=True), uid

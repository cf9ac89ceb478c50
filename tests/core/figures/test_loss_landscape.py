"""The pictures of a hill, against what they show."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from core.explain.loss_landscape import Interpolation, LossLandscape, PlaneSlice
from core.figures.loss_landscape import heights, line_figure, moves_on_plane, path_figure, plane_figure
from core.runs.landscape import read_landscape
from core.runs.run import Run


@pytest.fixture(scope="module")
def landscape():
    return read_landscape(Run.pretrained("article"))


def test_the_line_begins_at_the_random_start_and_ends_at_the_end(landscape):
    loss, start, end = line_figure(landscape.line).data
    assert (start.x, start.y) == ((0,), (landscape.line.start_loss,))
    assert (end.x, end.y) == ((1,), (landscape.line.end_loss,))
    assert loss.y[list(loss.x).index(1)] == landscape.line.end_loss
    assert line_figure(landscape.line).layout.yaxis.range[1] > landscape.line.start_loss


def test_a_line_whose_start_is_no_number_is_drawn():
    line = Interpolation(np.array([0.0, 0.5, 1.0]), np.array([np.nan, 2.0, 1.0]))
    assert np.isfinite(line_figure(line).layout.yaxis.range).all()


def test_heights_are_logarithms_and_what_is_no_number_is_highest():
    assert heights(np.array([[0.1, 100.0], [np.nan, 1.0]])).tolist() == [[-1, 2], [2, 0]]


def test_the_path_lies_on_the_plane_and_the_ball_walks_along_it(landscape):
    figure = plane_figure(landscape)
    path, ball, ends = figure.data
    assert np.stack([path.x, path.y], axis=1) == pytest.approx(landscape.plane.path)
    moves = moves_on_plane(landscape.plane)
    assert len(moves) == len(landscape.steps)
    assert (ball.x[0], ball.y[0]) == pytest.approx(tuple(landscape.plane.path[0]), abs=1e-3)
    assert [moves[-1]["data"][0][side][0] for side in "xy"] == pytest.approx([0, 0], abs=1e-3)  # the last network
    named = dict(zip([text.strip() for text in ends.text], zip(ends.x, ends.y, strict=True), strict=True))
    assert named["start"] == pytest.approx(tuple(landscape.plane.path[0]))
    assert named["end"] == pytest.approx((0, 0))
    left, right = figure.layout.xaxis.range
    assert left < path.x.min() < path.x.max() < right


def test_the_ground_lies_as_the_axes_say():
    losses = np.full((9, 9), 1.0)
    losses[0, 8] = 0.001  # deep where one is far across and not up
    plane = PlaneSlice(np.arange(9.0), np.arange(9.0), losses, np.zeros((2, 2)), np.ones(2), np.ones(2), np.ones(2))
    line = Interpolation(np.array([0.0, 1.0]), np.ones(2))
    figure = plane_figure(LossLandscape(np.arange(2), line, plane, "categorical_crossentropy", 10))
    source = figure.layout.images[0].source.split(",")[1]
    opacity = np.asarray(Image.open(io.BytesIO(base64.b64decode(source))).convert("RGBA"))[..., 3]
    assert opacity[-5, -5] > opacity[-5, 5]  # at the bottom, on the right: the deeper the darker
    assert opacity[-5, -5] > opacity[5, -5]


def test_the_path_and_the_slice_below_it_are_told_apart(landscape):
    on_path, below = path_figure(landscape).data
    assert np.array_equal(on_path.y, landscape.plane.path_losses)
    assert np.array_equal(below.y, landscape.plane.slice_losses)
    assert on_path.line.dash != below.line.dash

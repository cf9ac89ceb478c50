"""What the canvas reports, turned into strokes."""

import numpy as np
import pytest

from core.strokes import Pixels, Strokes, strokes_from_canvas


def path(commands, **more):
    return {"objects": [{"type": "Path", "path": commands, "strokeWidth": 10, **more}]}


# A path as Fabric 7 reports it: its place is that of the middle of its box.
LINE = [["M", 10, 20], ["L", 110, 20], ["L", 110, 220]]
PLACED = {"left": 60, "top": 120, "originX": "center", "originY": "center"}


def test_a_path_that_was_only_drawn_stays_where_it_is():
    strokes = strokes_from_canvas(path(LINE, **PLACED), 320)
    assert strokes.strokes[0].tolist() == [[10, 20], [110, 20], [110, 220]]
    assert strokes.brush == 10


def test_a_place_given_by_the_left_top_corner_means_the_same():
    corner = {"left": 5, "top": 15, "originX": "left", "originY": "top"}  # half of the pen's width outside
    assert strokes_from_canvas(path(LINE, **corner), 320).strokes[0].tolist() == [
        [10, 20],
        [110, 20],
        [110, 220],
    ]


def test_a_path_that_was_moved_scaled_and_turned_with_the_editing_tool():
    moved = {**PLACED, "left": 160, "scaleX": 2.0, "scaleY": 1.0, "angle": 90}
    points = strokes_from_canvas(path(LINE, **moved), 320).strokes[0]
    # by hand: from the middle (60, 120) the corner lies (50, -100) away; doubled (100, -100); turned (100, 100)
    assert points[1].tolist() == [pytest.approx(160 + 100), pytest.approx(120 + 100)]


def test_curves_end_where_they_should_and_bend_between():
    curve = [["M", 0, 0], ["Q", 50, 100, 100, 0], ["C", 100, 50, 200, 50, 200, 0]]
    points = strokes_from_canvas(path(curve, left=100, top=25, originX="center", originY="center"), 320).strokes[0]
    shift = points[0]
    assert np.allclose(points[6] - shift, [100, 0])
    assert np.allclose(points[3] - shift, [50, 50])  # the middle of the quadratic curve
    assert np.allclose(points[-1] - shift, [200, 0])


@pytest.mark.parametrize("nothing", [None, {}, {"objects": []}, {"objects": [{"type": "Circle", "left": 1, "top": 1}]}])
def test_what_is_not_a_path_is_left_out(nothing):
    strokes = strokes_from_canvas(nothing, 320)
    assert strokes.strokes == ()
    assert strokes.box() is None


def test_numbers_that_are_none_are_left_out():
    assert strokes_from_canvas(path([["M", float("nan"), 1], ["L", 2, 2]], **PLACED), 320).strokes == ()


def test_a_line_is_rendered_where_it_lies():
    picture = Strokes((np.array([[10.0, 5.0], [10.0, 15.0]]),), 20, 2).render(20, 1.0, 0.0, 0.0, 2.0)
    assert picture[10, 9] == picture[10, 10] == 1  # from 9 to 11
    assert picture[10, :8].sum() == picture[10, 12:].sum() == 0
    assert picture.sum() == pytest.approx(10 * 2 + np.pi, rel=0.08)  # a bar with round ends


@pytest.mark.parametrize("width", [4, 9, 20])
def test_the_width_of_a_stroke_is_measured(width):
    ink = np.zeros((200, 200), np.float32)
    ink[20:180, 90 : 90 + width] = 1
    assert Pixels(ink).brush == pytest.approx(width, rel=0.15)

"""What the canvas reports, turned into strokes."""

import numpy as np
import pytest

from core.drawing.preprocessing import preprocess
from core.drawing.strokes import (
    MAX_POINTS,
    MAX_STROKES,
    Pixels,
    Strokes,
    UnreadableDrawingError,
    pen_paths,
    strokes_from_canvas,
)


def path(commands, **more):
    return {"objects": [{"type": "Path", "path": commands, "strokeWidth": 10, **more}]}


# A path as Fabric 7 reports it: its place is that of the middle of its box.
LINE = [["M", 10, 20], ["L", 110, 20], ["L", 110, 220]]
PLACED = {"left": 60, "top": 120, "originX": "center", "originY": "center"}


def test_a_path_that_was_only_drawn_stays_where_it_is():
    strokes = strokes_from_canvas(path(LINE, **PLACED), 320)
    assert strokes.strokes[0].tolist() == [[10, 20], [110, 20], [110, 220]]
    assert strokes.brush == 10


def test_curves_end_where_they_should_and_bend_between():
    curve = [["M", 0, 0], ["Q", 50, 100, 100, 0], ["C", 100, 50, 200, 50, 200, 0]]
    points = strokes_from_canvas(path(curve, left=100, top=25, originX="center", originY="center"), 320).strokes[0]
    assert np.allclose(points[6], [100, 0])
    assert np.allclose(points[3], [50, 50])  # the middle of the quadratic curve
    assert np.allclose(points[-1], [200, 0])


def test_what_a_browser_keeps_of_a_drawing_is_the_same_drawing():
    """The same pixels, or the same drawing told again after a reload would count twice in one's own test set."""
    places = np.random.default_rng(0).uniform(60, 260, (40, 4)).tolist()
    bends = [["M", 100.049999, 100.05], *(["Q", *place] for place in places), ["L", 250.25, 250.35]]
    drawing = path(bends)
    again = {"objects": pen_paths(drawing, 320)}
    assert again != drawing
    first, second = (preprocess(strokes_from_canvas(one, 320)).image for one in (drawing, again))
    assert (first == second).all()


@pytest.mark.parametrize("nothing", [None, {}, {"objects": []}, {"objects": [{"type": "Circle", "left": 1, "top": 1}]}])
def test_what_is_not_a_path_is_left_out(nothing):
    strokes = strokes_from_canvas(nothing, 320)
    assert strokes.strokes == ()
    assert strokes.box() is None


@pytest.mark.parametrize(
    "what",
    [
        {"strokeWidth": 81},  # a quarter of the canvas, and a pixel
        {"strokeWidth": 0.9},
        {"strokeWidth": True},
        {"strokeWidth": "10"},
        {"strokeWidth": float("nan")},
        {"strokeWidth": None},
        {"type": ["Path"]},
        {"path": None},
        {"path": {"M": [1, 2]}},
        {"path": []},
        {"path": ["M", 1, 2]},
        {"path": [[]]},
        {"path": [["M", 1]]},
        {"path": [["M", 1, 2, 3]]},
        {"path": [["A", 1, 2]]},
        {"path": [[None, 1, 2]]},
        {"path": [[["M"], 1, 2]]},
        {"path": [["Q", 1, 2, 3, 4]]},  # from nowhere
        {"path": [["M", float("nan"), 1], ["L", 2, 2]]},
        {"path": [["M", float("inf"), 1], ["L", 2, 2]]},
        {"path": [["M", 32_001, 1], ["L", 2, 2]]},
        {"path": [["M", 10**400, 1], ["L", 2, 2]]},
        {"path": [["M", "1", 1], ["L", 2, 2]]},
        {"path": [["M", False, 1], ["L", 2, 2]]},
        {"path": [["M", [1], 1], ["L", 2, 2]]},
    ],
    ids=str,
)
def test_what_no_canvas_reports_is_left_out_and_the_rest_is_read(what):
    drawing = {"objects": [{**path(LINE)["objects"][0], **what}, *path([["M", 1, 2], ["L", 3, 4]])["objects"]]}
    strokes = strokes_from_canvas(drawing, 320)
    assert [stroke.tolist() for stroke in strokes.strokes] == [[[1, 2], [3, 4]]]


@pytest.mark.parametrize(
    "message", [7, "text", [], {"objects": 7}, {"objects": {"0": 1}}, {"objects": [7, None, "x", []]}]
)
def test_a_message_of_another_form_is_an_empty_canvas(message):
    assert strokes_from_canvas(message, 320).strokes == ()


def test_a_place_or_a_turn_beside_the_path_changes_nothing():
    """The canvas' editing tool is out of reach, so that a path is where it was drawn."""
    moved = path(LINE, left=1e300, top=-1e300, scaleX=1e300, scaleY=float("nan"), angle=1e300, originX=[])
    assert strokes_from_canvas(moved, 320).strokes[0].tolist() == [[10, 20], [110, 20], [110, 220]]


def test_a_drawing_as_large_as_is_read():
    points = [["M", 0, 0], *([["L", i % 320, i % 7] for i in range(MAX_POINTS - 1)])]
    assert len(strokes_from_canvas(path(points), 320).strokes[0]) == MAX_POINTS
    with pytest.raises(UnreadableDrawingError, match="5,000 points"):
        strokes_from_canvas(path([*points, ["L", 1, 1]]), 320)


def test_as_many_strokes_as_are_read():
    items = path(LINE)["objects"] * MAX_STROKES
    assert len(strokes_from_canvas({"objects": items}, 320).strokes) == MAX_STROKES
    with pytest.raises(UnreadableDrawingError, match="500 strokes"):
        strokes_from_canvas({"objects": [*items, {}]}, 320)


@pytest.mark.parametrize(
    ("points", "left"),
    [
        ([[10, 10], [10, 400]], [[[10, 10], [10, 320]]]),  # out
        ([[-50, 100], [50, 100]], [[[0, 100], [50, 100]]]),  # in
        ([[300, 50], [340, 50], [340, 90], [300, 90]], [[[300, 50], [320, 50]], [[320, 90], [300, 90]]]),  # and back
        ([[-10, 300], [30, 340]], [[[0, 310], [10, 320]]]),  # across a corner, by hand: x + 310 = y
        ([[-10, -10], [330, 330]], [[[0, 0], [320, 320]]]),  # across all of it
        ([[400, 10], [400, 90]], []),  # beside it
        ([[0, 0], [320, 320]], [[[0, 0], [320, 320]]]),  # the rim belongs to it
        ([[5, 5]], [[[5, 5]]]),  # a dot
        ([[500, 5]], []),
    ],
)
def test_only_what_is_on_the_canvas_counts(points, left):
    commands = [["M", *points[0]], *(["L", *point] for point in points[1:])]
    found = strokes_from_canvas(path(commands), 320).strokes
    assert len(found) == len(left)
    assert all(np.allclose(stroke, part) for stroke, part in zip(found, left, strict=True))


def test_a_stroke_that_goes_on_outside_is_prepared_as_if_it_had_ended_at_the_rim():
    seven = [["M", 60, 60], ["L", 250, 60], ["L", 200, 320]]
    inside = preprocess(strokes_from_canvas(path(seven), 320))
    beyond = preprocess(strokes_from_canvas(path([*seven, ["L", 150, 580], ["L", 3000, 900]]), 320))
    assert np.array_equal(inside.image, beyond.image)
    assert inside.box == beyond.box


@pytest.mark.parametrize("count", [2, 40, 4000])
def test_however_many_points_a_line_has_it_covers_what_lies_within_half_a_pen(count):
    """Points that add nothing to a picture are left out before it is drawn; held against distances to the line."""
    start, end, pen = np.array([3.0, 4.0]), np.array([24.0, 18.0]), 2.6
    line = start + np.linspace(0, 1, count)[:, None] * (end - start)
    picture = Strokes((line,), 28, pen).render(28, 1.0, 0.0, 0.0, pen)
    y, x = (np.mgrid[: 28 * 8, : 28 * 8] + 0.5) / 8
    along = np.clip(((x - start[0]) * (end - start)[0] + (y - start[1]) * (end - start)[1]) / (21**2 + 14**2), 0, 1)
    far = np.hypot(x - start[0] - along * 21, y - start[1] - along * 14)
    covered = (far <= pen / 2).reshape(28, 8, 28, 8).mean(axis=(1, 3))
    assert np.abs(picture - covered).max() < 0.15
    assert picture.sum() == pytest.approx(covered.sum(), rel=0.08)  # Pillow rounds its dots


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

"""The preparation must not care where, how large and with which pen a digit was drawn."""

import numpy as np
import pytest

from core.drawing.preprocessing import (
    ALL_STEPS,
    CENTRE_PIXEL,
    NO_STEPS,
    STROKE_WIDTH,
    PreprocessingSteps,
    centre_of_mass,
    preprocess,
)
from core.drawing.strokes import Pixels, Strokes

SEVEN = np.array([[0.0, 0.0], [0.6, 0.0], [0.35, 0.5], [0.25, 1.0]])


def seven(size=200.0, left=50.0, top=50.0, brush=16.0):
    return Strokes((SEVEN * size + (left, top),), side=320, brush=brush)


def test_the_input_is_28_by_28_from_paper_0_to_ink_1():
    image = preprocess(seven()).image
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() == 0
    assert image.max() == 1


@pytest.mark.parametrize("place", [(0.0, 0.0), (100.0, 15.0), (200.0, 190.0)])
def test_place_does_not_matter(place):
    assert np.array_equal(preprocess(seven(100, *place)).image, preprocess(seven(100)).image)


@pytest.mark.parametrize("size", [30.0, 90.0, 290.0])
def test_size_does_not_matter(size):
    assert np.abs(preprocess(seven(size)).image - preprocess(seven()).image).max() < 0.15


@pytest.mark.parametrize("brush", [3.0, 40.0])
def test_the_brush_does_not_matter(brush):
    assert np.array_equal(preprocess(seven(brush=brush)).image, preprocess(seven()).image)


@pytest.mark.parametrize(
    ("strokes", "two"),
    [
        ([SEVEN], False),
        ([SEVEN, SEVEN + (1, 0)], True),
        ([SEVEN, SEVEN + (0, 1.5)], False),  # one above the other
        ([SEVEN, SEVEN * 0.3 + (1, 0)], False),  # a 7 and a blot
        ([SEVEN, [[-0.2, 0.5], [0.9, 0.5]]], False),  # crossed
        ([[[0.0, 0.0], [0.0, 0.6], [0.5, 0.6]], [[0.4, 0.0], [0.4, 1.0]]], False),  # an open 4
    ],
)
def test_two_digits_side_by_side_are_seen_to_be_two(strokes, two):
    ink = Strokes(tuple(np.array(stroke) * 100 + 80 for stroke in strokes), side=320, brush=16)
    assert preprocess(ink).has_two_parts is two


@pytest.mark.parametrize("brush", [8.0, 16.0, 30.0])
def test_the_ink_fills_a_box_of_20_pixels(brush):
    for preparation in (ALL_STEPS, PreprocessingSteps(redraw=False)):
        prepared = preprocess(seven(brush=brush), preparation)
        rows = np.flatnonzero(prepared.image.max(axis=1) > 0.25)
        assert 19 <= rows[-1] - rows[0] + 1 <= 20


def test_the_centre_of_mass_lies_in_the_middle_as_in_mnist(test_set):
    row, column = centre_of_mass(preprocess(seven()).image)
    assert abs(row - CENTRE_PIXEL) <= 0.5
    assert abs(column - CENTRE_PIXEL) <= 0.5
    centres = np.array([centre_of_mass(image / 255) for image in test_set.images[:2000]])
    assert np.abs(centres.mean(axis=0) - CENTRE_PIXEL).max() < 0.05  # MNIST's own


def test_the_strokes_are_as_heavy_as_mnists(test_set):
    widths = [Pixels((image / 255).astype(np.float32)).brush for image in test_set.images[:500]]
    low, high = np.quantile(widths, [0.2, 0.8])
    assert low < Pixels(preprocess(seven()).image).brush < high


def test_each_step_can_be_left_out():
    corner = seven(80.0, 10.0, 5.0, brush=6.0)
    assert not np.array_equal(preprocess(corner).image, preprocess(corner, PreprocessingSteps(fit_box=False)).image)
    thin = preprocess(corner, PreprocessingSteps(redraw=False)).image
    assert thin.sum() < 0.8 * preprocess(corner).image.sum()
    squeezed = preprocess(corner, NO_STEPS).image
    assert np.flatnonzero(squeezed.max(axis=1) > 0)[[0, -1]].tolist() == [
        0,
        7,
    ]  # rows 5 / 320 to 85 / 320 of 28
    hard = preprocess(corner, PreprocessingSteps(grey_edges=False)).image
    assert set(np.unique(hard)) == {0.0, 1.0}
    off_centre = Strokes((np.array([[0.0, 0], [0, 100], [60, 100]]) + 30,), 320, 10)
    boxed = centre_of_mass(preprocess(off_centre, PreprocessingSteps(centre_mass=False)).image)
    assert max(abs(boxed[0] - CENTRE_PIXEL), abs(boxed[1] - CENTRE_PIXEL)) > 2


def test_every_step_is_kept():
    prepared = preprocess(seven())
    assert prepared.scaled.shape == prepared.redrawn.shape == (20, 20)
    assert prepared.centred.shape == (28, 28)
    assert prepared.drawn.shape == (112, 112)
    assert prepared.box.left == pytest.approx(50 - 8)
    assert prepared.box.bottom == pytest.approx(250 + 8)


@pytest.mark.parametrize("preparation", [ALL_STEPS, NO_STEPS, PreprocessingSteps(grey_edges=False)])
def test_nothing_and_a_dot_are_no_digits(preparation):
    assert preprocess(Strokes((), 320, 16), preparation) is None
    assert preprocess(Strokes((np.array([[160.0, 160.0]]),), 320, 16), preparation) is None
    assert preprocess(Pixels(np.zeros((50, 50), np.float32)), preparation) is None


def test_a_bare_stick_is_scaled_like_any_digit():
    image = preprocess(Strokes((np.array([[100.0, 60.0], [100.0, 260.0]]),), 320, 16)).image
    assert image.max(axis=0).astype(bool).sum() <= np.ceil(STROKE_WIDTH) + 1
    assert image.max(axis=1).astype(bool).sum() == 20


def test_ink_beyond_the_canvas_does_not_break_it():
    outside = Strokes((SEVEN * 100 + 400,), 320, 16)
    for preparation in (ALL_STEPS, NO_STEPS):
        assert np.isfinite(preprocess(outside, preparation).image).all()


@pytest.mark.parametrize("brush", [6.0, 16.0, 30.0])
def test_pixels_are_prepared_like_strokes(brush):
    strokes = seven(180, 60, 60, brush)
    pixels = Pixels(strokes.render(320, 1.0, 0.0, 0.0, brush))
    difference = np.abs(preprocess(pixels).image - preprocess(strokes).image)
    assert difference.mean() < 0.03
    assert pixels.brush == pytest.approx(brush, rel=0.15)

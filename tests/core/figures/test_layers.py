"""Units as squares: each at its place, and found again where it is clicked."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from core.figures.layers import (
    BELOW,
    answers_figure,
    arranged,
    batch_figure,
    close_up_figure,
    digit_at,
    digit_of_batch_at,
    grid,
    layer_figure,
    unit_at,
)


@pytest.mark.parametrize(
    ("units", "size"), [(784, (28, 28)), (100, (10, 10)), (10, (3, 4)), (1, (1, 1)), (512, (23, 23))]
)
def test_units_lie_in_a_grid_that_is_nearly_square(units, size):
    assert grid(units) == size
    squares = arranged(np.arange(units, dtype=float))
    assert squares.shape == size
    assert np.array_equal(squares[np.isfinite(squares)], np.arange(units))


@pytest.mark.parametrize("units", [784, 100, 10, 20])
def test_a_click_on_a_square_finds_its_unit_and_beside_them_none(units):
    squares = arranged(np.arange(units, dtype=float))
    for (row, column), unit in np.ndenumerate(squares):
        found = unit_at(units, {"x": column + 0.4, "y": row - 0.4})
        assert found == (int(unit) if np.isfinite(unit) else None)
    rows, columns = squares.shape
    for place in ({"x": -0.7, "y": 0}, {"x": 0, "y": -0.7}, {"x": columns, "y": 0}, {"x": 0, "y": rows}):
        assert unit_at(units, place) is None


def test_a_layers_colours_are_its_values_by_its_largest():
    values = np.array([0.0, -4.0, 2.0, 1.0])
    figure = layer_figure(values, "title", "activation", chosen=2, crossed=[0, 3])
    squares, crosses = figure.data
    assert np.asarray(squares.z).tolist() == [[0, -4], [2, 1]]
    assert (squares.zmin, squares.zmax) == (-4, 4)
    assert np.asarray(squares.customdata).tolist() == [[0, 1], [2, 3]]  # the units' numbers
    assert (list(crosses.x), list(crosses.y)) == ([0, 1], [0, 1])
    frame = figure.layout.shapes[0]
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (-0.5, 0.5, 0.5, 1.5)


def test_a_layer_of_zeros_and_one_without_numbers_are_drawn():
    assert np.asarray(layer_figure(np.zeros(4), "", "").data[0].z).tolist() == [[0, 0], [0, 0]]
    with np.errstate(all="raise"):
        layer_figure(np.full(4, np.nan), "", "")
        endless = layer_figure(np.array([np.inf, -2, np.nan, 1]), "", "").data[0]
    assert (endless.zmin, endless.zmax) == (-2, 2)


def test_answers_have_their_texts_unless_they_are_nearly_nothing():
    figure = answers_figure(np.array([0.9, 0.0001, -0.5]), ["90 %", "0 %", "−0.5"], "", chosen=1, low=-1)
    assert list(figure.data[0].text) == ["90 %", "", "−0.5"]
    assert [digit_at(3, {"x": 0, "y": y}) for y in (-0.6, -0.4, 0.4, 2.4, 2.6)] == [None, 0, 0, 2, None]


@pytest.mark.parametrize(
    ("middle", "left", "top"), [(0, 0, 0), (14 * 28 + 14, 11, 12), (28 * 28 - 1, 21, 23), (27, 21, 0)]
)
def test_a_close_up_shows_whole_units_around_one(middle, left, top):
    figure = close_up_figure(np.arange(784.0), middle, "activation", chosen=middle)
    assert tuple(figure.layout.xaxis.range) == (left - 0.5, left + 6.5)
    assert tuple(figure.layout.yaxis.range) == (top + 4.5, top - 0.5)
    frame = figure.layout.shapes[0]
    assert unit_at(784, {"x": (frame.x0 + frame.x1) / 2, "y": (frame.y0 + frame.y1) / 2}) == middle


def test_a_batch_shows_each_digit_above_its_words():
    images = np.zeros((11, 28, 28), np.uint8)
    images[9] = 255
    figure = batch_figure(images, [str(n) for n in range(11)], chosen=9, wrong=[2, 9])
    assert len(figure.layout.images) == 2
    source = figure.layout.images[1].source.split(",")[1]
    strip = np.asarray(Image.open(io.BytesIO(base64.b64decode(source))))
    assert strip.shape == (29, 8 * 29)
    assert (strip[:28, 29:57] == 255).all()
    assert not strip[:28, :28].any()
    words = figure.data[0]
    assert (words.x[9], words.y[9], words.text[9]) == (1.5, pytest.approx((1 + BELOW) + 1 + BELOW / 2), "9")
    lines = [shape for shape in figure.layout.shapes if shape.type == "line"]
    assert [digit_of_batch_at(11, {"x": (line.x0 + line.x1) / 2, "y": line.y0}) for line in lines] == [2, 9]
    assert digit_of_batch_at(11, {"x": words.x[9], "y": words.y[9]}) == 9
    assert digit_of_batch_at(11, {"x": 1.5, "y": 1.5 * (1 + BELOW)}) == 9
    for place in ({"x": 3.5, "y": 1.8}, {"x": 8.2, "y": 0.5}, {"x": -0.1, "y": 0.5}, {"x": 0.5, "y": -0.1}):
        assert digit_of_batch_at(11, place) is None

"""What in a picture is the digit, and what is left out."""

import numpy as np
import pytest

from core.drawing.segmentation import isolate_digit, label_components, panel_of


def drawn(*boxes, shape=(100, 100)):
    """Ink in boxes: top, bottom, left, right."""
    ink = np.zeros(shape, np.float32)
    for top, bottom, left, right in boxes:
        ink[top:bottom, left:right] = 1
    return ink


DIGIT = (30, 70, 45, 55)


def test_a_digit_alone_is_kept_as_it_is():
    ink = drawn(DIGIT)
    kept, is_left_out = isolate_digit(ink)
    assert np.array_equal(kept, ink)
    assert not is_left_out


@pytest.mark.parametrize(
    "other",
    [(45, 55, 95, 100), (0, 3, 0, 20), (90, 99, 0, 12)],
    ids=["a neighbour at the rim", "a mark in a corner", "a button"],
)
def test_what_stands_apart_is_left_out(other):
    kept, is_left_out = isolate_digit(drawn(DIGIT, other))
    assert np.array_equal(kept, drawn(DIGIT))
    assert is_left_out


def test_a_stroke_that_is_near_belongs_to_the_digit():
    ink = drawn(DIGIT, (30, 34, 58, 80))
    kept, is_left_out = isolate_digit(ink)
    assert np.array_equal(kept, ink)
    assert not is_left_out


def test_a_second_digit_of_the_same_height_stays():
    """That two were drawn is to be seen, and said."""
    ink = drawn((30, 70, 15, 25), (30, 70, 70, 80))
    assert np.array_equal(isolate_digit(ink)[0], ink)


def test_specks_are_left_out_and_not_spoken_of():
    kept, is_left_out = isolate_digit(drawn(DIGIT, (5, 6, 5, 6), (80, 81, 90, 91)))
    assert np.array_equal(kept, drawn(DIGIT))
    assert not is_left_out


@pytest.mark.parametrize("digit", [DIGIT, (30, 70, 30, 60)])
def test_a_frame_is_left_out(digit):
    ink = drawn((5, 95, 5, 95))
    ink[8:92, 8:92] = 0
    top, bottom, left, right = digit
    ink[top:bottom, left:right] = 1
    kept, is_left_out = isolate_digit(ink)
    assert np.array_equal(kept, drawn(digit))
    assert is_left_out


def test_noise_has_too_many_parts_to_find_a_digit_among_them():
    noise = np.zeros((300, 300), np.float32)
    noise[::4, ::4] = 1
    assert label_components(noise > 0.5) is None
    kept, is_left_out = isolate_digit(noise)
    assert np.array_equal(kept, noise)
    assert not is_left_out


@pytest.mark.parametrize("ticks", [True, False])
@pytest.mark.parametrize("loop", [True, False], ids=["a 0", "a 1"])
def test_a_panel_is_cut_out_with_or_without_ticks(ticks, loop):
    picture = np.ones((200, 200), np.float32)
    picture[40:160, 50:170] = 0
    picture[60:140, 80:140] = 1
    if loop:
        picture[75:125, 95:125] = 0
    if ticks:
        picture[160:165, 50:170:20] = 0
        picture[40:160:20, 45:50] = 0
    inside, is_panel = panel_of(picture)
    assert is_panel
    assert inside.shape == (118, 118)
    assert inside[0].max() == inside[-1].max() == 0


def test_a_thick_digit_is_no_panel():
    y, x = np.mgrid[:120, :120]
    away = np.hypot(y - 60, x - 60)
    assert not panel_of(1 - ((away < 40) & (away > 20)).astype(np.float32))[1]

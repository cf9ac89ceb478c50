import numpy as np

from core.figures.pictures import NEGATIVE, POSITIVE, diverging, enlarge, ink_in_words, sprite_sheet, with_box


def test_enlarging_turns_each_pixel_into_a_square():
    picture = enlarge(np.array([[0.0, 1.0], [0.5, 0.0]], np.float32), 7)
    assert picture.shape == (6, 6)
    assert picture[0, 3] == 255
    assert (picture[3:, :3] == 128).all()


def test_bytes_stay_as_they_are():
    assert enlarge(np.array([[7]], np.uint8), 1).tolist() == [[7]]


def test_signs_have_their_colours_and_nothing_is_black():
    picture = diverging(np.array([[2.0, -1.0, 0.0]]), largest=2)
    assert picture[0].tolist() == [POSITIVE.astype(int).tolist(), (NEGATIVE / 2).astype(int).tolist(), [0, 0, 0]]


def test_a_box_is_drawn_where_it_lies_even_at_the_rim():
    picture = with_box(np.zeros((10, 10)), 0.2, 0.3, 0.6, 5.0)
    drawn = picture.any(axis=2)
    assert drawn[3, 2:7].all()
    assert drawn[3:, 2].all()
    assert drawn[9, 2:7].all()
    assert not drawn[5, 4]


def test_a_sheet_has_a_place_for_every_picture():
    pictures = [np.full((3, 3), value, np.uint8) for value in (10, 20, 30)]
    paper = sprite_sheet(pictures, columns=2, block=1)
    assert paper.shape == (8, 8)
    assert (paper[:3, :3] == 10).all()
    assert (paper[:3, 4:7] == 20).all()
    assert (paper[4:7, :3] == 30).all()


def test_where_the_ink_lies_is_told_in_rows_and_columns():
    picture = np.zeros((28, 20), np.uint8)
    picture[3:9, 5] = 255
    picture[20, 19] = 100  # less than half ink
    assert ink_in_words(picture) == "ink in rows 3 to 8 of 28, columns 5 to 5 of 20"
    assert ink_in_words(picture / 255) == ink_in_words(picture)
    assert ink_in_words(np.zeros((28, 28))) == "hardly any ink"

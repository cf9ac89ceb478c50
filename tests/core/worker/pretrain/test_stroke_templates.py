import numpy as np
import pytest

from core.drawing.preprocessing import preprocess
from core.worker.pretrain.stroke_templates import VARIANTS, draw_digits, draw_variant


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_makes_a_digit_that_fills_its_box_and_is_never_the_same_twice(name):
    random = np.random.default_rng(0)
    drawings = [draw_variant(name, random) for _ in range(5)]
    seen = [preprocess(drawing).image for drawing in drawings]
    for drawing, image in zip(drawings, seen, strict=True):
        assert drawing.points.min() >= 0
        assert drawing.points.max() <= drawing.side
        rows, columns = np.nonzero(image > 0.25)
        assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
    assert not np.array_equal(seen[0], seen[1])


def test_the_shapes_that_mnists_writers_rarely_wrote_are_there():
    words = " ".join(VARIANTS)
    for shape in ("slashed 0", "foot", "crossed 7", "open 4", "hooked 9", "detached bar"):
        assert shape in words


def test_the_same_seed_gives_the_same_digits_and_each_digit_its_share():
    one, two = draw_digits(40, seed=3), draw_digits(40, seed=3)
    assert np.array_equal(one.images, two.images)
    assert np.bincount(one.labels).tolist() == [4] * 10
    assert one.images.dtype == np.uint8

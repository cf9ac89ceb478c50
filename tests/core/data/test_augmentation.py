import numpy as np
import pytest

from core.data.augmentation import NO_AUGMENTATION, AugmentationRanges, augment
from core.drawing.preprocessing import centre_of_mass
from core.drawing.strokes import Pixels


def only(**limits):
    return AugmentationRanges(**{**vars(NO_AUGMENTATION), **limits})


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_no_distortion_leaves_images_as_they_are(test_set, random):
    images = test_set.images[:50]
    assert np.allclose(augment(images, NO_AUGMENTATION, random), images / 255, atol=1e-4)


def test_a_shift_moves_the_centre_of_mass(random):
    blob = np.zeros((200, 28, 28), np.float32)
    blob[:, 12:16, 12:16] = 1
    moved = augment(blob, only(shift=3), random)
    centres = np.array([centre_of_mass(image) for image in moved]) - 13.5
    assert np.abs(centres).max() <= 3
    assert np.abs(centres).max() > 2.5
    assert np.abs(centres.mean(axis=0)).max() < 0.5


def test_a_turn_turns_a_bar_by_its_angle(random):
    bar = np.zeros((300, 28, 28), np.float32)
    bar[:, 4:24, 13:15] = 1
    angles = []
    for image in augment(bar, only(rotation=30), random):
        rows, columns = np.nonzero(image > 0.5)
        angles.append(np.degrees(np.arctan(np.polyfit(rows, columns, 1)[0])))
    assert 25 < np.max(angles) < 32
    assert -32 < np.min(angles) < -25


def test_scaling_changes_the_size_by_its_factor(random):
    square = np.zeros((300, 28, 28), np.float32)
    square[:, 9:19, 9:19] = 1
    sides = np.sqrt(augment(square, only(scale=0.3), random).sum(axis=(1, 2)))
    assert sides.max() == pytest.approx(10 * np.exp(0.3), rel=0.05)
    assert sides.min() == pytest.approx(10 * np.exp(-0.3), rel=0.05)


def test_stroke_weight_makes_strokes_heavier_and_lighter(test_set, random):
    image = test_set.images[0]
    widths = [Pixels(changed).brush for changed in augment(np.stack([image] * 100), only(stroke_width=0.7), random)]
    before = Pixels(image / np.float32(255)).brush
    assert min(widths) < 0.85 * before
    assert max(widths) > 1.15 * before


def test_everything_at_once_stays_between_paper_and_ink(test_set, random):
    distorted = augment(test_set.images[:500], AugmentationRanges(), random)
    assert distorted.shape == (500, 28, 28)
    assert distorted.dtype == np.float32
    assert distorted.min() >= 0
    assert distorted.max() <= 1
    assert (distorted.sum(axis=(1, 2)) > 10).all()


def test_the_same_seed_gives_the_same_images(test_set):
    one, two = (augment(test_set.images[:20], AugmentationRanges(), np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one, two)

import numpy as np
import pytest

from core.data.centroids import class_means, distances, nearest_centroid, nearest_neighbours
from core.data.mnist import Digits


def test_paper_and_ink_are_as_far_apart_as_can_be():
    paper, ink = np.zeros((1, 28, 28), np.uint8), np.full((1, 28, 28), 255, np.uint8)
    both = np.concatenate([paper, ink]) / 255
    assert distances(paper, both)[0].tolist() == pytest.approx([0, 1])
    half = paper.copy()
    half[0, :14] = 255
    assert distances(half, both)[0].tolist() == pytest.approx([np.sqrt(0.5)] * 2)


def test_distances_agree_with_the_plain_formula(test_set):
    images = test_set.images[:6]
    floats = images / 255
    plain = [[np.sqrt(((a - b) ** 2).mean()) for b in floats] for a in floats]
    assert np.abs(distances(images, floats) - plain).max() < 1e-3  # near 0, float32 leaves 3e-4


def test_an_average_is_the_mean_of_its_digits(training_set):
    averages = class_means(training_set)
    first = training_set.images[training_set.labels == 3][:, 14, 14]
    assert averages.shape == (10, 28, 28)
    assert averages[3, 14, 14] == pytest.approx(first.sum(dtype=float) / len(first) / 255, rel=1e-5)


def test_the_nearest_average_beats_guessing_and_loses_to_any_network(training_set, test_set):
    right = nearest_centroid(test_set.images, class_means(training_set)) == test_set.labels
    assert right.mean() == pytest.approx(0.8203)  # as scikit-learn's NearestCentroid says


def test_nearest_neighbours_come_in_order_and_begin_with_the_image_itself(training_set):
    found, away = nearest_neighbours(training_set, training_set.images[10], 6)
    assert found[0] == 10
    assert away[0] == pytest.approx(0, abs=1e-3)
    assert (np.diff(away) >= 0).all()
    sample = Digits(training_set.images[:3000], training_set.labels[:3000])
    found, _ = nearest_neighbours(sample, training_set.images[10], 4)
    plain = ((sample.images.astype(float) - training_set.images[10]) ** 2).mean(axis=(1, 2))
    assert found.tolist() == np.argsort(plain)[:4].tolist()

import shutil

import numpy as np
import pytest

from core.bundled_files import BundledFileError
from core.data import mnist
from core.nn.prediction import predict
from core.pretrained.registry import load_model

# The counts that LeCun, Cortes and Burges publish for MNIST, digits 0 to 9.
TRAINING_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_the_sets_are_mnist(training_set, test_set):
    assert training_set.images.shape == (60_000, 28, 28)
    assert test_set.images.shape == (10_000, 28, 28)
    assert np.bincount(training_set.labels).tolist() == TRAINING_COUNTS
    assert np.bincount(test_set.labels).tolist() == TEST_COUNTS


def test_image_10_is_a_3_in_training_and_a_0_in_the_test_as_the_article_says(training_set, test_set):
    assert training_set.labels[10] == 3
    assert test_set.labels[10] == 0


def test_pixels_stay_bytes_and_cannot_be_changed(training_set):
    assert training_set.images.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        training_set.images[0, 0, 0] = 1


def test_the_split_parts_each_digit_in_proportion(training_set):
    learn, validate = mnist.split_indices(training_set.labels)
    assert (len(learn), len(validate)) == (55_000, 5_000)
    assert not set(learn) & set(validate)
    shares = np.bincount(training_set.labels[validate]) / TRAINING_COUNTS
    assert np.abs(shares - 5_000 / 60_000).max() < 1e-4


def test_the_split_is_the_same_at_every_call(training_set):
    first, second = mnist.split_indices(training_set.labels), mnist.split_indices(training_set.labels)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_shaping_flattens_row_by_row_and_scales_to_one():
    image = np.arange(784, dtype=np.uint16).reshape(1, 28, 28).astype(np.uint8)
    inputs = mnist.to_inputs(image)
    assert inputs.shape == (1, 784)
    assert inputs.dtype == np.float32
    assert inputs[0, 28] == np.float32(28 / 255)  # the second row begins at 28
    assert inputs.max() == 1


def test_one_hot_has_a_single_one_at_the_label():
    assert mnist.one_hot(np.array([3], np.uint8)).tolist() == [[0, 0, 0, 1, 0, 0, 0, 0, 0, 0]]


@pytest.fixture
def copy(tmp_path):
    return shutil.copy(mnist.MNIST_FILE, tmp_path / "mnist.npz")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BundledFileError, match=r"mnist\.npz is missing"):
        mnist.load_test_set(tmp_path / "mnist.npz")


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.95, 0.9999])
def test_a_flipped_byte_is_noticed(copy, share):
    content = bytearray(copy.read_bytes())
    content[int(len(content) * share)] ^= 0xFF
    copy.write_bytes(content)
    with pytest.raises(BundledFileError, match="is damaged"):
        mnist.load_training_set(copy)
        mnist.load_test_set(copy)


def test_a_cut_file_is_noticed(copy):
    copy.write_bytes(copy.read_bytes()[:1000])
    with pytest.raises(BundledFileError, match="is damaged"):
        mnist.load_test_set(copy)


@pytest.mark.parametrize("count", [40, 500, 2000])
def test_a_part_that_stands_for_all_is_fair(count, test_set):
    part = mnist.fair_part(test_set.labels, count)
    assert len(set(part.tolist())) == count
    assert np.array_equal(part, mnist.fair_part(test_set.labels, count))
    for half in (part < 5000, part >= 5000):
        assert np.bincount(test_set.labels[part[half]], minlength=10).tolist() == [count // 20] * 10


def test_a_fair_part_says_what_all_digits_say_and_the_first_ones_do_not(test_set):
    """Within two standard errors, of both networks; of the first 500 and 2,000 digits the article's gets too few."""
    for name in ("article", "drawing"):
        right = predict(load_model(name).network, test_set.images).argmax(axis=1) == test_set.labels
        for count in (500, 2000):
            part = right[mnist.fair_part(test_set.labels, count)].mean()
            assert abs(part - right.mean()) <= 2 * (right.mean() * (1 - right.mean()) / count) ** 0.5
        if name == "article":
            assert right[:2000].mean() < right.mean() - 2 * (right.mean() * (1 - right.mean()) / 2000) ** 0.5

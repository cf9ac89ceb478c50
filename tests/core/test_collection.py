import io

import numpy as np
import pytest

from core.collection import MAX_COLLECTED, Collected, accuracies, collect, to_npz


def drawing(value, label, **answers):
    return Collected(np.full((28, 28), value, np.uint8), label, answers)


def test_each_networks_share_of_right_answers():
    collection = [drawing(1, 3, A=3, B=5), drawing(2, 4, A=4, B=4), drawing(3, 1, A=7, B=1), drawing(4, 0, A=0)]
    assert accuracies(collection) == {"A": 0.75, "B": pytest.approx(2 / 3)}


def test_the_same_drawing_told_anew_replaces_what_was_said():
    collection = collect([drawing(1, 3), drawing(2, 4)], drawing(1, 8))
    assert [(int(item.image[0, 0]), item.label) for item in collection] == [(2, 4), (1, 8)]


def test_a_full_collection_says_what_to_do():
    full = [drawing(number % 256, 0) for number in range(MAX_COLLECTED)]
    for number, item in enumerate(full):
        item.image[0, :2] = divmod(number, 256)
    with pytest.raises(ValueError, match="Download them"):
        collect(full, drawing(77, 1))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_file_has_the_shape_of_mnist(count):
    with np.load(io.BytesIO(to_npz([drawing(value, value) for value in range(count)])), allow_pickle=False) as file:
        assert file["x"].shape == (count, 28, 28)
        assert file["x"].dtype == file["y"].dtype == np.uint8
        assert file["y"].tolist() == list(range(count))

import io
import zipfile

import numpy as np
import pytest

from core.data.mnist import load_test_set
from core.data.user_drawings import MAX_DRAWINGS, LabelledDrawing, accuracies, add
from core.importers.drawings_file import MAX_BYTES, DrawingsFileError, from_npz, to_npz
from core.nn.prediction import with_predictions
from core.pretrained.registry import load_model


def drawing(value, label, **answers):
    return LabelledDrawing(np.full((28, 28), value, np.uint8), label, answers)


def test_each_networks_share_of_right_answers():
    collection = [drawing(1, 3, A=3, B=5), drawing(2, 4, A=4, B=4), drawing(3, 1, A=7, B=1), drawing(4, 0, A=0)]
    assert accuracies(collection) == {"A": 0.75, "B": pytest.approx(2 / 3)}


def test_the_same_drawing_told_anew_replaces_what_was_said():
    collection = add([drawing(1, 3), drawing(2, 4)], drawing(1, 8))
    assert [(int(item.image[0, 0]), item.label) for item in collection] == [(2, 4), (1, 8)]


def test_a_full_collection_says_what_to_do():
    full = [drawing(number % 256, 0) for number in range(MAX_DRAWINGS)]
    for number, item in enumerate(full):
        item.image[0, :2] = divmod(number, 256)
    with pytest.raises(ValueError, match="Download them"):
        add(full, drawing(77, 1))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_file_has_the_shape_of_mnist(count):
    with np.load(io.BytesIO(to_npz([drawing(value, value) for value in range(count)])), allow_pickle=False) as file:
        assert file["x"].shape == (count, 28, 28)
        assert file["x"].dtype == file["y"].dtype == np.uint8
        assert file["y"].tolist() == list(range(count))


def random_drawings(count):
    chance = np.random.default_rng(0)  # noise packs worse than any drawing
    return [LabelledDrawing(chance.integers(0, 256, (28, 28), np.uint8), number % 10, {}) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, MAX_DRAWINGS])
def test_a_file_that_was_taken_home_is_opened_again(count):
    drawings = random_drawings(count)
    content = to_npz(drawings)
    assert len(content) <= MAX_BYTES
    opened = from_npz(content)
    assert [item.key for item in opened] == [item.key for item in drawings]
    assert [item.label for item in opened] == [item.label for item in drawings]


def npz(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def with_header(shape, numbers=784):
    """A file whose array of images says that it has a shape, and holds so many numbers."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.npy", header.getvalue() + bytes(numbers))
        labels = io.BytesIO()
        np.save(labels, np.zeros(1, np.uint8))
        archive.writestr("y.npy", labels.getvalue())
    return file.getvalue()


X, Y = np.zeros((2, 28, 28), np.uint8), np.zeros(2, np.uint8)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        to_npz(random_drawings(2))[:-1],
        npz(x=X),
        npz(x=X, y=Y, z=Y),
        npz(x=X, y=Y[:1]),
        npz(x=X, y=Y + 10),
        npz(x=X.astype(np.float32), y=Y),
        npz(x=X[:, :27], y=Y),
        npz(x=np.asfortranarray(X), y=Y),
        npz(x=np.zeros((MAX_DRAWINGS + 10, 28, 28), np.uint8), y=np.zeros(MAX_DRAWINGS + 10, np.uint8)),
        npz(x=np.array([{}, {}], object), y=Y),
        with_header((1, 28, 28), numbers=785),
        with_header((2**40, 28, 28)),
        with_header((-1, 28, 28)),
        bytes(MAX_BYTES + 1),
    ],
    ids=range(16),
)
def test_another_file_is_refused_in_a_sentence(content):
    with pytest.raises(DrawingsFileError, match="choose a file that"):
        from_npz(content)
    assert from_npz(with_header((1, 28, 28))) == []  # a blank one, which is left out


def test_those_that_nobody_has_read_are_read_by_the_networks_of_now():
    network = load_model("article").network
    digits = [LabelledDrawing(image, int(label), {}) for image, label in zip(*first_digits(), strict=True)]
    read = with_predictions([drawing(1, 3, A=3), *digits], {"As in the article": network})
    assert read[0].predictions == {"A": 3}
    assert [item.predictions for item in read[1:]] == [{"As in the article": item.label} for item in digits]


def first_digits():
    test = load_test_set()
    return test.images[:8], test.labels[:8]


def test_two_full_sets_are_joined_with_each_picture_looked_at_once(monkeypatch):
    """A stranger's file may be as long as that; each with each were a quarter of a million."""
    drawings, looked_at = random_drawings(MAX_DRAWINGS), []
    key = LabelledDrawing.key.fget
    monkeypatch.setattr(LabelledDrawing, "key", property(lambda item: looked_at.append(item) or key(item)))
    assert len(add(drawings, *drawings)) == MAX_DRAWINGS
    assert len(looked_at) <= 2 * MAX_DRAWINGS

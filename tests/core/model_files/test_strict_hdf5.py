"""What HDF5's own library writes as Keras lets it, is found at the same places, to the bit."""

import io

import h5py
import numpy as np
import pytest

from core.model_files.refusal import ModelFileError
from core.model_files.strict_hdf5 import Hdf5
from tests.hostile.good_files import hdf5

ASCII, OTHERS = ("dense", "dense_1", "den", "layer 2.x", "L" * 100), ("größer", "数字", "🖊")


def read_all(content):
    """Each array of a file, as HDF5's library finds it, held against ours."""
    found, ours = [], Hdf5(content)

    def compare(path, there):
        steps = path.split("/")
        assert ours.has(steps)
        assert not ours.has([*steps, "none"])
        assert not ours.has([*steps[:-1], steps[-1] + "!"])
        if isinstance(there, h5py.Dataset):
            assert ours.array(steps, there.shape).tobytes() == there[()].tobytes()
            found.append(path)

    with h5py.File(io.BytesIO(content), "r") as file:
        file.visititems(compare)
    return found


def some(*shape):
    return np.random.default_rng(len(shape)).standard_normal(shape, np.float32)


@pytest.mark.parametrize("count", [1, 8, 9, 100, 128])
def test_groups_of_any_number_of_names_are_searched(count):
    def write(file):
        for number in range(count):
            file[f"a/n{number}"] = some(3, number + 1)

    assert len(read_all(hdf5(write))) == count


def test_any_name_is_found_and_only_as_it_is():
    """A name that is not ASCII turns its group's table into messages; the groups around it keep theirs."""

    def write(file):
        for name in ASCII:
            file[f"plain/{name}/x"] = some(2)
        for name in (*ASCII, *OTHERS):  # eight, as many as are messages
            file[f"mixed/{name}/{name}/kernel"] = some(4, 5)
        for name in OTHERS:
            file[f"{name}/{name}"] = some(1)

    assert len(read_all(hdf5(write))) == 5 + 8 + 3


def test_attributes_of_any_size_leave_the_names_in_place():
    """They push a group's table into parts of its header that lie elsewhere."""

    def write(file):
        for number in range(6):
            group = file.create_group(f"group{number}")
            for one in range(7 * number):
                group.attrs[f"attribute{one}"] = np.arange(200 * one)
            group["x"] = some(7)
            group["x"].attrs["text"] = "a" * 30_000
            group.attrs["later"] = "b" * 60_000

    assert len(read_all(hdf5(write))) == 6


def test_what_was_deleted_or_replaced_is_not_found():
    def write(file):
        for number in range(40):
            file[f"a/{number}"] = some(5)
        for number in range(0, 40, 3):
            del file[f"a/{number}"]
        file["a/0"] = some(6)

    content = hdf5(write)
    assert len(read_all(content)) == 27
    assert not Hdf5(content).has(("a", "3"))


@pytest.mark.parametrize("shape", [(), (1,), (10,), (2, 3), (3, 2), (2, 3, 1), (1, 2, 3), (6, 1)])
def test_a_shape_is_this_one_or_refused(shape):
    content = hdf5(lambda file: file.__setitem__("x", some(2, 3)))
    if shape == (2, 3):
        assert np.array_equal(Hdf5(content).array(("x",), shape), some(2, 3))
    else:
        with pytest.raises(ModelFileError, match="another shape"):
            Hdf5(content).array(("x",), shape)


@pytest.mark.parametrize("kind", ["<f8", "<f2", ">f4", "<i4", "<u4", "S4", "?"])
def test_only_float32_is_taken_for_float32(kind):
    content = hdf5(lambda file: file.__setitem__("x", np.zeros(4, kind)))
    with pytest.raises(ModelFileError, match="not of 32 bits"):
        Hdf5(content).array(("x",), (4,))


def test_the_same_place_by_two_names_is_the_same():
    def write(file):
        file["a/x"] = some(3)
        file["b"] = file["a"]

    content = hdf5(write)
    assert np.array_equal(Hdf5(content).array(("b", "x"), (3,)), some(3))


def test_a_group_within_itself_ends_with_the_path():
    def write(file):
        file["a/x"] = some(3)
        file["a/a"] = file["a"]

    ours = Hdf5(hdf5(write))
    assert ours.has(("a",) * 50)
    assert np.array_equal(ours.array((*("a",) * 50, "x"), (3,)), some(3))


@pytest.mark.parametrize(
    ("write", "form", "says"),
    [
        (lambda file: file.create_group("a"), {"libver": "latest"}, "another form of HDF5"),
        (lambda file: file.create_group("a", track_order=True), {}, "another form of HDF5"),
        (lambda file: [file.create_group(f"a/{n}") for n in range(400)], {}, "too many members"),
        (lambda file: [file.create_group(f"a/ü{n}") for n in range(9)], {}, "save the model as .keras"),
        (lambda file: file.__setitem__("a", h5py.SoftLink("/")), {}, "other places"),
        (lambda file: file.__setitem__("a", h5py.ExternalLink("x.h5", "/")), {}, "other places"),
    ],
    ids=["the newest form", "a group with an order", "400 names", "nine umlauts", "soft link", "external link"],
)
def test_what_keras_does_not_write_is_named(write, form, says):
    content = hdf5(write, **form)
    with pytest.raises(ModelFileError, match=says):
        Hdf5(content).has(("a", "b"))

"""What HDF5's own library writes as Keras lets it, is found at the same places, to the bit."""

import io

import h5py
import numpy as np
import pytest

from core.importers.errors import ModelFileError
from core.importers.strict_hdf5 import Hdf5
from tests.hostile.good_files import hdf5

ASCII, OTHERS = ("dense", "dense_1", "den", "layer 2.x", "L" * 100), ("größer", "数字", "🖊")


def read_all(content):
    """Each array of a file, as HDF5's library finds it, held against ours."""
    found, ours = {}, Hdf5(content).arrays()

    def collect(path, there):
        if isinstance(there, h5py.Dataset):
            found[tuple(path.split("/"))] = there[()]

    with h5py.File(io.BytesIO(content), "r") as file:
        file.visititems(collect)
    assert set(ours) == set(found)
    for path, array in found.items():
        assert ours[path].shape == array.shape
        assert ours[path].numbers().tobytes() == array.tobytes()
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

    assert len(read_all(hdf5(write))) == 27


@pytest.mark.parametrize("shape", [(), (1,), (10,), (2, 3), (2, 3, 1), (1, 2, 3, 4, 5), (0,), (3, 0)])
def test_shapes_are_found_as_they_were_written(shape):
    assert set(read_all(hdf5(lambda file: file.__setitem__("x", some(*shape))))) == {("x",)}


@pytest.mark.parametrize("kind", ["<f2", "<f4", "<f8"])
def test_floats_of_three_widths_are_read(kind):
    numbers = some(4, 5).astype(kind)
    content = hdf5(lambda file: file.__setitem__("x", numbers))
    assert np.array_equal(Hdf5(content).arrays()["x",].numbers(), numbers.astype(np.float32))


def test_the_first_half_of_a_float_is_a_bfloat16():
    numbers = some(4, 5)
    halves = numbers.view("<u2").reshape(4, 5, 2)[..., 1]
    content = hdf5(lambda file: file.__setitem__("x", np.ascontiguousarray(halves).view("V2")))
    read = Hdf5(content).arrays()["x",].numbers()
    np.testing.assert_allclose(read, numbers, rtol=2**-7)
    assert np.array_equal(read.view("<u4") & 0xFFFF, np.zeros((4, 5)))


@pytest.mark.parametrize(
    ("kind", "says"), [(">f4", "unusual"), ("<i4", "quantized"), ("<i1", "quantized"), ("<u4", "quantized")]
)
def test_other_numbers_of_two_axes_are_named(kind, says):
    with pytest.raises(ModelFileError, match=says):
        Hdf5(hdf5(lambda file: file.__setitem__("kernel", np.zeros((4, 4), kind)))).arrays()


@pytest.mark.parametrize("kind", ["<i4", "S4", "?"])
def test_what_is_counted_or_told_beside_the_weights_is_left_out(kind):
    assert not Hdf5(hdf5(lambda file: file.__setitem__("x", np.zeros(4, kind)))).arrays()


def test_outermost_groups_may_be_left_out():
    def write(file):
        for name in ("optimizer", "layers"):
            file[f"{name}/x"] = some(3)

    assert set(Hdf5(hdf5(write)).arrays(["optimizer"])) == {("layers", "x")}


@pytest.mark.parametrize("place", ["b", "a/a"])
def test_a_group_that_is_reached_twice_is_refused(place):
    def write(file):
        file["a/x"] = some(3)
        file[place] = file["a"]

    with pytest.raises(ModelFileError, match="damaged"):
        Hdf5(hdf5(write)).arrays()


def test_texts_are_found_whether_they_have_a_length_or_not():
    def write(file):
        file.attrs["free"], file.attrs["fixed"] = "ü" * 70_000, np.bytes_(b"abc")
        file.attrs["list"] = np.array([b"a", b"b"])

    ours = Hdf5(hdf5(write))
    assert ours.text("free") == ("ü" * 70_000).encode()
    assert ours.text("fixed") == b"abc"
    assert ours.text("none") is None
    with pytest.raises(ModelFileError):
        ours.text("list")


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
        Hdf5(content).arrays()

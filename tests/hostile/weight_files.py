"""Weights that were made to harm: in HDF5, as a .keras and an .h5 file have them, and plain."""

import copy
import json
import struct
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from core.nn.network import Dense, Network
from tests.hostile.good_files import (
    NETWORK,
    UNITS,
    Config,
    Files,
    Write,
    h5_config,
    h5_file,
    hdf5,
    model_config,
    safetensors_file,
    write_h5,
    write_weights,
)


def weights() -> Files:
    """HDF5 files for a .keras file."""
    first = "layers/dense/vars/0"
    values = NETWORK.layers[0].weights

    def put(value: npt.ArrayLike, **more: Any) -> Write:
        return lambda file: file["layers/dense/vars"].create_dataset("0", data=value, **more)

    yield "declares 3 GiB, stores 0", _replaced(first, _never_written((3 * 2**28,)))
    yield "declares the right shape, stores 0", _replaced(first, _never_written((784, UNITS)))
    yield "declares an exabyte", _replaced(first, _never_written((2**30, 2**28)))
    yield (
        "chunks of zeros, compressed",
        _replaced(
            first,
            lambda file: file["layers/dense/vars"].create_dataset(
                "0", (784, UNITS), "f4", chunks=(784, UNITS), compression="gzip", data=np.zeros((784, UNITS), "f4")
            ),
        ),
    )
    yield "a chunk bomb", _replaced(first, put(np.zeros((4096, 8192), "f4"), chunks=(4096, 8192), compression="gzip"))
    yield "shuffled chunks", _replaced(first, put(values, chunks=(98, UNITS), shuffle=True))
    yield "external storage", _replaced(first, _external)
    yield "virtual data set", _replaced(first, _virtual)

    def link(target: h5py.ExternalLink | h5py.SoftLink) -> Write:
        return lambda file: file["layers/dense/vars"].__setitem__("0", target)

    yield "external link", _replaced(first, link(h5py.ExternalLink("/etc/passwd", "/x")))
    yield "soft link", _replaced(first, link(h5py.SoftLink("/layers/dense_1/vars/0")))
    yield "soft link to itself", _replaced(first, link(h5py.SoftLink("/layers/dense/vars/0")))
    yield (
        "group by an external link",
        _replaced("layers/dense", lambda file: file.__setitem__("layers/dense", h5py.ExternalLink("other.h5", "/"))),
    )
    yield "a group in the place of weights", _replaced(first, lambda file: file.create_group(first))
    yield "a named type in the place of weights", _replaced(first, lambda file: file.__setitem__(first, np.dtype("f4")))
    yield (
        "object references",
        _replaced(first, lambda file: file["layers"].create_dataset("dense/vars/0", (784, UNITS), h5py.ref_dtype)),
    )
    yield (
        "region references",
        _replaced(
            first, lambda file: file["layers"].create_dataset("dense/vars/0", (784, UNITS), h5py.regionref_dtype)
        ),
    )
    yield (
        "texts",
        _replaced(first, lambda file: file["layers"].create_dataset("dense/vars/0", (784, UNITS), h5py.string_dtype())),
    )
    yield "weights of 2 bytes that are floats of 4", _replaced(first, put(values.astype("f2").view("V2").reshape(-1)))
    yield "the other byte order", _replaced(first, put(values.astype(">f4")))
    yield "integers", _replaced(first, put(values.astype("i4")))
    yield "wrong shape", _replaced(first, put(values.T.copy()))
    yield "one weight", _replaced(first, put(np.float32(1)))
    yield "a layer less", _replaced("layers/dense_1", lambda file: None)
    yield "no weights", hdf5(lambda file: None)
    for bad in (np.nan, np.inf, -np.inf, 3e38):
        spoiled = values.copy()
        spoiled[5, 3] = bad
        yield f"a weight of {bad}", _replaced(first, put(spoiled))
    yield "no HDF5", b"\x89HDF\r\n\x1a\n" + noise(3000)
    yield from crooked_structures()


def crooked_structures() -> Files:
    """HDF5 files whose tables and headers lie."""
    first = "layers/dense/vars/0"
    good = hdf5(write_weights)
    yield "a tree that branches for ever", _endless_tree(good)
    (nodes,) = _places(good, b"SNOD")[:1]
    tree = good.index(b"TREE")
    names_once = good[tree + 24 : tree + 40]
    yield (
        "a table with one node again and again",
        _put(good, tree + 6, b"\x20\0" + good[tree + 8 : tree + 24] + names_once * 32),
    )
    yield "a table of 65,535 nodes", _put(good, tree + 6, b"\xff\xff")
    yield "a node of 65,535 names", _put(good, nodes + 6, b"\xff\xff")
    yield "names without an end", good.replace(b"layers\0\0", b"layers!!")
    root = int.from_bytes(good[64:72], "little")
    yield "a header that goes on at itself", _put(good, root + 16, struct.pack("<HHBxxxQQ", 16, 16, 0, root + 16, 24))
    yield "a header of 65,535 messages", _put(good, root + 2, b"\xff\xff")
    yield "a root that is its own beginning", _put(good, 64, bytes(8))
    yield "an address of 2**64 - 1", _put(good, 64, b"\xff" * 8)
    yield "the file's end far behind it", _put(good, 40, (2**40).to_bytes(8, "little"))
    yield "a base elsewhere", _put(good, 24, (512).to_bytes(8, "little"))
    yield "addresses of four bytes", _put(good, 13, b"\x04")
    weights = good.index(NETWORK.layers[0].weights.tobytes())
    place = good.index(struct.pack("<BBQQ", 3, 1, weights, NETWORK.layers[0].weights.nbytes)) + 2
    yield "weights behind the end", _put(good, place, struct.pack("<Q", len(good) - 8))
    yield "weights at 2**64 - 1", _put(good, place, b"\xff" * 8)
    yield "the newest form of HDF5", hdf5(write_weights, libver="latest")
    yield "a group with an order", _replaced("layers", lambda file: file.create_group("layers", track_order=True))

    def soft_in_a_message(file: h5py.File) -> None:
        file["layers/größer"] = h5py.SoftLink("/layers/dense_1")
        file["layers/dense"] = h5py.SoftLink("/layers/dense_1")

    yield "a soft link beside a name with an umlaut", _replaced("layers/dense", soft_in_a_message)
    yield (
        "twenty names with umlauts",
        _replaced(first, lambda file: [file.create_group(f"layers/ü{n}") for n in range(20)]),
    )
    yield "300 names", _replaced(first, lambda file: [file.create_group(f"layers/dense/vars/n{n}") for n in range(300)])
    odd = h5py.h5t.IEEE_F32LE.copy()
    odd.set_fields(31, 20, 11, 0, 20)  # 32 bits, of which one more is the exponent's

    def with_other_exponents(file: h5py.File) -> None:
        space = h5py.h5s.create_simple(NETWORK.layers[0].weights.shape)
        made = h5py.h5d.create(file["layers/dense/vars"].id, b"0", odd, space)
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, NETWORK.layers[0].weights)

    yield "32 bits with another exponent", _replaced(first, with_other_exponents)


def _places(content: bytes, signature: bytes) -> list[int]:
    return [place for place in range(len(content)) if content.startswith(signature, place)]


def _put(content: bytes, place: int, part: bytes) -> bytes:
    return content[:place] + part + content[place + len(part) :]


def _endless_tree(content: bytes, levels: int = 40, branches: int = 32) -> bytes:
    """The root's table, below nodes of which each names the one beneath 32 times: 32**40 ways lead down."""
    first, end = content.index(b"TREE"), len(content)
    beneath = first
    for level in range(1, levels + 1):
        node = struct.pack("<4sBBH", b"TREE", 0, level, branches) + b"\xff" * 16
        node += struct.pack("<QQ", 0, beneath) * branches + bytes(8)
        beneath = len(content)
        content += node
    assert content.count(struct.pack("<Q", first)) > 1
    return content[:end].replace(struct.pack("<Q", first), struct.pack("<Q", beneath)) + content[end:]


def _replaced(place: str, write: Write) -> bytes:
    """The weights of a .keras file with something else in one place."""

    def change(file: h5py.File) -> None:
        write_weights(file)
        del file[place]
        write(file)

    return hdf5(change)


def _external(file: h5py.File) -> None:
    file["layers/dense/vars"].create_dataset("0", (784, UNITS), "f4", external=[("/etc/passwd", 0, 784 * UNITS * 4)])


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((784, UNITS), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(784, UNITS))
    file["layers/dense/vars"].create_virtual_dataset("0", layout)


def _never_written(shape: tuple[int, ...]) -> Write:
    """A data set that declares a shape and stores nothing."""
    return lambda file: file["layers/dense/vars"].create_dataset("0", shape, "f4")


def noise(count: int) -> bytes:
    """Random bytes, the same each time."""
    return np.random.default_rng(0).bytes(count)


def h5_files() -> Files:
    """HDF5 files of the older format."""

    def made(change: Write) -> bytes:
        def write(file: h5py.File) -> None:
            write_h5(file)
            change(file)

        return hdf5(write)

    def attribute(value: Any) -> bytes:
        return hdf5(lambda file: write_h5(file, model_config=value))

    yield "a config of numbers", attribute(np.arange(1000))
    yield "a list of configs", attribute(["{}", "{}"])
    yield "an empty config attribute", attribute(h5py.Empty("f4"))
    yield (
        "a config of 15 MB",
        attribute(h5_config(model_config()) + " " * 15 * 2**20),
    )
    yield "weights elsewhere", made(lambda file: file.move("model_weights", "weights"))
    kernel = "model_weights/dense0/sequential/dense0/kernel"

    def linked(file: h5py.File) -> None:
        del file[kernel]
        file[kernel] = h5py.ExternalLink("/etc/passwd", "/x")

    yield "external link in .h5", made(linked)
    content = h5_file()
    yield "a text of 4 GB", _lying_text(content)
    for share in (0.01, 0.3, 0.7, 0.95):
        yield f"h5 cut at {share}", content[: int(len(content) * share)]
    yield "h5 behind a user block", bytes(512) + content


def _lying_text(content: bytes) -> bytes:
    """The length that the attribute tells of its text, which lies elsewhere in the file."""
    length = len(h5_config(model_config()))
    return content.replace(struct.pack("<L", length), struct.pack("<L", 0xFFFFFFF0))


def plain_weights() -> Files:
    """Files of safetensors."""
    good = safetensors_file()
    size = int.from_bytes(good[:8], "little")
    header, numbers = json.loads(good[8 : 8 + size]), good[8 + size :]

    def made(change: Callable[[Config], object], numbers: bytes = numbers) -> bytes:
        changed = copy.deepcopy(header)
        change(changed)
        text = json.dumps(changed).encode()
        return len(text).to_bytes(8, "little") + text + numbers

    def told(name: str, **values: Any) -> bytes:
        return made(lambda changed: changed[name].update(values))

    first, biases = "layer0.weights", "layer0.biases"
    yield "a header longer than the file", (2**40).to_bytes(8, "little") + good[8:]
    yield "a header of 15 MB", (15 * 2**20).to_bytes(8, "little") + b"{" + b" " * (15 * 2**20)
    yield "a header of [", (10_000).to_bytes(8, "little") + b"{" + b"[" * 9999
    yield "overlapping offsets", told("layer1.biases", data_offsets=[0, 40])
    yield "offsets backwards", told(first, data_offsets=[4 * 784 * UNITS, 0])
    yield "negative offsets", told(first, data_offsets=[-4 * 784 * UNITS, 0])
    yield "offsets beyond the end", told(first, data_offsets=[2**50, 2**50 + 4 * 784 * UNITS])
    yield "offsets that are texts", told(first, data_offsets=["0", "1"])
    yield "shape 1e12", told(first, shape=[10**12, UNITS])
    yield "shape 1e12 twice", told(first, shape=[10**12, 10**12])
    yield "a shape of truths", told(first, shape=[True, True])
    yield "a shape of NaN", _nan(told(first, shape=[784, "NaN"]))
    yield "BF16", told(first, dtype="BF16")
    yield "F16 in the place of F32", told(first, dtype="F16")
    yield "an array too much", made(lambda changed: changed.update(extra={**changed[biases], "data_offsets": [0, 0]}))
    yield "an array less", made(lambda changed: changed.pop(biases))
    yield "a name twice", _same_name_twice(good, header, numbers)
    yield "unknown activation", made(lambda changed: changed["__metadata__"].update(activations='["evil", "softmax"]'))
    yield (
        "a million activations",
        made(lambda changed: changed["__metadata__"].update(activations=json.dumps(["relu"] * 1000))),
    )
    yield (
        "activations that are a program",
        made(lambda changed: changed["__metadata__"].update(activations="__import__('os').system('id')")),
    )
    yield "activations of half a letter", made(lambda changed: changed["__metadata__"].update(activations="\ud800"))
    yield "numbers after the end", good + bytes(4)
    yield "numbers missing", good[:-4]
    for value in (np.nan, np.inf, 1e38):
        spoiled = NETWORK.layers[0].weights.copy()
        spoiled[0, 0] = value
        layers = (Dense(spoiled, NETWORK.layers[0].biases, "relu"), NETWORK.layers[1])
        yield f"a plain weight of {value}", safetensors_file(Network(layers))


def _nan(content: bytes) -> bytes:
    return content.replace(b'"NaN"', b"  NaN")


def _same_name_twice(good: bytes, header: Config, numbers: bytes) -> bytes:
    text = json.dumps(header).replace('"layer0.biases"', '"layer1.biases"').encode()
    return len(text).to_bytes(8, "little") + text + numbers

"""A test set of one's own as a file: written here, and read as strictly as any stranger's."""

import io
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.data.mnist import CLASSES, scale
from core.data.user_drawings import MAX_DRAWINGS, LabelledDrawing
from core.drawing.strokes import has_ink
from core.importers.bounded_zip import read_members
from core.importers.errors import ModelFileError

HEADER = rb"\x93NUMPY\x01\x00(..)\{'descr': '\|u1', 'fortran_order': False, 'shape': (\(\d{1,3},%s\)), \} *\n"
MAX_MEMBERS = {"x.npy": 128 + MAX_DRAWINGS * 28 * 28, "y.npy": 128 + MAX_DRAWINGS}  # bytes, with a header each
MAX_BYTES = 4096 + sum(MAX_MEMBERS.values())  # of a file: packed or not, it is smaller


class DrawingsFileError(ValueError):
    """A file that is no test set of one's own; the message says what to do."""


def to_npz(collection: Sequence[LabelledDrawing]) -> bytes:
    """An .npz file in the shape of MNIST: x (count, 28, 28) uint8, y (count,) uint8."""
    file = io.BytesIO()
    np.savez_compressed(
        file,
        x=np.array([item.image for item in collection], np.uint8).reshape(-1, 28, 28),
        y=np.array([item.label for item in collection], np.uint8),
    )
    return file.getvalue()


def from_npz(content: bytes) -> list[LabelledDrawing]:
    """What `to_npz` wrote, without any answers, and without images on which there is no ink to be read.

    It may be a stranger's file: nothing of it is unpickled.

    Raises:
        DrawingsFileError: it is another file, damaged, or holds more than can be collected.
    """
    try:
        if len(content) > MAX_BYTES:
            raise ValueError("the file is too large")
        members = read_members(content, MAX_MEMBERS.get, len(MAX_MEMBERS), MAX_BYTES)
        images, labels = _array(members["x.npy"], " 28, 28"), _array(members["y.npy"], "")
        if len(images) != len(labels) or (labels >= CLASSES).any():
            raise ValueError("the labels are not digits, one for each image")
    except (ModelFileError, ValueError, KeyError) as error:
        raise DrawingsFileError(
            f"This is no test set from here: choose a file that *Download* gave you, {MAX_DRAWINGS} drawings at most."
        ) from error
    pairs = zip(images, labels, strict=True)
    return [LabelledDrawing(image, int(label), {}) for image, label in pairs if has_ink(scale(image))]


def _array(member: bytes, shape: str) -> npt.NDArray[np.uint8]:
    """Bytes in NumPy's format 1.0 as an array with all of them; `shape` is what follows the count in their header.

    NumPy's own reader takes the header for Python, which is more than a stranger needs to be able to say.
    Source: numpy.lib.format.

    Raises:
        ValueError: it is another kind of array, or has more or fewer numbers than its header says.
    """
    header = re.match(HEADER % shape.encode(), member)
    if header is None or int.from_bytes(header[1], "little") != len(header[0]) - 10:
        raise ValueError("another kind of array")
    sizes = [int(number) for number in re.findall(rb"\d+", header[2])]
    return np.frombuffer(member, np.uint8, offset=len(header[0])).reshape(sizes)

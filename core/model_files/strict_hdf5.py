"""HDF5 is a file system in a file, with links to other files: only exact places are asked for, and plain numbers.

HDF5's own library is not used: it is C with holes known in it, and no reader that walks a file's trees ends on all of
them. What Keras writes is one narrow form; it is read here (hdf5_format.py), and all else is refused.
"""

from collections.abc import Sequence
from struct import Struct

import numpy as np

from core.activations import Array
from core.model_files.hdf5_format import (
    DAMAGED,
    DATASPACE,
    DATATYPE,
    EXTERNAL_FILES,
    FILTERS,
    LAYOUT,
    Object,
    fields,
    member,
    root_of,
)
from core.model_files.refusal import ModelFileError
from core.model_files.shapes import finite

FLOAT32 = bytes.fromhex("11 20 1f 00 04000000 0000 2000 17 08 00 17 7f000000")  # IV.A.2.d: IEEE, little-endian, in full
ITEM = 4  # bytes
LIES = Struct("<BBQQ")  # IV.A.2.i: version, in one piece or how, address, bytes
VERSION, CONTIGUOUS = 3, 1


class Hdf5:
    """An HDF5 file in memory, of which exact places can be read."""

    def __init__(self, content: bytes) -> None:
        """Take a file that begins with HDF5's signature.

        Raises:
            ModelFileError: it does not go on as Keras' files do.
        """
        self._content, self._root = content, root_of(content)

    def text(self, beginning: bytes) -> bytes:
        """The text with this beginning among the file's texts, of which each has its length before it, as 8 bytes.

        So no way to it has to be followed: it is the value of an attribute, which lies in a heap of its own.
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
        return self._at(path) is not None

    def array(self, path: Sequence[str], shape: tuple[int, ...]) -> Array:
        """The float32 numbers at a place, of exactly this shape.

        Raises:
            ModelFileError: they are not there, or stored in any other way than Keras does: in one piece, as they are.
        """
        found = self._at(path)
        if found is None or DATASPACE not in found.messages:
            raise ModelFileError("This file does not hold the weights of its layers: save the model again.")
        return finite(self._numbers(found.messages, shape))

    def _at(self, path: Sequence[str]) -> Object | None:
        """What lies at a place, reached from the root, name by name."""
        here: Object | None = self._root
        for name in path:
            if here is None or not here.is_group:
                return None
            here = member(self._content, here, name)
        return here

    def _numbers(self, messages: dict[int, bytes], shape: tuple[int, ...]) -> Array:
        version, how, place, size = fields(messages.get(LAYOUT, b"").ljust(LIES.size, b"\0"), 0, LIES)
        if (version, how) != (VERSION, CONTIGUOUS) or messages.keys() & {EXTERNAL_FILES, FILTERS}:
            raise ModelFileError("The weights in this file are not stored in one piece: save the model as Keras does.")
        if messages.get(DATATYPE, b"")[: len(FLOAT32)] != FLOAT32:
            raise ModelFileError("The weights in this file are not of 32 bits: save the model as float32.")
        told, sizes = messages[DATASPACE], b"".join(one.to_bytes(8, "little") for one in shape)
        if told[:2] != bytes((1, len(shape))) or told[8 : 8 + len(sizes)] != sizes:  # IV.A.2.b: version, rank, sizes
            raise ModelFileError("The weights in this file have another shape than its layers: save the model again.")
        count = int(np.prod(shape))
        if size != count * ITEM or place + size > len(self._content):
            raise ModelFileError("The weights in this file have another size than its layers: save the model again.")
        return np.frombuffer(self._content, "<f4", count, place).reshape(shape)

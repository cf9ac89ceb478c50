"""HDF5 is a file system in a file, with links to other files: only plain numbers at places of its own are read.

HDF5's own library is not used: it is C with holes known in it, and no reader that walks a file's trees ends on all of
them. What Keras writes is one narrow form; it is read here (hdf5_format.py), and all else is refused. A walk counts
what it comes to, and comes to nothing twice.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct

from core.importers.errors import QUANTIZED, ModelFileError
from core.importers.floats import BYTES, as_float32
from core.importers.hdf5_format import (
    CROWDED,
    DAMAGED,
    DATASPACE,
    DATATYPE,
    EXTERNAL_FILES,
    FILTERS,
    LAYOUT,
    Object,
    fields,
    members,
    object_at,
    root_of,
    text_attribute,
)
from core.nn.activations import Array

# IV.A.2.d: IEEE, little-endian, in full.
FLOATS = {
    bytes.fromhex("11 20 0f 00 02000000 0000 1000 0a 05 00 0a 0f000000"): "F16",
    bytes.fromhex("11 20 1f 00 04000000 0000 2000 17 08 00 17 7f000000"): "F32",
    bytes.fromhex("11 20 3f 00 08000000 0000 4000 34 0b 00 34 ff030000"): "F64",
    bytes.fromhex("15 00 00 00 02000000"): "BF16",  # two bytes of which HDF5 knows nothing
}
LIES = Struct("<BBQQ")  # IV.A.2.i: version, in one piece or how, address, bytes
VERSION, CONTIGUOUS = 3, 1
MAX_OBJECTS, MAX_DEPTH = 600, 12  # of a walk; a model with 40 layers and Adam's numbers has some 400
SPACE, SPACE_HEADS, MAX_AXES = Struct("<BB"), {1: 8, 2: 4}, 5
WHOLE_NUMBERS, FLOATING = b"\x10", b"\x11"  # classes of datatypes, with their version
Path = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Stored:
    """Numbers in a file, of which nothing but the shape has been read."""

    shape: tuple[int, ...]
    place: int  # in the file; Keras writes layer after layer
    _content: bytes
    _precision: str  # a key of BYTES

    def numbers(self, turned: bool = False) -> Array:
        """They themselves, as float32; `turned` takes them with the axes the other way round.

        Raises:
            ModelFileError: some are no numbers.
        """
        found = as_float32(self._content, self._precision, self.place, math.prod(self.shape))
        return found.reshape(self.shape[::-1]).T if turned else found.reshape(self.shape)


class Hdf5:
    """An HDF5 file in memory."""

    def __init__(self, content: bytes) -> None:
        """Take a file that begins with HDF5's signature.

        Raises:
            ModelFileError: it does not go on as Keras' files do.
        """
        self._content, self._root = content, root_of(content)

    def text(self, name: str) -> bytes | None:
        """A text that is said of the whole file; None if it is not.

        Raises:
            ModelFileError: it is no text.
        """
        return text_attribute(self._content, self._root, name)

    def arrays(self, besides: Sequence[str] = ()) -> dict[Path, Stored]:
        """All numbers of the file by their paths, without those in some of its outermost groups.

        Raises:
            ModelFileError: the file is damaged or has too many members, or numbers are stored in another way than Keras
                does: as floats, in one piece, as they are.
        """
        seen = set[int]()
        return dict(self._walk(self._root, (), seen, besides))

    def _walk(self, group: Object, path: Path, seen: set[int], besides: Sequence[str]) -> Iterator[tuple[Path, Stored]]:
        for name, address in members(self._content, group).items():
            if not path and name in besides:
                continue
            if address in seen or len(seen) == MAX_OBJECTS or len(path) == MAX_DEPTH:
                raise ModelFileError(CROWDED if address not in seen else DAMAGED)
            seen.add(address)
            here, place = object_at(self._content, address), (*path, name)
            if here.is_group:
                yield from self._walk(here, place, seen, besides)
            elif stored := self._stored(here.messages, name):
                yield place, stored

    def _stored(self, messages: dict[int, bytes], name: str) -> Stored | None:
        """Where numbers lie; None if they are no floats, such as what a layer counts, or digits."""
        datatype = messages.get(DATATYPE, b"")
        precision = next((known for form, known in FLOATS.items() if datatype.startswith(form)), None)
        shape = _shape_of(messages.get(DATASPACE, b""))
        if precision is None:
            if datatype[:1] == WHOLE_NUMBERS and len(shape) > 1 and (name.isdigit() or "kernel" in name):
                raise ModelFileError(QUANTIZED)
            if datatype[:1] == FLOATING and len(shape) > 1:
                raise ModelFileError("The weights in this file are floats of an unusual kind: save them as float32.")
            return None
        version, how, place, size = fields(messages.get(LAYOUT, b"").ljust(LIES.size, b"\0"), 0, LIES)
        if (version, how) != (VERSION, CONTIGUOUS) or messages.keys() & {EXTERNAL_FILES, FILTERS}:
            raise ModelFileError("The weights in this file are not stored in one piece: save the model as Keras does.")
        if size != math.prod(shape) * BYTES[precision] or (size and place + size > len(self._content)):
            raise ModelFileError("The weights in this file have another size than they say: save the model again.")
        return Stored(shape, place if size else 0, self._content, precision)


def _shape_of(space: bytes) -> tuple[int, ...]:
    """How many numbers there are along each axis (IV.A.2.b: version, axes, flags, 5 or 1 more bytes, their lengths)."""
    version, axes = fields(space, 0, SPACE)
    first = SPACE_HEADS.get(version)
    if first is None or axes > MAX_AXES or first + 8 * axes > len(space):
        raise ModelFileError(DAMAGED)
    return tuple(int.from_bytes(space[at : at + 8], "little") for at in range(first, first + 8 * axes, 8))

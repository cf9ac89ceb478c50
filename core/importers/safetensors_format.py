"""A .safetensors file is a list of names and places, then nothing but numbers, one array after the other.

Format: https://huggingface.co/docs/safetensors: the length of the list as 8 bytes, the list as JSON, the numbers.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.importers.errors import QUANTIZED, ModelFileError
from core.importers.floats import BYTES, as_float32
from core.importers.strict_json import parse_json
from core.nn.activations import Array

MAX_HEADER_BYTES = 64 * 1024  # bytes
MAX_NAME_LENGTH = 200
MAX_AXES, MAX_SIZE = 8, 1 << 26  # bytes or numbers
WHOLE = {"I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1}


@dataclass(frozen=True, eq=False)
class Span:
    """An array in a file, of which nothing but the shape has been read."""

    shape: tuple[int, ...]
    precision: str  # a key of BYTES
    _bytes: memoryview

    def numbers(self, turned: bool = False) -> Array:
        """It itself, as float32; `turned` takes it as a file has it that was given an array whose axes were exchanged.

        safetensors' writer for NumPy takes the memory of an array as it lies: of `kernel.T` that is `kernel`, with the
        shape of `kernel.T`.

        Raises:
            ModelFileError: some are no numbers.
        """
        found = as_float32(self._bytes, self.precision)
        return found.reshape(self.shape[::-1]).T if turned else found.reshape(self.shape)


def arrays_of(content: bytes) -> tuple[Mapping[str, Any], dict[str, Span]]:
    """What a file says of itself, and its arrays of floats by their names.

    Raises:
        ModelFileError: it is damaged, or its arrays are no floats.
    """
    size = int.from_bytes(content[:8], "little")
    if size > min(MAX_HEADER_BYTES, len(content) - 8):
        raise ModelFileError("This .safetensors file is cut off, or its list of arrays is too long: download it again.")
    header = parse_json(content[8 : 8 + size], MAX_HEADER_BYTES, "The list of weights in this file")
    metadata = header.pop("__metadata__", {})
    numbers, ends, found = memoryview(content)[8 + size :], list[tuple[int, int]](), dict[str, Span]()
    for name, entry in header.items():
        if len(name) > MAX_NAME_LENGTH:
            raise ModelFileError(
                "A name of an array in this file is too long: save the weights with names of 200 letters at most."
            )
        shape, precision, first, last = _checked(entry)
        ends.append((first, last))
        if precision in BYTES:
            found[name] = Span(shape, precision, numbers[first:last])
        elif len(shape) > 1 and ("weight" in name or "kernel" in name):
            raise ModelFileError(QUANTIZED)
    end = 0
    for first, last in sorted(ends):
        if first != end:
            raise ModelFileError("The weights in this file overlap or leave gaps: save the network again.")
        end = last
    if end != len(numbers):
        raise ModelFileError("This file is not as long as its weights: save or download it again.")
    return metadata if isinstance(metadata, dict) else {}, found


def _checked(entry: Any) -> tuple[tuple[int, ...], str, int, int]:
    """The shape, precision, beginning and end of an array, in bytes."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise ModelFileError("The list of weights in this file is damaged: save the network again.")
    precision, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    item = {**BYTES, **WHOLE}.get(precision) if isinstance(precision, str) else None
    if item is None:
        raise ModelFileError("The weights in this file are of an unknown kind: save the network as float32.")
    if not isinstance(shape, list) or not isinstance(offsets, list) or len(shape) > MAX_AXES or len(offsets) != 2:
        raise ModelFileError("The list of weights in this file is damaged: save the network again.")
    if not all(type(one) is int and 0 <= one <= MAX_SIZE for one in (*shape, *offsets)):
        raise ModelFileError("The list of weights in this file is damaged: save the network again.")
    first, last = offsets
    if last - first != math.prod(shape) * item:
        raise ModelFileError("The weights in this file have another size than they say: save the network again.")
    return tuple(shape), precision, first, last

"""A number takes 2, 4 or 8 bytes in a file, and 4 here; what is no number is found at once."""

import numpy as np

from core.importers.errors import ModelFileError
from core.nn.activations import Array

BYTES = {"F16": 2, "BF16": 2, "F32": 4, "F64": 8}  # of each precision


def as_float32(content: bytes | memoryview, precision: str, place: int = 0, count: int = -1) -> Array:
    """So many numbers, all by default, that lie in one row from a place on, little-endian.

    Raises:
        ModelFileError: some are no numbers.
    """
    if precision == "BF16":  # the first half of a float32
        numbers: Array = (np.frombuffer(content, "<u2", count, place).astype("<u4") << 16).view("<f4")
    else:
        numbers = np.frombuffer(content, f"<f{BYTES[precision]}", count, place).astype(np.float32, copy=False)
    if not np.isfinite(numbers).all():
        raise ModelFileError("This network holds weights that are no numbers: its training diverged.")
    return numbers

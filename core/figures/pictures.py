"""Digits as pictures that a person can see: enlarged, side by side, in colour where sign matters.

All take arrays and give uint8 arrays, (height, width) in grey or (height, width, 3) in colour. Ink is
white, as in MNIST, where 255 stands for ink.
"""

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.data.mnist import SIDE

Bytes = npt.NDArray[np.uint8]

POSITIVE = np.array([96, 165, 250], np.float32)  # blue: spoke for
NEGATIVE = np.array([251, 146, 60], np.float32)  # orange: spoke against
CELL = SIDE + 1  # pixels from a digit of a sheet to the next, the line beside it included; in blocks of 1


def to_bytes(picture: npt.NDArray[Any]) -> Bytes:
    """Pictures of 0..1, or already 0..255 as uint8, as uint8."""
    if picture.dtype == np.uint8:
        return picture
    return (np.clip(picture, 0, 1) * 255).round().astype(np.uint8)


def enlarge(picture: npt.NDArray[Any], size: int) -> Bytes:
    """Each pixel as a square block, so that the picture is about `size` pixels wide."""
    block = max(1, size // picture.shape[1])
    return to_bytes(picture).repeat(block, axis=0).repeat(block, axis=1)


def ink_in_words(picture: npt.NDArray[Any]) -> str:
    """Where the ink of a digit lies, rows and columns from 0, for those who do not see it; less than half is no ink."""
    rows, columns = (np.flatnonzero((to_bytes(picture) > 127).any(axis=axis)) for axis in (1, 0))
    if len(rows) == 0:
        return "hardly any ink"
    height, width = picture.shape
    return f"ink in rows {rows[0]} to {rows[-1]} of {height}, columns {columns[0]} to {columns[-1]} of {width}"


def with_box(picture: npt.NDArray[Any], left: float, top: float, right: float, bottom: float) -> Bytes:
    """The picture in colour with a rectangle drawn on it; corners as shares of the picture, 0 to 1."""
    colour = np.repeat(to_bytes(picture)[:, :, None], 3, axis=2)
    height, width = picture.shape
    x0, x1 = (int(np.clip(share * width, 0, width - 1)) for share in (left, right))
    y0, y1 = (int(np.clip(share * height, 0, height - 1)) for share in (top, bottom))
    for line in (
        (y0, slice(x0, x1 + 1)),
        (y1, slice(x0, x1 + 1)),
        (slice(y0, y1 + 1), x0),
        (slice(y0, y1 + 1), x1),
    ):
        colour[line] = POSITIVE.astype(np.uint8)
    return colour


def diverging(shares: npt.NDArray[Any], largest: float) -> Bytes:
    """Blue where above 0, orange where below, black at 0; `largest` in size is full colour."""
    strength = np.clip(np.abs(shares) / (largest or 1), 0, 1)[:, :, None]
    return (strength * np.where(shares[:, :, None] > 0, POSITIVE, NEGATIVE)).astype(np.uint8)


def sprite_sheet(pictures: Sequence[npt.NDArray[Any]], columns: int = 20, block: int = 2) -> Bytes:
    """Pictures of equal size in rows, a thin dark line between them, each pixel `block` pixels wide."""
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    height, width = pictures[0].shape
    paper = np.full((rows * (height + 1), columns * (width + 1)), 40, np.uint8)
    for number, picture in enumerate(pictures):
        top, left = number // columns * (height + 1), number % columns * (width + 1)
        paper[top : top + height, left : left + width] = to_bytes(picture)
    return paper.repeat(block, axis=0).repeat(block, axis=1)


def data_uri(picture: Bytes) -> str:
    """A picture as a PNG in an address, for what shows pictures by their address."""
    return f"data:image/png;base64,{base64.b64encode(to_png(picture)).decode()}"


def to_png(picture: Bytes) -> bytes:
    """A picture as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()

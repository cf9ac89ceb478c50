"""Not all that stands out in a picture is the digit: a frame, axes, a button, the rest of a neighbour stand there, too.

Ink that touches is one part. Parts that lie close to the largest one belong to it, as the bar of a 5 does. What else is
there is left out, and that it was left out is said.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from core.drawing.strokes import Picture

Mask = npt.NDArray[np.bool_]
INK_THRESHOLD = 0.5  # what is darker is ink
MAX_PARTS, MAX_NOTABLE_PARTS = 2_000, 60  # more, or more that are no dust, are noise, in which no digit is to be found
MIN_LINE_SHARE = 0.5  # of a part's longer side: a straight run of ink is a line of it...
MIN_RULED_SHARE = 0.8  # ...and a part that has so much of its ink on lines is ruled
MAX_GAP = 0.3  # of the larger part's longer side
MIN_NEIGHBOUR_HEIGHT = 0.5  # of the digit's height: what is as tall, and stands apart, may be another digit, and stays
MAX_SPECK_INK = 0.01  # of the largest part's ink: dust
PANEL_CONTRAST = 0.3  # against the rim of the picture
PANEL_FILLED = 0.6  # of the widest row: a row of it, not of its ticks
PANEL_PAPER, PANEL_EDGE = 0.35, 0.99  # of its box, and of its box's edge: paper of its own that goes all around
PANEL_SIDE = 40  # pixels
MIN_PANEL_SIDE, PANEL_INSET = 0.25, 0.01  # of the picture's side; of its own, cut off all around
MIN_SPAN = 0.75  # of a picture
BOX_EDGE = 0.1  # of a box's shorter side
MIN_SIZE_RATIO = 0.8  # of a side: boxes of a form are as large
MIN_RIM_SHARE = 0.95  # of a side of the picture: a digit that is cut takes less
MIN_DIGIT_HEIGHT = 0.2  # of the picture's height: may be a digit below a window's bar
MIN_DIGIT_SIDE = 0.08  # of the picture's: smaller is no digit beside a line


@dataclass(frozen=True, eq=False)
class _Part:
    """Ink that touches."""

    number: int
    ink: int  # pixels
    left: int
    top: int
    right: int  # one beyond
    bottom: int

    @property
    def longer_side(self) -> int:
        return max(self.right - self.left, self.bottom - self.top)

    def of(self, labels: npt.NDArray[np.int64]) -> Mask:
        """Its pixels within its box."""
        return labels[self.top : self.bottom, self.left : self.right] == self.number

    def gap_to(self, other: "_Part") -> int:
        """The empty pixels between the boxes of both, across or down, whichever are more."""
        across = max(other.left - self.right, self.left - other.right, 0)
        down = max(other.top - self.bottom, self.top - other.bottom, 0)
        return max(across, down)

    def stands_around(self, other: "_Part") -> bool:
        """Whether its box holds the other's."""
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom

    def is_as_large_as(self, other: "_Part") -> bool:
        """Whether it is about as wide and as high, as the boxes of a form are."""
        sides = ((self.right - self.left, other.right - other.left), (self.bottom - self.top, other.bottom - other.top))
        return all(MIN_SIZE_RATIO * max(pair) <= min(pair) for pair in sides)

    def spans(self, shape: tuple[int, ...]) -> bool:
        """Whether it goes across most of the picture, and down most of it."""
        return self.right - self.left >= MIN_SPAN * shape[1] and self.bottom - self.top >= MIN_SPAN * shape[0]

    def lies_along_the_rim(self, labels: npt.NDArray[np.int64]) -> bool:
        """Whether a side of the picture is its own for the most part, as the bar of a window takes one."""
        sides = (labels[0], labels[-1], labels[:, 0], labels[:, -1])
        return any(float((side == self.number).mean()) >= MIN_RIM_SHARE for side in sides)

    def touches(self, shape: tuple[int, ...]) -> bool:
        """Whether it reaches the rim of the picture."""
        return self.left == 0 or self.top == 0 or self.right == shape[1] or self.bottom == shape[0]


def isolate_digit(ink: Picture) -> tuple[Picture, bool]:
    """The ink of a picture, 0 to 1, without what is no part of the digit; and whether anything of note was left out."""
    mask = ink > INK_THRESHOLD
    labels = label_components(mask)
    if labels is None or labels.max() < 2:
        return ink, False
    parts = _parts(labels)
    largest = max(part.ink for part in parts)
    if sum(part.ink >= MAX_SPECK_INK * largest for part in parts) > MAX_NOTABLE_PARTS:
        return ink, False
    frames = [*_bars(labels, parts), *_frames(labels, parts)]
    inner = [part for part in parts if part not in frames] or parts
    main = max(inner, key=lambda part: part.ink)
    kept = _near(main, inner)
    box = _around(kept)
    others = [part for part in parts if part not in kept and not _is_speck(part, main)]
    if not box.touches(mask.shape):
        alike = [part for part in others if part not in frames and _is_alike(part, box, mask.shape)]
        kept += alike
        others = [part for part in others if part not in alike]
    if len(kept) == len(parts):
        return ink, False
    return np.where(dilated(np.isin(labels, [part.number for part in kept])), ink, 0), bool(others)


def _near(main: _Part, parts: list[_Part]) -> list[_Part]:
    """The part, and all that are near it, or near one that is."""
    kept, left = [main], [part for part in parts if part is not main and not _is_speck(part, main)]
    for one in kept:  # it grows meanwhile
        near = [part for part in left if part.gap_to(one) <= MAX_GAP * max(part.longer_side, one.longer_side)]
        kept += near
        left = [part for part in left if part not in near]
    return kept


def _is_speck(part: _Part, main: _Part) -> bool:
    return part.ink < MAX_SPECK_INK * main.ink


def _around(parts: list[_Part]) -> _Part:
    """All of them as one."""
    lefts, tops, rights, bottoms = zip(*((one.left, one.top, one.right, one.bottom) for one in parts), strict=True)
    return _Part(0, sum(one.ink for one in parts), min(lefts), min(tops), max(rights), max(bottoms))


def _is_alike(part: _Part, box: _Part, shape: tuple[int, ...]) -> bool:
    """Whether it may be a second digit, whole, beside the first: that two were drawn is to be seen, and said."""
    return part.bottom - part.top >= MIN_NEIGHBOUR_HEIGHT * (box.bottom - box.top) and not part.touches(shape)


def _bars(labels: npt.NDArray[np.int64], parts: list[_Part]) -> list[_Part]:
    """The parts that take a whole side of the picture, if there is another one that may be a digit."""
    bars = [part for part in parts if part.lies_along_the_rim(labels)]
    is_more = any(part.bottom - part.top >= MIN_DIGIT_HEIGHT * labels.shape[0] for part in parts if part not in bars)
    return bars if is_more else []


def _frames(labels: npt.NDArray[np.int64], parts: list[_Part]) -> list[_Part]:
    """The parts of straight lines that stand around the digit: frames, and crosses of axes; and boxes like its own.

    A 1 may be a straight line, too; then only a box, and what spans the picture, is taken for a frame.
    """
    large = [part for part in parts if part.longer_side >= MIN_DIGIT_SIDE * max(labels.shape)]
    ruled = [part for part in large if _is_ruled(part.of(labels), part)]
    if drawn := [part for part in large if part not in ruled]:
        main = max(drawn, key=lambda part: part.ink)
        around = [part for part in ruled if part.stands_around(main)]
    else:
        wide = [part for part in ruled if part.spans(labels.shape) or _is_box(part.of(labels))]
        around = [part for part in wide if any(part.stands_around(other) for other in large if other is not part)]
    return [part for part in ruled if part in around or any(part.is_as_large_as(frame) for frame in around)]


def _is_box(mask: Mask) -> bool:
    """Whether it has ink along all its four sides."""
    depth = max(1, round(BOX_EDGE * min(mask.shape)))
    along = (mask[:depth].any(0), mask[-depth:].any(0), mask[:, :depth].any(1), mask[:, -depth:].any(1))
    return all(float(side.mean()) >= MIN_RIM_SHARE for side in along)


def _is_ruled(mask: Mask, part: _Part) -> bool:
    """Whether most of it lies on long straight lines, across or down."""
    least, on_lines = MIN_LINE_SHARE * part.longer_side, np.zeros_like(mask)
    for turned, marked in ((mask, on_lines), (mask.T, on_lines.T)):
        for row, first, last in runs_of(turned):
            if last - first >= least:
                marked[row, first:last] = True
    return float(on_lines.sum()) >= MIN_RULED_SHARE * part.ink


def runs_of(mask: Mask) -> npt.NDArray[np.int64]:
    """Where ink goes on without a gap: (count, 3), row, first column, one beyond the last."""
    edges = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, firsts = np.nonzero(edges == 1)
    lasts = np.nonzero(edges == -1)[1]
    return np.stack([rows, firsts, lasts], axis=1)


def label_components(mask: Mask) -> npt.NDArray[np.int64] | None:
    """The number of the part that each pixel of ink belongs to, from 1; 0 is paper; None if there are too many.

    Pixels belong together if they touch, also by a corner.
    """
    from scipy import ndimage  # takes 0.3 s and 30 MB, when the first picture is read

    labels, count = ndimage.label(mask, np.ones((3, 3)))
    return labels.astype(np.int64) if count <= MAX_PARTS else None


def _parts(labels: npt.NDArray[np.int64]) -> list[_Part]:
    from scipy import ndimage

    ink = np.bincount(labels.reshape(-1)).tolist()
    boxes = enumerate(ndimage.find_objects(labels), 1)
    return [_Part(number, ink[number], x.start, y.start, x.stop, y.stop) for number, (y, x) in boxes]


def dilated(mask: Mask) -> Mask:
    """Two pixels more all around: the grey edges of it."""
    return np.asarray(Image.fromarray(mask).convert("L").filter(ImageFilter.MaxFilter(5))) > 0


def panel_of(brightness: Picture) -> tuple[Picture, bool]:
    """The panel in a picture, 0 to 1, as a plot shows a digit: a rectangle of another paper; and whether there is one.

    What is around it, ticks and numbers, is left out.
    """
    from scipy import ndimage

    rim = np.concatenate([brightness[0], brightness[-1], brightness[:, 0], brightness[:, -1]])
    labels = label_components(np.abs(brightness - np.median(rim)) > PANEL_CONTRAST)
    if labels is None or not labels.max():
        return brightness, False
    part = max(_parts(labels), key=lambda one: one.ink)
    solid = ndimage.binary_fill_holes(labels == part.number)  # the digit, and what it encloses, too
    (top, bottom), (left, right) = (_filled(one) for one in (solid, solid.T))
    height, width = bottom - top, right - left
    mask = labels[top:bottom, left:right] == part.number
    edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    is_panel = mask.mean() >= PANEL_PAPER and edge.mean() >= PANEL_EDGE
    is_large = min(height, width) >= max(MIN_PANEL_SIDE * max(brightness.shape), PANEL_SIDE)
    if not (is_panel and is_large) or height * width == brightness.size:
        return brightness, False
    inner = max(1, round(PANEL_INSET * min(height, width)))
    return brightness[top + inner : bottom - inner, left + inner : right - inner], True


def _filled(mask: Mask) -> tuple[int, int]:
    """The first row of a part that is filled for the most part, and one beyond the last: ticks fill none."""
    widths = mask.sum(axis=1)
    rows = np.flatnonzero(widths >= PANEL_FILLED * widths.max())
    return int(rows[0]), int(rows[-1]) + 1

"""Ink: where a pen went, or the pixels of a picture; both can be drawn anew at any size and place."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Points = npt.NDArray[np.float64]  # (count, 2): x to the right, y down
Picture = npt.NDArray[np.floating[Any]]  # (height, width): 0 for paper, 1 for ink

OVERSAMPLING = 8  # sub-pixels a side: an edge has 64 levels of grey
CURVE_PIECES = 6  # straight pieces that stand for one curve of the canvas
MAX_STROKES = 500
MAX_POINTS = 5_000  # a minute of drawing without a pause has 3,600
NUMBERS_OF = {"M": 2, "L": 2, "Q": 4, "C": 6}  # of each command of a path
MIN_INK = 5.0  # pixels full of ink, of 784: the least of MNIST's 70,000 digits has 19.9
MAX_DISTANCE = 100  # sides of the canvas: as far outside as a pen is followed
TOO_MUCH = (
    f"This drawing has more than {MAX_STROKES} strokes or {MAX_POINTS:,} points, which is more than is read. "
    "Take back the last strokes with *Undo*, or *Clear* it and draw the digit with fewer."
)


def has_ink(image: Picture) -> bool:
    """Whether there is anything to be read in an image of 28 by 28 pixels, 0 for paper to 1 for ink."""
    return float(image.sum()) >= MIN_INK


@dataclass(frozen=True)
class Box:
    """A rectangle around ink, in the ink's own units."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def longer_side(self) -> float:
        """Its width or its height, whichever is larger."""
        return max(self.right - self.left, self.bottom - self.top)


@dataclass(frozen=True, eq=False)
class Strokes:
    """Pen strokes on a square canvas: each an array of points, in canvas pixels."""

    strokes: tuple[Points, ...]
    side: float  # of the canvas, in its pixels
    brush: float  # width of the pen that drew, in canvas pixels

    @property
    def points(self) -> Points:
        """All points of all strokes, (count, 2)."""
        return np.concatenate(self.strokes) if self.strokes else np.empty((0, 2))

    def box(self) -> Box | None:
        """The rectangle around the pen's path, without the pen's width; None when nothing was drawn."""
        points = self.points
        if not len(points):
            return None
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        return Box(float(left), float(top), float(right), float(bottom))

    def render(self, size: int, scale: float, left: float, top: float, pen: float) -> Picture:
        """A picture of size by size pixels: pixel = scale * (point - (left, top)); `pen` pixels wide."""
        fine = Image.new("L", (size * OVERSAMPLING, size * OVERSAMPLING))
        canvas = ImageDraw.Draw(fine)
        radius = pen * OVERSAMPLING / 2
        for stroke in self.strokes:
            path = (stroke - (left, top)) * (scale * OVERSAMPLING) - 0.5  # Pillow counts from pixels' centres
            path = path[np.r_[True, (np.diff(path.round(), axis=0) != 0).any(axis=1)]]  # what adds a sub-pixel at least
            if len(path) > 1:
                canvas.line([tuple(p) for p in path], fill=255, width=max(1, round(2 * radius)))
            for x, y in path:  # round joints and ends
                canvas.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        return np.asarray(fine.reduce(OVERSAMPLING), np.float32) / 255


@dataclass(frozen=True, eq=False)
class Pixels:
    """A picture whose ink is known, for instance a photograph after its paper was taken out."""

    ink: Picture
    left_out: bool = False  # whether more stood in the picture, such as a frame
    in_shadow: bool = False  # whether a shadow with an edge was taken for paper

    @property
    def side(self) -> float:
        """The picture's longer side, in pixels."""
        return float(max(self.ink.shape))

    @property
    def brush(self) -> float:
        """The width of the strokes in pixels, measured: twice the ink's area over its outline's length."""
        padded = np.pad(self.ink, 1)
        slope_y, slope_x = np.diff(padded, axis=0)[:, 1:], np.diff(padded, axis=1)[1:, :]
        outline = float(np.hypot(slope_y, slope_x).sum())
        return 2 * float(self.ink.sum()) / outline if outline else 0.0

    def box(self) -> Box | None:
        """The rectangle around the middle of the strokes; None when there is no ink."""
        rows, columns = np.nonzero(self.ink > 0.5)
        if not len(rows):
            return None
        half = self.brush / 2
        left, right = float(columns.min()) + half, float(columns.max()) + 1 - half
        top, bottom = float(rows.min()) + half, float(rows.max()) + 1 - half
        return Box(min(left, right), min(top, bottom), max(left, right), max(top, bottom))

    def render(self, size: int, scale: float, left: float, top: float, pen: float) -> Picture:
        """A picture of size by size pixels: pixel = scale * (point - (left, top)); `pen` pixels wide."""
        fine_size = size * OVERSAMPLING
        source = Image.fromarray((self.ink * 255).astype(np.uint8))
        reach, brush = size / scale, self.brush
        step = reach / fine_size
        if step > 1 and brush < 2 * step:  # lines so thin would fall between the points that are looked at
            widened = 2 * math.ceil(step / 2) + 1
            source, brush = source.filter(ImageFilter.MaxFilter(widened)), brush + widened - 1
        fine = source.transform(
            (fine_size, fine_size),
            Image.Transform.EXTENT,
            (left, top, left + reach, top + reach),
            Image.Resampling.BILINEAR,
        )
        fine = fine.point(lambda value: 255 if value > 127 else 0)
        change = round((pen - brush * scale) * OVERSAMPLING / 2)  # sub-pixels to add at each edge
        for _ in range(abs(change)):
            changed = fine.filter(ImageFilter.MaxFilter(3) if change > 0 else ImageFilter.MinFilter(3))
            if changed.getbbox() is None:
                break  # the thinnest that is still ink
            fine = changed
        return np.asarray(fine.reduce(OVERSAMPLING), np.float32) / 255


Ink = Strokes | Pixels


class UnreadableDrawingError(ValueError):
    """More was drawn than is read; its text is a sentence for the person who drew."""


def _points_of(item: object, side: float) -> Points | None:
    """The points along one object of a canvas, curves cut into straight pieces; None for what no pen drew.

    The brush leaves an SVG path (M, L, Q and C), whose numbers are places on the canvas. All of it is checked before
    anything is computed, since what a browser says may come from something else than a canvas.
    """
    if not isinstance(item, dict) or str(item.get("type", ""))[:8].lower() != "path":
        return None
    commands = item.get("path")
    if not isinstance(commands, list) or not commands or not _is_number(item.get("strokeWidth"), 1, side / 4):
        return None
    points: list[Points] = []
    far = MAX_DISTANCE * side
    t = np.linspace(0, 1, CURVE_PIECES + 1)[1:, None]
    for row in commands:
        if not isinstance(row, list) or not row:
            return None
        command, *numbers = row
        count = NUMBERS_OF.get(command) if isinstance(command, str) else None
        if len(numbers) != count or not all(_is_number(number, -far, far) for number in numbers):
            return None
        ends = np.array(_in_tenths(numbers), float).reshape(-1, 2)
        if command in ("M", "L"):
            points.append(ends)
            continue
        if not points:
            return None
        start = points[-1][-1]
        if command == "Q":
            bend, end = ends
            points.append((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end)
        else:
            first, second, end = ends
            points.append(
                (1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * first + 3 * t**2 * (1 - t) * second + t**3 * end
            )
    return np.concatenate(points)


def _in_tenths(numbers: Sequence[float]) -> list[float]:
    """Short enough for a browser to keep; and what it kept is, to the last pixel, what was on the canvas."""
    return [round(number, 1) for number in numbers]


def _is_number(value: object, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _clipped(points: Points, side: float) -> list[Points]:
    """The parts of a pen's path that lie on the canvas: a pen that was dragged across its rim draws nothing outside.

    Each straight piece is cut by the Liang-Barsky rule: with p(t) = start + t (end - start), what lies on the canvas is
    the t for which 0 <= p(t) <= side in both directions.
    """
    if ((points >= 0) & (points <= side)).all():
        return [points]
    if len(points) == 1:
        return []
    starts, moves = points[:-1], np.diff(points, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        at_rims = np.sort(np.stack([-starts / moves, (side - starts) / moves]), axis=0)
    always = (starts >= 0) & (starts <= side)  # where there is no move in a direction: on the canvas, or never
    enter = np.where(moves == 0, np.where(always, 0.0, 2.0), at_rims[0])
    leave = np.where(moves == 0, 1.0, at_rims[1])
    first, last = np.maximum(enter.max(axis=1), 0.0), np.minimum(leave.min(axis=1), 1.0)
    kept = np.flatnonzero(first <= last)
    begins = np.clip(starts + first[:, None] * moves, 0, side)
    ends = np.clip(starts + last[:, None] * moves, 0, side)
    # A part goes on as long as one piece ends on the canvas and the next one begins where it ended.
    new_part = np.flatnonzero((np.diff(kept) > 1) | (last[kept][:-1] < 1)) + 1
    return [np.concatenate([begins[part[:1]], ends[part]]) for part in np.split(kept, new_part) if len(part)]


def pen_paths(json_data: object, side: float) -> list[dict[str, Any]]:
    """Of what a Fabric canvas of side by side pixels reports, the paths that a pen drew: commands, and the pen's width.

    Numbers are rounded to a tenth of a pixel, as `strokes_from_canvas` does.

    Raises:
        UnreadableDrawingError: there are more than MAX_STROKES strokes, or more than MAX_POINTS points.
    """
    return [
        {
            "type": "Path",
            "path": [[command, *_in_tenths(numbers)] for command, *numbers in item["path"]],
            "strokeWidth": item["strokeWidth"],
        }
        for item, _ in _readable(json_data, side)
    ]


def strokes_from_canvas(json_data: object, side: float) -> Strokes:
    """What a Fabric canvas of side by side pixels reports, as strokes.

    Only what a pen drew counts, and only where it is on the canvas; what no canvas can report is left out. Places are
    rounded to a tenth of a pixel.

    Raises:
        UnreadableDrawingError: there are more than MAX_STROKES strokes, or more than MAX_POINTS points.
    """
    strokes, widths = [], []
    for item, points in _readable(json_data, side):
        if parts := _clipped(points, side):
            strokes += parts
            widths.append(float(item["strokeWidth"]))
    return Strokes(tuple(strokes), side, float(np.mean(widths)) if widths else 1.0)


def _readable(json_data: object, side: float) -> list[tuple[dict[str, Any], Points]]:
    """The objects of a canvas that a pen drew, with their points."""
    objects = json_data.get("objects") if isinstance(json_data, dict) else None
    if not isinstance(objects, list):
        return []
    paths = [item["path"] for item in objects if isinstance(item, dict) and isinstance(item.get("path"), list)]
    if len(objects) > MAX_STROKES or sum(map(len, paths)) > MAX_POINTS:
        raise UnreadableDrawingError(TOO_MUCH)
    return [(item, points) for item in objects if (points := _points_of(item, side)) is not None]

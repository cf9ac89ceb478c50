"""Ink: where a pen went, or the pixels of a picture; both can be drawn anew at any size and place."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Points = npt.NDArray[np.float64]  # (count, 2): x to the right, y down
Picture = npt.NDArray[np.floating[Any]]  # (height, width): 0 for paper, 1 for ink

OVERSAMPLING = 8  # sub-pixels a side: an edge has 64 levels of grey
CURVE_PIECES = 6  # straight pieces that stand for one curve of the canvas


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
            if len(path) > 1:
                canvas.line([tuple(p) for p in path], fill=255, width=max(1, round(2 * radius)))
            for x, y in path:  # round joints and ends
                canvas.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        return np.asarray(fine.reduce(OVERSAMPLING), np.float32) / 255


@dataclass(frozen=True, eq=False)
class Pixels:
    """A picture whose ink is known, for instance a photograph after its paper was taken out."""

    ink: Picture

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
        reach = size / scale
        fine = source.transform(
            (fine_size, fine_size),
            Image.Transform.EXTENT,
            (left, top, left + reach, top + reach),
            Image.Resampling.BILINEAR,
        )
        fine = fine.point(lambda value: 255 if value > 127 else 0)
        change = round((pen - self.brush * scale) * OVERSAMPLING / 2)  # sub-pixels to add at each edge
        for _ in range(abs(change)):
            thicker = change > 0
            fine = fine.filter(ImageFilter.MaxFilter(3) if thicker else ImageFilter.MinFilter(3))
        return np.asarray(fine.reduce(OVERSAMPLING), np.float32) / 255


Ink = Strokes | Pixels


def _placement(item: dict[str, Any], path_points: Points) -> npt.NDArray[np.float64]:
    """The 2x3 matrix from a path's own coordinates to the canvas; the editing tool moves and turns paths."""
    low, high = path_points.min(axis=0), path_points.max(axis=0)
    middle = (low + high) / 2
    angle = math.radians(float(item.get("angle", 0)))
    scale_x = float(item.get("scaleX", 1)) * (-1 if item.get("flipX") else 1)
    scale_y = float(item.get("scaleY", 1)) * (-1 if item.get("flipY") else 1)
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos * scale_x, -sin * scale_y], [sin * scale_x, cos * scale_y]])
    # Fabric places the origin of the box (its pen's width included) at (left, top).
    share = {"left": 0.5, "top": 0.5, "center": 0.0, "right": -0.5, "bottom": -0.5}
    extent = high - low + float(item.get("strokeWidth", 0))
    origin = np.array(
        [
            share[item.get("originX", "left")] * extent[0] * abs(scale_x),
            share[item.get("originY", "top")] * extent[1] * abs(scale_y),
        ]
    )
    centre = np.array([float(item["left"]), float(item["top"])])
    centre = centre + np.array([[cos, -sin], [sin, cos]]) @ origin
    return np.column_stack([turn, centre - turn @ middle])


def _path_points(commands: list[list[Any]]) -> Points:
    """The points along a path of SVG commands M, L, Q and C, curves cut into straight pieces."""
    points: list[Points] = []
    t = np.linspace(0, 1, CURVE_PIECES + 1)[1:, None]
    for command, *numbers in commands:
        ends = np.array(numbers, float).reshape(-1, 2)
        if command in ("M", "L"):
            points.append(ends)
        elif command == "Q":
            start, (bend, end) = points[-1][-1], ends
            points.append((1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end)
        elif command == "C":
            start, (first, second, end) = points[-1][-1], ends
            points.append(
                (1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * first + 3 * t**2 * (1 - t) * second + t**3 * end
            )
    return np.concatenate(points) if points else np.empty((0, 2))


def strokes_from_canvas(json_data: dict[str, Any] | None, side: float) -> Strokes:
    """What a Fabric canvas of side by side pixels reports, as strokes; all but drawn paths is left out."""
    strokes, widths = [], []
    for item in (json_data or {}).get("objects", []):
        if str(item.get("type", "")).lower() != "path":
            continue
        points = _path_points(item.get("path", []))
        if len(points) and np.isfinite(points).all():
            matrix = _placement(item, points)
            strokes.append(points @ matrix[:, :2].T + matrix[:, 2])
            widths.append(float(item.get("strokeWidth", 1)))
    return Strokes(tuple(strokes), side, float(np.mean(widths)) if widths else 1.0)

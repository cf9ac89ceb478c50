"""What the canvas reports: the drawing as Fabric.js keeps it."""

from collections.abc import Iterable, Sequence
from typing import Any

Points = Sequence[Sequence[float]]

SEVEN = [[(80, 60), (230, 60), (190, 150), (150, 280)]]


def fabric_drawing(strokes: Iterable[Points], width: float = 18) -> dict[str, Any] | None:
    """Strokes, each a list of points in the canvas' pixels, as a canvas with such a pen reports them."""
    objects = []
    for stroke in strokes:
        xs, ys = zip(*stroke, strict=True)
        objects.append(
            {
                "type": "Path",
                "originX": "center",
                "originY": "center",
                "left": (min(xs) + max(xs)) / 2,
                "top": (min(ys) + max(ys)) / 2,
                "strokeWidth": width,
                "path": [["M" if number == 0 else "L", float(x), float(y)] for number, (x, y) in enumerate(stroke)],
            }
        )
    return {"version": "6", "objects": objects} if objects else None

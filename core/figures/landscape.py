"""A landscape of two weights from above: what one looks at, and the ground as a picture below the paths.

Plotly's own contours vanish when a frame is played; a picture stays.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from core.figures.pictures import Bytes

View = tuple[float, float, float, float]  # x from, x to, y from, y to

FARTHEST = 1.0  # a path is followed so many widths beyond the domain
RELIEF = (88, 104, 134)  # grey, so that coloured paths stand out on it


def relief(heights: npt.NDArray[Any], bands: int = 16) -> Bytes:
    """A landscape from above as a map has it, (height, width, 4): the deeper the darker, with lines of equal height.

    The lines lie closer in height near the bottom, where it is flat. It is see-through, so that it suits light and dark
    pages. Row 0 is on top.
    """
    low, high = float(heights.min()), float(heights.max())
    band = np.floor(np.sqrt((heights - low) / ((high - low) or 1)) * bands).clip(0, bands - 1).astype(np.uint8)
    line = np.zeros(band.shape, bool)
    line[1:] |= band[1:] != band[:-1]
    line[:, 1:] |= band[:, 1:] != band[:, :-1]
    picture = np.empty((*band.shape, 4), np.uint8)
    picture[..., :3] = RELIEF
    picture[..., 3] = np.where(line, 200, (1 - band / bands) * 150)
    return picture


def view_of(domain: View, places: npt.NDArray[np.floating[Any]]) -> View:
    """What one looks at: the domain, and farther as long as a path, (steps, 2), leads out of it; to two decimals."""
    bounds = []
    for axis, (low, high) in enumerate((domain[:2], domain[2:])):
        far = FARTHEST * (high - low)
        near = places[:, axis][(places[:, axis] >= low - far) & (places[:, axis] <= high + far)]
        bounds += [round(float(near.min(initial=low)), 2), round(float(near.max(initial=high)), 2)]
    return bounds[0], bounds[1], bounds[2], bounds[3]


def lying_below(source: str, view: View) -> dict[str, Any]:
    """A picture that fills a view and lies below the paths."""
    left, right, low, high = view
    size = {"x": left, "y": high, "sizex": right - left, "sizey": high - low}
    return {"source": source, "xref": "x", "yref": "y", **size, "sizing": "stretch", "layer": "below"}

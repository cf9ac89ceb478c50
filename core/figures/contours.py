"""A landscape of two weights from above: what one looks at, and the ground as a picture below the paths.

Plotly's own contours vanish when a frame is played; a picture stays.
"""

import base64
import io
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

View = tuple[float, float, float, float]  # x from, x to, y from, y to

MAX_OVERSHOOT = 1.0  # a path is followed so many widths beyond the domain
RELIEF = (88, 104, 134)  # grey, so that coloured paths stand out on it
BANDS = 16
DEEPEST = 72  # of 255, how dark the lowest band is: a path is seen on it at 3 to 1


def shaded_contours(heights: npt.NDArray[np.floating[Any]]) -> str:
    """A landscape as a map has it, (height, width), the deeper the darker, with lines of equal height: a PNG's address.

    The lines lie closer in height near the bottom, where it is flat. It is see-through, so that it suits light and dark
    pages. Row 0 is on top.
    """
    low, high = float(heights.min()), float(heights.max())
    level = np.sqrt((heights - low) / ((high - low) or 1)) * BANDS
    shade = (1 - np.floor(level).clip(0, BANDS - 1) / BANDS) * DEEPEST
    down, across = np.gradient(level)
    pixels_to_line = np.abs(level - level.round()) / np.maximum(np.hypot(down, across), 1e-9)
    line = np.where(level > 0.5, (1 - pixels_to_line / 1.4).clip(0, 1), 0) * 200  # softened at its sides
    picture = Image.fromarray(np.maximum(shade, line).astype(np.uint8), "P")
    picture.putpalette(RELIEF * 256)  # one colour, in 256 degrees of opacity
    opacity = bytes(range(256))
    file = io.BytesIO()
    picture.save(file, "PNG", transparency=opacity)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def view_of(domain: View, places: npt.NDArray[np.floating[Any]]) -> View:
    """What one looks at: the domain, and farther as long as a path, (steps, 2), leads out of it; to two decimals."""
    bounds = []
    for axis, (low, high) in enumerate((domain[:2], domain[2:])):
        far = MAX_OVERSHOOT * (high - low)
        near = places[:, axis][(places[:, axis] >= low - far) & (places[:, axis] <= high + far)]
        bounds += [round(float(near.min(initial=low)), 2), round(float(near.max(initial=high)), 2)]
    return bounds[0], bounds[1], bounds[2], bounds[3]


def background_image(source: str, view: View) -> dict[str, Any]:
    """A picture that fills a view and lies below the paths."""
    left, right, low, high = view
    size = {"x": left, "y": high, "sizex": right - left, "sizey": high - low}
    return {"source": source, "xref": "x", "yref": "y", **size, "sizing": "stretch", "layer": "below"}

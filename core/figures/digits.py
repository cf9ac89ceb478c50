"""A digit's pixels as numbers, and how many there are of each digit."""

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.data.mnist import CLASSES, PIXELS, SIDE
from core.figures.layout import HIGHLIGHT, INK, axis, bar, figure, fitted, heatmap, scatter

Bytes = npt.NDArray[np.uint8]

# Rows 0 to 27 from above, each as high as it is wide; where the chart is narrow, what is left over is below.
SQUARE = {
    "range": [SIDE - 0.5, -0.5],
    "dtick": 7,
    "scaleanchor": "x",
    "constrain": "domain",
    "constraintoward": "top",
}


def pixels_figure(image: Bytes, row: int, numbers: bool) -> go.Figure:
    """The 28x28 pixels, each with its value 0 to 255; one row is marked."""
    pixels = heatmap(
        z=image,
        zmin=0,
        zmax=255,
        colorscale=INK,
        showscale=False,
        xgap=1,
        ygap=1,
        texttemplate="%{z}" if numbers else None,
        textfont={"size": 8},
        hovertemplate="row %{y}, column %{x}: %{z}<extra></extra>",
    )
    frame = {"x0": -0.5, "x1": SIDE - 0.5, "y0": row - 0.5, "y1": row + 0.5}
    return figure(
        pixels,
        {
            "height": 440,
            **fitted(),
            "shapes": [{"type": "rect", **frame, "line": {"color": HIGHLIGHT, "width": 3}}],
            "xaxis": axis("column", side="top", dtick=7, constrain="domain"),
            "yaxis": axis("row", **SQUARE),
        },
    )


def row_figure(values: Bytes, row: int) -> go.Figure:
    """One row of pixels, each as stored, 0 to 255, and as the network takes it, 0 to 1."""
    cells = heatmap(
        z=np.stack([values, values]),
        text=[[str(v) for v in values], [_short(v / 255) for v in values]],
        texttemplate="%{text}",
        textfont={"size": 9},
        x=list(range(SIDE)),
        y=["0 to 255", "0 to 1"],
        zmin=0,
        zmax=255,
        colorscale=INK,
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate=f"row {row}, column %{{x}}: %{{text}}<extra></extra>",
    )
    yaxis = {"autorange": "reversed", "fixedrange": True}
    return figure(cells, {"height": 140, **fitted(b=40), "xaxis": axis("column", dtick=7), "yaxis": yaxis})


def _short(share: float) -> str:
    """Two decimals, unless it is 0 or 1."""
    return f"{share:.0f}" if share in (0, 1) else f"{share:.2f}"


def flattened_figure(image: Bytes, row: int) -> go.Figure:
    """The 784 pixels in one row, from the first row's to the last row's; those of one row are marked."""
    line = scatter(
        y=image.reshape(PIXELS) / 255,
        mode="lines",
        line={"width": 1, "shape": "hvh"},
        customdata=image.reshape(PIXELS),
        hovertemplate="input %{x}: %{customdata} / 255 = %{y:.3f}<extra></extra>",
    )
    frame = {"x0": row * SIDE, "x1": row * SIDE + SIDE - 1, "y0": 0, "y1": 1, "yref": "y domain"}
    return figure(
        line,
        {
            "height": 170,
            **fitted(),
            "shapes": [{"type": "rect", **frame, "line": {"color": HIGHLIGHT, "width": 2}}],
            "xaxis": axis("input, 0 to 783", range=[-5, PIXELS + 5]),
            "yaxis": axis("value, 0 to 1", range=[-0.03, 1.05]),
        },
    )


def one_hot_figure(target: npt.NDArray[np.floating[Any]]) -> go.Figure:
    """The ten numbers that the network should answer, as a row of cells."""
    cells = heatmap(
        z=target[None],
        texttemplate="%{z:.0f}",
        zmin=0,
        zmax=1,
        colorscale=INK,
        showscale=False,
        xgap=1,
        hoverinfo="skip",
    )
    yaxis = {"visible": False, "fixedrange": True}
    # The 1 is white, and is to be seen on white paper, too.
    frame = {"type": "rect", "y0": -0.5, "y1": 0.5, "line": {"color": HIGHLIGHT, "width": 2}}
    frames = [{**frame, "x0": digit - 0.5, "x1": digit + 0.5} for digit in np.flatnonzero(target).tolist()]
    xaxis = axis("digit", dtick=1)
    return figure(cells, {"height": 120, **fitted(b=44), "shapes": frames, "xaxis": xaxis, "yaxis": yaxis})


def counts_figure(counts: npt.NDArray[np.integer[Any]]) -> go.Figure:
    """How many images there are of each digit."""
    bars = bar(x=list(range(CLASSES)), y=counts, text=[f"{n:,}" for n in counts])
    return figure(bars, {"height": 240, **fitted(), "xaxis": axis("digit", dtick=1), "yaxis": axis("images")})

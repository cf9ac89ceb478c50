"""A digit's pixels as numbers, and how many there are of each digit."""

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.digits import CLASSES, PIXELS, SIDE
from core.figures.layout import INK, MARGIN, MARKED


def pixels_figure(image: npt.NDArray[np.uint8], row: int, numbers: bool) -> go.Figure:
    """The 28x28 pixels, each with its value 0 to 255; one row is marked."""
    figure = go.Figure(
        go.Heatmap(
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
    )
    figure.add_shape(
        type="rect", x0=-0.5, x1=SIDE - 0.5, y0=row - 0.5, y1=row + 0.5, line={"color": MARKED, "width": 3}
    )
    figure.update_layout(
        height=440,
        margin=MARGIN,
        xaxis={"title": "column", "side": "top", "dtick": 7, "fixedrange": True, "constrain": "domain"},
        yaxis={"title": "row", "autorange": "reversed", "dtick": 7, "scaleanchor": "x", "fixedrange": True},
    )
    return figure


def flattened_figure(image: npt.NDArray[np.uint8], row: int) -> go.Figure:
    """The 784 pixels in one row, from the first row's to the last row's; those of one row are marked."""
    figure = go.Figure(
        go.Scatter(
            y=image.reshape(PIXELS) / 255,
            mode="lines",
            line={"width": 1, "shape": "hvh"},
            customdata=image.reshape(PIXELS),
            hovertemplate="input %{x}: %{customdata} / 255 = %{y:.3f}<extra></extra>",
        )
    )
    figure.add_vrect(x0=row * SIDE, x1=row * SIDE + SIDE - 1, line_color=MARKED, line_width=2)
    figure.update_layout(
        height=170,
        margin=MARGIN,
        xaxis={"title": "input, 0 to 783", "range": [-5, PIXELS + 5]},
        yaxis={"title": "value, 0 to 1", "range": [-0.03, 1.05], "fixedrange": True},
    )
    return figure


def counts_figure(counts: npt.NDArray[np.integer[Any]]) -> go.Figure:
    """How many images there are of each digit."""
    figure = go.Figure(go.Bar(x=list(range(CLASSES)), y=counts, text=[f"{n:,}" for n in counts]))
    figure.update_layout(
        height=240,
        margin=MARGIN,
        xaxis={"title": "digit", "dtick": 1, "fixedrange": True},
        yaxis={"title": "images", "fixedrange": True},
    )
    return figure


def row_figure(values: npt.NDArray[np.uint8], row: int) -> go.Figure:
    """One row of pixels, each as stored, 0 to 255, and as the network takes it, 0 to 1."""
    figure = go.Figure(
        go.Heatmap(
            z=np.stack([values, values]),
            text=[[str(v) for v in values], [f"{v / 255:.2f}" for v in values]],
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
    )
    figure.update_layout(
        height=120,
        margin=MARGIN,
        xaxis={"title": "column", "dtick": 7, "fixedrange": True},
        yaxis={"autorange": "reversed", "fixedrange": True},
    )
    return figure

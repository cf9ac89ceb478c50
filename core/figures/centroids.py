"""How far digits are from each other, as bars and as a table of colours."""

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.colors import get_colorscale

from core.figures.layout import axis, bar, figure, fitted, heatmap


def distances_figure(distances: npt.NDArray[np.floating[Any]], label: int) -> go.Figure:
    """An image's distance to the average of each digit; its own is striped, the nearest one is in full colour."""
    nearest = int(np.argmin(distances))
    digits = range(len(distances))
    bars = bar(
        x=list(digits),
        y=distances,
        text=[f"{d:.2f}" for d in distances],
        textposition="outside",
        cliponaxis=False,
        marker={
            "pattern": {"shape": ["/" if digit == label else "" for digit in digits]},
            "opacity": [1 if digit == nearest else 0.7 for digit in digits],
        },
        hovertemplate="average %{x}: %{y:.3f}<extra></extra>",
    )
    return figure(
        bars,
        {
            "height": 230,
            **fitted(),
            "xaxis": axis("average of digit", dtick=1),
            "yaxis": axis("distance, 0 to 1", rangemode="tozero"),
        },
    )


def alike_figure(distances: npt.NDArray[np.floating[Any]]) -> go.Figure:
    """The distance of each digit's average to each other's, (10, 10); the darkest pair looks most alike."""
    between = np.where(np.eye(len(distances), dtype=bool), np.nan, distances)
    table = heatmap(
        z=between,
        colorscale=get_colorscale("Blues_r"),
        texttemplate="%{z:.2f}",
        hoverongaps=False,
        colorbar={"title": {"text": "distance"}},
        hovertemplate="%{y} and %{x}: %{z:.3f}<extra></extra>",
    )
    return figure(
        table,
        {
            "height": 420,
            **fitted(),
            "xaxis": axis("digit", dtick=1, showgrid=False),
            "yaxis": axis("digit", dtick=1, autorange="reversed", showgrid=False),
        },
    )

"""How far digits are from each other, as bars and as a table of colours."""

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.figures.layout import MARGIN


def distances_figure(distances: npt.NDArray[np.floating[Any]], label: int) -> go.Figure:
    """An image's distance to the average of each digit; its own digit is marked by a pattern."""
    nearest = int(np.argmin(distances))
    figure = go.Figure(
        go.Bar(
            x=list(range(len(distances))),
            y=distances,
            text=[f"{d:.2f}" for d in distances],
            marker_pattern_shape=["/" if digit == label else "" for digit in range(len(distances))],
            marker_opacity=[1 if digit == nearest else 0.45 for digit in range(len(distances))],
            hovertemplate="average %{x}: %{y:.3f}<extra></extra>",
        )
    )
    figure.update_layout(
        height=230,
        margin=MARGIN,
        xaxis={"title": "average of digit", "dtick": 1, "fixedrange": True},
        yaxis={"title": "distance, 0 to 1", "rangemode": "tozero", "fixedrange": True},
    )
    return figure


def alike_figure(distances: npt.NDArray[np.floating[Any]]) -> go.Figure:
    """The distance of each digit's average to each other's, (10, 10); the darkest pair looks most alike."""
    between = np.where(np.eye(len(distances), dtype=bool), np.nan, distances)
    figure = go.Figure(
        go.Heatmap(
            z=between,
            colorscale="Blues_r",
            texttemplate="%{z:.2f}",
            hoverongaps=False,
            colorbar={"title": "distance"},
            hovertemplate="%{y} and %{x}: %{z:.3f}<extra></extra>",
        )
    )
    figure.update_layout(
        height=420,
        margin=MARGIN,
        xaxis={"title": "digit", "dtick": 1, "fixedrange": True},
        yaxis={"title": "digit", "dtick": 1, "autorange": "reversed", "fixedrange": True},
    )
    return figure

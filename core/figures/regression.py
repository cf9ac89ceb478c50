"""A line through points, and the landscape of its loss: each line is one place there."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.descent.regression import MAX_COORDINATE, Array, Descent, Points, best_line, mean_squared_error, residuals
from core.figures.contours import View, background_image, shaded_contours, view_of
from core.figures.layout import (
    BALL,
    EMPTY_TRACE,
    MINIMUM,
    PATH,
    STARTS,
    axis,
    figure,
    scatter,
    shown_steps,
    static_layout,
)

SEEN = (-MAX_COORDINATE - 0.5, MAX_COORDINATE + 0.5)
LINES = (-4.0, 4.0, -5.0, 5.0)  # slopes and intercepts that one looks at
HEIGHT = 420
SQUARES, BATCH = 7, 4  # of the palette
PIXELS = (320, 320)
MAX_FRAMES = 100


def frames_of(path: Descent) -> list[int]:
    """The steps that are shown when it is played: all, or evenly fewer of very many."""
    return shown_steps(len(path.lines) - 1, MAX_FRAMES)


def line_figure(points: Points, path: Descent) -> go.Figure:
    """The points, the line at the path's first step, its residuals and their squares, drawn as squares."""
    first = moves_of_line(points, path, [0])[0]["data"]
    slope, intercept = best_line(points)
    ends = np.array(SEEN)
    traces = [
        scatter(
            x=ends,
            y=slope * ends + intercept,
            name="best line",
            mode="lines",
            line={"dash": "dot", "width": 1.5},
            meta={"colour": MINIMUM},
            hoverinfo="skip",
        ),
        scatter(
            **first[0],
            uid="squares",
            name="squared residuals",
            mode="lines",
            fill="toself",
            line={"width": 1},
            opacity=0.35,
            meta={"colour": SQUARES},
            hoverinfo="skip",
        ),
        scatter(
            **first[1],
            uid="line",
            name="line",
            mode="lines",
            line={"width": 3},
            meta={"colour": BALL},
            hoverinfo="skip",
        ),
        scatter(
            x=points.x,
            y=points.y,
            name="points",
            mode="markers",
            marker={"size": 9},
            meta={"colour": "text"},
            hovertemplate="x %{x:.2f}, y %{y:.2f}<extra></extra>",
        ),
        scatter(
            **first[2],
            uid="batch",
            name="this step's batch",
            mode="markers",
            meta={"colour": BATCH},
            hoverinfo="skip",
            marker={"symbol": "circle-open", "size": 17, "line": {"width": 3}},
        ),
    ]
    square: dict[str, Any] = {"range": SEEN, "constrain": "domain"}  # as many pixels a unit, both ways
    return figure(
        traces,
        static_layout(HEIGHT, axis("x", **square), axis("y", scaleanchor="x", **square)),
    )


MOVING = ["squares", "line", "batch"]  # of line_figure's traces, by their uid


def moves_of_line(points: Points, path: Descent, frames: Sequence[int]) -> list[dict[str, Any]]:
    """Plotly's frames for line_figure: the squares, the line, and the points that the next step looks at."""
    squares = _squares(points, path.lines[frames])
    moves = []
    for step, square in zip(frames, squares, strict=True):
        slope, intercept = path.lines[step]
        batch = path.batches[step] if step < len(path.batches) else []
        seen = [] if len(batch) == len(points) else batch  # all points: nothing to mark
        line = {"x": list(SEEN), "y": [round(float(slope * x + intercept), 3) for x in SEEN]}
        marked = {"x": points.x[seen].tolist(), "y": points.y[seen].tolist()} if len(seen) else EMPTY_TRACE
        moves.append({"data": [square, line, marked], "traces": MOVING})
    return moves


def _squares(points: Points, lines: Array) -> list[dict[str, list[float | None]]]:
    """For each line, (lines, 2), a square at each point whose side is its residual, where the line leaves room."""
    apart = residuals(points, lines.T).clip(-99, 99)  # (lines, points)
    x, y = np.broadcast_to(points.x, apart.shape), np.broadcast_to(points.y, apart.shape)
    side = np.where(apart * lines[:, :1] > 0, x + abs(apart), x - abs(apart))
    gap = np.full_like(x, np.nan)
    corners = (np.stack([x, x, side, side, x, gap], -1), np.stack([y, y + apart, y + apart, y, y, gap], -1))
    xs, ys = (part.reshape(len(lines), -1).round(2).tolist() for part in corners)
    return [
        {"x": [None if v != v else v for v in across], "y": [None if v != v else v for v in up]}
        for across, up in zip(xs, ys, strict=True)
    ]


def line_loss_figure(points: Points, path: Descent, restarts: Sequence[Descent]) -> go.Figure:
    """The mean squared error over slope and intercept, the path of the line, and those of other starts."""
    view = view_of(LINES, path.lines)
    slope, intercept = best_line(points)
    others = []
    if restarts:
        gap = np.full((1, 2), np.nan)
        joined = np.concatenate([part for other in restarts for part in (other.lines, gap)]).astype(np.float32)
        starts = np.array([other.lines[0] for other in restarts])
        others = [
            scatter(
                x=joined[:, 0],
                y=joined[:, 1],
                mode="lines",
                line={"width": 1},
                name="their paths",
                meta={"colour": STARTS},
                hoverinfo="skip",
            ),
            scatter(
                x=starts[:, 0],
                y=starts[:, 1],
                mode="markers",
                marker={"size": 8, "symbol": "circle-open"},
                name="random starts",
                meta={"colour": STARTS},
                hoverinfo="skip",
            ),
        ]
    traces = [
        scatter(
            x=path.lines[:, 0],
            y=path.lines[:, 1],
            customdata=np.stack([np.arange(len(path.lines)), path.errors], 1),
            name="path",
            mode="lines+markers",
            line={"width": 2},
            marker={"size": 4},
            meta={"colour": PATH},
            hovertemplate="step %{customdata[0]}: mean squared error %{customdata[1]:.3g}<extra></extra>",
        ),
        scatter(
            x=[slope],
            y=[intercept],
            name="best line",
            mode="markers",
            meta={"colour": MINIMUM},
            marker={"symbol": "x-thin-open", "size": 12, "line": {"width": 2}},
            hovertemplate="best line: slope %{x:.2f}, intercept %{y:.2f}<extra></extra>",
        ),
        *others,
        scatter(
            x=path.lines[:1, 0],
            y=path.lines[:1, 1],
            uid="line",
            name="line",
            mode="markers",
            meta={"colour": BALL},
            marker={"size": 15},
            hoverinfo="skip",
            showlegend=False,
        ),
    ]
    source = _picture(tuple(points.x.tolist()), tuple(points.y.tolist()), view)
    return figure(
        traces,
        static_layout(
            HEIGHT,
            axis("slope m", range=view[:2]),
            axis("intercept b", range=view[2:]),
            images=[background_image(source, view)],
        ),
    )


def moves_on_line_loss(path: Descent, frames: Sequence[int]) -> list[dict[str, Any]]:
    """Plotly's frames for line_loss_figure: the place of the line."""
    return [{"data": [{"x": [m], "y": [b]}], "traces": ["line"]} for m, b in path.lines[frames].round(4).tolist()]


@lru_cache(maxsize=64)
def _picture(x: tuple[float, ...], y: tuple[float, ...], view: View) -> str:
    grid = np.meshgrid(np.linspace(*view[:2], PIXELS[0]), np.linspace(view[3], view[2], PIXELS[1]))
    return shaded_contours(mean_squared_error(Points(np.array(x), np.array(y)), np.stack(grid)))

"""The loss landscape: two slices through the loss of a whole network, and the path that its training took."""

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from PIL import Image

from core.explain.loss_landscape import Interpolation, LossLandscape, PlaneSlice
from core.figures.contours import background_image, shaded_contours
from core.figures.layout import BALL, DECADES, PATH, axis, figure, scatter, static_layout

PIXELS = (640, 400)
HEIGHT = 380
HIGHEST = 2.5  # of the line, in losses of the start


def line_figure(line: Interpolation) -> go.Figure:
    """The loss along the straight line from the first network, at 0, to the last, at 1."""
    top = HIGHEST * float(np.nan_to_num(line.start_loss, nan=1))  # beyond the start it soon is too high to be seen
    ball = {"mode": "markers+text", "textfont": {"size": 12}, "hoverinfo": "skip"}
    return figure(
        [
            scatter(
                x=line.alphas,
                y=line.losses,
                name="loss",
                line={"width": 2.5},
                meta={"colour": "text"},
                hovertemplate="%{x:.0%} of the way: loss %{y:.4g}<extra></extra>",
            ),
            scatter(
                x=[0],
                y=[line.start_loss],
                name="random start",
                marker={"size": 18, "symbol": "circle-open", "line": {"width": 3}},
                text=["start"],
                textposition="top right",
                meta={"colour": BALL},
                **ball,
            ),
            scatter(
                x=[1],
                y=[line.end_loss],
                name="end",
                marker={"size": 18},
                text=["end"],
                textposition="top center",
                meta={"colour": BALL},
                **ball,
            ),
        ],
        static_layout(
            HEIGHT - 40,
            axis("share of the way from the first weights to the last", tickformat=".0%"),
            axis("loss", range=[-0.05 * top, top]),
            showlegend=False,
        ),
    )


def heights(losses: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How high a loss is drawn: its logarithm, since losses differ by a factor of a thousand; NaN as the highest."""
    high = np.log10(np.maximum(losses, 1e-6))
    return np.where(np.isfinite(high), high, np.nanmax(high))


def plane_figure(landscape: LossLandscape) -> go.Figure:
    """The plane of the path from above, the deeper the darker, with the path and the ball at its first place."""
    plane = landscape.plane
    view = (float(plane.x[0]), float(plane.x[-1]), float(plane.y[0]), float(plane.y[-1]))
    ground = Image.fromarray(heights(plane.losses)[::-1].astype(np.float32))
    drawn = np.asarray(ground.resize(PIXELS, Image.Resampling.BICUBIC))
    path = scatter(
        x=plane.path[:, 0],
        y=plane.path[:, 1],
        customdata=np.stack([landscape.steps, plane.path_losses, plane.slice_losses], axis=-1),
        name="the training's path",
        mode="lines+markers",
        line={"width": 2},
        marker={"size": 6},
        meta={"colour": PATH},
        hovertemplate="update %{customdata[0]:,}: loss %{customdata[1]:.3g}, "
        "in the slice %{customdata[2]:.3g}<extra></extra>",
    )
    ball = scatter(
        **moves_on_plane(plane)[0]["data"][0],
        uid="ball",
        name="the network",
        mode="markers",
        marker={"size": 16, "line": {"width": 2, "color": "#fff"}},
        meta={"colour": BALL},
        hoverinfo="skip",
    )
    ends = scatter(
        x=plane.path[[0, -1], 0],
        y=plane.path[[0, -1], 1],
        mode="text",
        text=["   start", "  end"],
        textposition="middle right",
        textfont={"size": 13},
        hoverinfo="skip",
        showlegend=False,
    )
    return figure(
        [path, ball, ends],
        static_layout(
            HEIGHT,
            axis("first direction: distance from the last network", range=view[:2], showgrid=False),
            axis("second direction", range=view[2:], showgrid=False),
            images=[background_image(shaded_contours(drawn), view)],
        ),
    )


def moves_on_plane(plane: PlaneSlice) -> list[dict[str, Any]]:
    """For each moment Plotly's frame: the ball where the network was then."""
    return [{"data": [{"x": [x], "y": [y]}], "traces": ["ball"]} for x, y in plane.path.round(4).tolist()]


def path_figure(landscape: LossLandscape) -> go.Figure:
    """The loss of the network itself at each moment, and in the slice below it."""
    places = np.arange(len(landscape.steps))
    lines = (
        ("on the path", landscape.plane.path_losses, "solid", PATH),
        ("in the slice", landscape.plane.slice_losses, "dot", "text"),
    )
    return figure(
        [
            scatter(
                x=places,
                y=losses,
                name=name,
                mode="lines+markers",
                line={"dash": dash, "width": 2},
                meta={"colour": colour},
                hovertemplate=f"{name}: loss %{{y:.3g}}<extra></extra>",
            )
            for name, losses, dash, colour in lines
        ],
        static_layout(
            HEIGHT - 120,
            axis("updates", tickvals=places, ticktext=[f"{step:,}" for step in landscape.steps]),
            axis("loss", **DECADES),
            margin={"l": 60, "r": 8, "t": 30, "b": 70},
        ),
    )

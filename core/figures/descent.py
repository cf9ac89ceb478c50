"""A ball on a loss curve: its path, its slope, its next step, and how far each learning rate gets."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.descent.curves import LossCurve
from core.descent.simulation import Array, Trajectory
from core.figures.layout import (
    ARROW,
    BALL,
    DECADES,
    EMPTY_TRACE,
    MINIMUM,
    PATH,
    SLOPE,
    STARTS,
    axis,
    figure,
    scatter,
    static_layout,
)

MAX_OVERSHOOT = 2.5  # a path is followed so many widths of the domain beyond it; then words go on alone
HEIGHT = 350
NAMED, LEVEL = 0.18, 0.7  # decades: a narrower zone has no room for its name, or only for one that stands upright


def view_of(curve: LossCurve, path: Trajectory) -> tuple[float, float]:
    """The weights between which one looks: the curve's domain, and farther as long as a path leads out of it."""
    low, high = curve.domain
    width = high - low
    inside = path.weights[
        (path.weights >= low - MAX_OVERSHOOT * width) & (path.weights <= high + MAX_OVERSHOOT * width)
    ]
    if len(inside) == 0:
        return low, high
    left, right = min(low, float(inside.min())), max(high, float(inside.max()))
    room = 0.03 * (right - left)
    return left - room, right + room


def curve_figure(curve: LossCurve, path: Trajectory, others: Trajectory | None = None) -> go.Figure:
    """The loss of one weight, the whole path on it, the ball at its first place, and the balls of other starts."""
    low, high = view_of(curve, path)
    w = np.linspace(low, high, 400)
    losses = curve.loss(w)
    seen = (path.weights >= low) & (path.weights <= high)
    top = max(
        float(losses[(w >= curve.domain[0]) & (w <= curve.domain[1])].max()), float(path.losses[seen].max(initial=0))
    )
    marks = [curve.loss(m) for m in curve.minima]
    first = moves_on_curve(curve, path, others, 1)[0]["data"]
    traces = [
        scatter(
            x=w,
            y=losses,
            name="loss",
            line={"width": 2.5, "simplify": False},
            meta={"colour": "text"},
            hoverinfo="skip",
        ),
        scatter(
            x=list(curve.minima),
            y=marks,
            name="minimum",
            mode="markers",
            marker={"symbol": "triangle-up", "size": [14] + [9] * (len(marks) - 1)},
            meta={"colour": MINIMUM},
            hovertemplate="minimum at %{x:.3g}<extra></extra>",
        ),
        scatter(
            x=path.weights[seen],
            y=path.losses[seen],
            customdata=np.flatnonzero(seen),
            name="path",
            mode="lines+markers",
            line={"width": 1},
            marker={"size": 5},
            opacity=0.6,
            meta={"colour": PATH},
            hovertemplate="after step %{customdata}: weight %{x:.4g}, loss %{y:.4g}<extra></extra>",
        ),
        scatter(
            **first[0],
            uid="slope",
            name="slope",
            mode="lines",
            line={"dash": "dash", "width": 2},
            meta={"colour": SLOPE},
            hoverinfo="skip",
        ),
        scatter(
            **first[1],
            uid="next step",
            name="next step",
            mode="lines+markers",
            marker=ARROW,
            line={"width": 3},
            meta={"colour": BALL},
            hoverinfo="skip",
        ),
        scatter(
            **first[2],
            uid="ball",
            name="ball",
            mode="markers",
            marker={"size": 18},
            meta={"colour": BALL},
            hoverinfo="skip",
        ),
    ]
    if others:
        traces.append(
            scatter(
                **first[3],
                uid="random starts",
                name="random starts",
                mode="markers",
                marker={"size": 12, "symbol": "circle-open", "line": {"width": 3}},
                meta={"colour": STARTS},
                hoverinfo="skip",
            )
        )
    return figure(
        traces,
        static_layout(HEIGHT, axis("weight", range=[low, high]), axis("loss", range=[-0.06 * top, 1.06 * top])),
    )


MOVING = ["slope", "next step", "ball", "random starts"]  # of curve_figure's traces, by their uid


def moves_on_curve(
    curve: LossCurve, path: Trajectory, others: Trajectory | None = None, places: int | None = None
) -> list[dict[str, Any]]:
    """Plotly's frames for curve_figure: the slope, the next step and the ball at each place of the path."""
    reach = (curve.domain[1] - curve.domain[0]) / 8
    moves = []
    last = max(path.steps, others.steps if others else 0)
    for now in range(last + 1)[:places]:
        step = min(now, path.steps)
        w, loss, slope = float(path.weights[step]), float(path.losses[step]), float(path.gradients[step])
        after, lands = (float(part[min(step + 1, path.steps)]) for part in (path.weights, path.losses))
        data = [
            {"x": [w - reach, w + reach], "y": [loss - slope * reach, loss + slope * reach]},
            {"x": [w, after, after], "y": [loss, loss, lands]} if after != w else EMPTY_TRACE,
            {"x": [w], "y": [loss]},
        ]
        if others:
            at = min(now, others.steps)
            data.append({"x": others.weights[at].round(4).tolist(), "y": others.losses[at].round(4).tolist()})
        moves.append({"data": data, "traces": MOVING[: len(data)]})
    return moves


ZONE_COLOURS = {
    "creeping": "rgba(138,148,168,.14)",
    "settling": "rgba(51,102,204,.12)",
    "overshooting": "rgba(26,143,106,.16)",
    "beyond the edge": "rgba(217,102,10,.16)",
}


def rates_figure(
    rates: Array,
    losses: Array,
    chosen: float,
    loss: float | None,
    edge: float,
    steps: int,
    bands: Sequence[tuple[float, float, str]],
) -> go.Figure:
    """The loss after so many steps for each learning rate, (rates,), NaN where it diverged; the zones, and the edge.

    `loss` is that of the chosen rate, None when it diverged; `bands` are the zones: from, to, name.
    """
    top = 1.6 * float(losses[0]) or 1.0  # the smallest rate hardly moves: about the loss at the start
    low, high = np.log10(rates[0]), np.log10(rates[-1]) + 0.02  # so that the last mark is seen
    curve = scatter(
        x=rates,
        y=np.minimum(losses, 4 * top),  # off the picture, where the line leaves it
        customdata=losses,
        mode="lines",
        line={"width": 2.5},
        meta={"colour": "text"},
        hovertemplate=f"learning rate %{{x:.3g}}: loss after {steps} steps %{{customdata:.3g}}<extra></extra>",
    )
    ball = scatter(
        x=[chosen],
        y=[top * 0.97 if loss is None else min(loss, top * 0.97)],
        mode="markers",
        marker={"size": 14, "symbol": "x" if loss is None else "circle"},
        meta={"colour": BALL},
        hoverinfo="skip",
    )
    zones = [
        {
            "type": "rect",
            "x0": begin,
            "x1": end if end < rates[-1] else 10**high,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"width": 0},
            "fillcolor": ZONE_COLOURS[name],
        }
        for begin, end, name in bands
    ]
    labels = [
        {
            "x": (np.log10(begin) + np.log10(end)) / 2,
            "y": 1,
            "yref": "paper",
            "text": name,
            "showarrow": False,
            **({"yanchor": "bottom"} if np.log10(end / begin) > LEVEL else {"yanchor": "top", "textangle": -90}),
        }
        for begin, end, name in bands
        if np.log10(end / begin) > NAMED
    ]
    edge_line = {
        "type": "line",
        "x0": edge,
        "x1": edge,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"dash": "dash", "width": 1},
    }
    return figure(
        [curve, ball],
        static_layout(
            230,
            axis("learning rate", range=[low, high], **DECADES),
            axis(f"loss after {steps} steps", range=[-0.04 * top, top]),
            showlegend=False,
            shapes=[*zones, edge_line],
            annotations=labels,
        ),
    )

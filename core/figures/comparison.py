"""Runs in one picture, and where a network fails."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.data.mnist import CLASSES
from core.figures.layout import (
    DASHES,
    HIGHLIGHT,
    INK,
    axis,
    figure,
    fitted,
    heatmap,
    logarithmic,
    scatter,
)
from core.nn.evaluation import Counts, off_diagonal
from core.runs.comparison import Compared

CURVES = {
    "loss": "training loss (smoothed)",
    "val_loss": "loss on the validation digits",
    "val_accuracy": "right answers on the validation digits",
}


MAX_LENGTH_RATIO = 5  # times: beyond it the shorter of two runs would have less than a fifth of the picture


def is_stretched(compared: Sequence[Compared], curve: str, along: str) -> bool:
    """Whether the runs' lengths differ so much that their axis is logarithmic, lest a long one squeezes the others."""
    ends = [
        float(one.along(one.downsampled(curve)[0][-1:], along)[0]) for one in compared if len(one.downsampled(curve)[0])
    ]
    ends = [end for end in ends if end > 0]
    return len(ends) > 1 and max(ends) > MAX_LENGTH_RATIO * min(ends)


def comparison_figure(
    compared: Sequence[Compared], colours: Sequence[int], curve: str, along: str, revision: str
) -> go.Figure:
    """One curve of each run, a key of CURVES, along "updates", "epochs" or "seconds"; `colours` by their number."""
    traces, seen = [], [1.0]
    stretched = is_stretched(compared, curve, along)
    places = [float(place) for one in compared for place in one.along(one.downsampled(curve)[0], along) if place > 0]
    for dash, number, one in zip(cycle(DASHES), colours, compared, strict=False):
        steps, values = one.downsampled(curve)
        seen += [float(value) for value in values if value > 0]
        traces.append(
            scatter(
                name=one.title,
                x=one.along(steps, along),
                y=values,
                mode="lines" if curve == "loss" else "lines+markers",
                line={"dash": dash, "width": 2},
                meta={"colour": number % 10},
                hovertemplate=f"{one.title}<br>%{{x:.4g}} {along}: %{{y:.4g}}<extra></extra>",
            )
        )
    scale = {"tickformat": ".1%"} if curve == "val_accuracy" else logarithmic(min(seen), max(seen))
    return figure(
        traces,
        {
            "height": 380,
            "margin": {"l": 60, "r": 8, "t": 30, "b": 40},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
            "showlegend": True,
            "uirevision": f"{revision}{stretched}",
            "xaxis": {
                "title": {"text": along},
                **(logarithmic(min(places), max(places)) if stretched else {"rangemode": "tozero"}),
            },
            "yaxis": {"title": {"text": CURVES[curve]}, **scale},
        },
    )


def confusion_figure(counts: Counts) -> go.Figure:
    """How often each digit, a row, was answered with each digit, a column; only mistakes are coloured."""
    table = heatmap(
        z=off_diagonal(counts),
        text=counts,
        texttemplate="%{text}",
        colorscale=[INK[0], [1, HIGHLIGHT]],
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate="%{y}, read as %{x}: %{text} times<extra></extra>",
    )
    return figure(
        table,
        {
            "height": 400,
            "dragmode": False,
            "margin": {"l": 48, "r": 8, "t": 8, "b": 44},
            "xaxis": axis("answer", dtick=1, showgrid=False),
            "yaxis": axis("the right digit", dtick=1, autorange="reversed", showgrid=False),
        },
    )


def per_digit_figure(precision: npt.NDArray[Any], recall: npt.NDArray[Any]) -> go.Figure:
    """Precision and recall of each digit: marks, not bars, since the axis begins a little below the lowest."""
    lowest = float(np.nanmin([precision, recall]))
    marks = [
        scatter(
            name=name,
            x=list(range(CLASSES)),
            y=shares,
            mode="markers",
            cliponaxis=False,  # a mark at 0 % or 100 % is not cut in half
            marker={"symbol": symbol, "size": 12, "line": {"width": 2}},
            hovertemplate=f"%{{x}}: {name} %{{y:.2%}}<extra></extra>",
        )
        for name, shares, symbol in (("precision", precision, "circle"), ("recall", recall, "diamond-open"))
    ]
    return figure(
        marks,
        {
            "height": 320,
            **fitted(t=44),
            "legend": {"orientation": "h", "y": 1.06, "yanchor": "bottom"},  # above the highest mark
            "xaxis": axis("digit", dtick=1),
            "yaxis": axis("share", tickformat=".0%", range=[max(0.0, lowest - 0.02), 1.005]),
        },
    )

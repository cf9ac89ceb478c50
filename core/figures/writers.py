"""Mistakes along the test set, whose first half other people wrote than its last."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.data.mnist_facts import HALF
from core.figures.layout import axis, bar, figure, fitted

STEP, COUNT = 1_000, 10_000  # digits of a bar, and in all
GREY = "#8a94a8"  # seen on light and dark paper alike
PATTERNS = ("", "/")  # so that more than their colour tells bars apart


def halves_figure(mistakes: Mapping[str, npt.NDArray[np.integer[Any]]]) -> go.Figure:
    """How many mistakes each network, by its title, makes in each thousand test digits; a line parts the halves."""
    starts = np.arange(0, COUNT, STEP)
    traces = [
        bar(
            name=title,
            x=[f"{start:,}" for start in starts],
            y=np.histogram(wrong, bins=[*starts, COUNT])[0],
            marker={"pattern": {"shape": PATTERNS[number % len(PATTERNS)]}},
            hovertemplate="%{y} mistakes from digit %{x} on<extra>%{fullData.name}</extra>",
        )
        for number, (title, wrong) in enumerate(mistakes.items())
    ]
    middle = HALF / STEP - 0.5
    across = {"x0": middle, "x1": middle, "y0": 0, "y1": 1, "yref": "paper"}
    line = {"type": "line", **across, "line": {"dash": "dot", "color": GREY}}
    notes = [
        {"text": text, "x": x, "xanchor": anchor, "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False}
        for text, x, anchor in (("students", middle - 0.1, "right"), ("employees", middle + 0.1, "left"))
    ]
    return figure(
        traces,
        {
            "height": 300,
            **fitted(t=44),
            "barmode": "group",
            "shapes": [line],
            "annotations": notes,
            "legend": {"orientation": "h", "y": -0.25},
            "xaxis": axis("a thousand test digits each, from number", type="category"),
            "yaxis": axis("mistakes"),
        },
    )

"""What the figures have in common; colours come from the app's theme wherever they mean nothing else.

Figures are made in one go, figure(traces, layout), of dicts in Plotly's own words. A trace that an animation moves has
a `uid`; functions that begin with `moves_` give frames, each with new data and the uids of the traces that get them.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import plotly.graph_objects as go

Trace = dict[str, Any]

scatter = partial(dict[str, Any], type="scatter")
scatter3d = partial(dict[str, Any], type="scatter3d")
heatmap = partial(dict[str, Any], type="heatmap")
bar = partial(dict[str, Any], type="bar")


def figure(traces: Trace | Sequence[Trace], layout: dict[str, Any]) -> go.Figure:
    """A figure whose words and values Plotly has not checked: that takes five times as long as all the rest.

    The tests have each of their figures checked (tests/conftest.py).
    """
    # Without Plotly's own template: the page has its colours from the theme.
    return go.Figure({"data": traces, "layout": {"template": {}, **layout}}, _validate=False)


def fitted(**margin: int) -> dict[str, Any]:
    """The layout's margins, in pixels, to which the room is added that the axes' own words need."""
    axes = {"automargin": True, "title": {"standoff": 14}, "ticklabelstandoff": 4, "zeroline": False}
    return {
        "margin": {"l": 8, "r": 8, "t": 24, "b": 8, **margin},
        "template": {"layout": {"xaxis": {**axes, "showgrid": False}, "yaxis": axes}},
    }


HIGHLIGHT = "#c05800"  # orange: the part that a control has chosen; seen on white, on ink and on both themes' paper
INK = [[0, "#0b0e16"], [1, "#ffffff"]]  # paper is dark, ink is white, in light and dark theme alike


# What stands for what, by its place in the theme's palette: one thing has one colour, on every page.
LEARNED, WATCHED = 0, 1  # what a network learns from, and the digits that it is only judged on
PATH, BALL, MINIMUM, STARTS, SLOPE = 0, 1, 2, 3, 4  # of a descent; random starts
RAISES, LOWERS = 0, 1  # above 0, below 0

# Of lines that their colour alone would not tell apart.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis with its title, that stays as it is when a finger or a wheel passes over it."""
    return {"title": {"text": title}, "fixedrange": True, **more}


def static_layout(height: int, xaxis: dict[str, Any], yaxis: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The layout of a chart that is clicked or played, not zoomed; its legend is above."""
    return {
        "height": height,
        "margin": {"l": 60, "r": 8, "t": 30, "b": 40},
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "dragmode": False,
        "xaxis": {"zeroline": False, **xaxis},
        "yaxis": {"zeroline": False, **yaxis},
        **more,
    }


# A logarithmic axis with whole numbers at its marks: Plotly's own marks say "2" and "5" for 0.2 and 0.05.
_MARKS = [digit * 10.0**power for power in range(-6, 7) for digit in (1, 2, 5)]
_DECADES = [10.0**power for power in range(-6, 7)]
DECADES = {"type": "log", "tickvals": _DECADES, "ticktext": [f"{mark:,g}" for mark in _DECADES]}
_TICKS_1_2_5 = {"type": "log", "tickvals": _MARKS, "ticktext": [f"{mark:,g}" for mark in _MARKS]}
_POWERS = {"type": "log", "exponentformat": "power", "nticks": 6}
# Highest to lowest: beyond these there is no room for a mark at 2 and 5, or at each power of ten.
MAX_RATIO, MAX_DECADES_RATIO = 100, 1e6


def logarithmic(low: float, high: float) -> dict[str, Any]:
    """A logarithmic axis for values from one to another, both above 0, with as many marks as there is room for."""
    if low < _MARKS[0] or high > _MARKS[-1] or high > MAX_DECADES_RATIO * low:
        return _POWERS
    return DECADES if high > MAX_RATIO * low else _TICKS_1_2_5


EMPTY_TRACE: dict[str, Any] = {"x": [None, None], "y": [None, None]}  # a trace that a frame makes empty

# On a line of two points: a head at its end that looks where the line leads.
ARROW = {"symbol": "arrow", "angleref": "previous", "size": [0, 12, 0]}


def shown_steps(last: int, most: int) -> list[int]:
    """The steps from 0 to the last that are shown when it is played: all, or evenly fewer of very many."""
    return np.unique(np.linspace(0, last, min(last, most) + 1).round().astype(int)).tolist()

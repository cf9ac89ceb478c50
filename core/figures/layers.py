"""A network's layers as pictures: each unit a square, its value a colour. Blue is above 0, orange below, dark is 0."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.data.mnist import SIDE
from core.figures.layout import (
    EMPTY_TRACE,
    HIGHLIGHT,
    INK,
    LOWERS,
    RAISES,
    axis,
    bar,
    figure,
    heatmap,
    scatter,
    static_layout,
)
from core.figures.pictures import NEGATIVE, POSITIVE, data_uri, sprite_sheet

SIGNED = [
    [0, f"rgb({','.join(str(int(part)) for part in NEGATIVE)})"],
    [0.5, INK[0][1]],
    [1, f"rgb({','.join(str(int(part)) for part in POSITIVE)})"],
]
HEIGHT = 270  # pixels
WIDER = 1.4  # the axis of the answers, to leave room for their texts
HIDDEN = {"visible": False, "showgrid": False, "fixedrange": True}  # an axis

ROOM = {"l": 2, "r": 2, "t": 22, "b": 2}  # pixels


def _titled(title: str) -> dict[str, Any]:
    """A small title above a picture."""
    return {"text": title, "font": {"size": 13}, "x": 0.5, "y": 0.99, "yanchor": "top"}


def _frame(left: float, right: float, top: float, bottom: float, **more: str) -> dict[str, Any]:
    """A rectangle around what was chosen; white, since pictures are dark in light and dark pages alike."""
    corners = {"x0": left, "x1": right, "y0": top, "y1": bottom}
    return {"type": "rect", **corners, "line": {"width": 3, **more}}


def grid(units: int) -> tuple[int, int]:
    """Rows and columns for so many units, as near to a square as can be."""
    columns = int(np.ceil(np.sqrt(units)))
    return -(-units // columns), columns


def arranged(values: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Values of units, (units,), row by row in their grid, (rows, columns), NaN where there is no unit."""
    rows, columns = grid(len(values))
    squares = np.full(rows * columns, np.nan, np.float32)
    squares[: len(values)] = values
    return squares.reshape(rows, columns)


def unit_at(units: int, at: dict[str, float]) -> int | None:
    """The unit at a place of its picture, {"x", "y"}; None beside all units."""
    rows, columns = grid(units)
    row, column = round(at["y"]), round(at["x"])
    unit = row * columns + column
    return unit if 0 <= row < rows and 0 <= column < columns and unit < units else None


def layer_figure(
    values: npt.NDArray[Any],
    title: str,
    name: str,
    chosen: int | None = None,
    crossed: Sequence[int] = (),
    of_one: str = "unit",
) -> go.Figure:
    """The units' values, (units,); one is framed, some are crossed out. `name` is what a value is, for its label."""
    return figure(*_layer(values, title, name, chosen, crossed, of_one))


def _layer(
    values: npt.NDArray[Any], title: str, name: str, chosen: int | None, crossed: Sequence[int], of_one: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Traces and layout of a layer's figure."""
    rows, columns = grid(len(values))
    full = float(np.max(np.abs(values), initial=0, where=np.isfinite(values))) or 1.0
    squares = heatmap(
        z=arranged(values),
        customdata=np.arange(rows * columns).reshape(rows, columns),
        zmin=-full,
        zmax=full,
        colorscale=SIGNED,
        showscale=False,
        xgap=1 if columns <= SIDE / 2 else 0,
        ygap=1 if columns <= SIDE / 2 else 0,
        hovertemplate=f"{of_one} %{{customdata}}: {name} %{{z:.4~g}}<extra></extra>",
    )
    places = np.divmod(np.array(crossed, int), columns)
    crosses = scatter(
        **({"x": places[1], "y": places[0]} if len(crossed) else EMPTY_TRACE),
        mode="markers",
        marker={"symbol": "x-thin", "size": 7, "line": {"width": 1, "color": "#8a94a8"}},
        hoverinfo="skip",
        showlegend=False,
    )
    frames = []
    if chosen is not None:
        row, column = divmod(chosen, columns)
        frames = [_frame(column - 0.5, column + 0.5, row - 0.5, row + 0.5, color="#ffffff")]
    layout = static_layout(
        HEIGHT,
        {**HIDDEN, "range": [-0.6, columns - 0.4], "constrain": "domain"},
        {**HIDDEN, "range": [rows - 0.4, -0.6], "scaleanchor": "x", "constrain": "domain"},
        margin=ROOM,
        title=_titled(title),
        shapes=frames,
    )
    return [squares, crosses], layout


CLOSE_UP = 5, 7  # rows and columns
LARGE = 10  # columns: in a picture with more of them a unit is smaller than the tip of a finger


def close_up_figure(
    values: npt.NDArray[Any], middle: int, name: str, chosen: int | None = None, crossed: Sequence[int] = ()
) -> go.Figure:
    """The units around one of them, as in layer_figure but large; `unit_at` finds them at the same places."""
    rows, columns = grid(len(values))
    down, across = min(rows, CLOSE_UP[0]), min(columns, CLOSE_UP[1])
    row, column = divmod(middle, columns)
    top, left = min(max(row - down // 2, 0), rows - down), min(max(column - across // 2, 0), columns - across)
    traces, layout = _layer(values, f"around unit {middle}, for a finger", name, chosen, crossed, "unit")
    traces[0] |= {"xgap": 1, "ygap": 1}
    layout["xaxis"]["range"] = [left - 0.5, left + across - 0.5]
    layout["yaxis"]["range"] = [top + down - 0.5, top - 0.5]
    layout["height"] = HEIGHT * down // across + ROOM["t"]
    return figure(traces, layout)


def answers_figure(
    values: npt.NDArray[Any], texts: Sequence[str], title: str, chosen: int | None = None, low: float = 0
) -> go.Figure:
    """The last layer: a bar from `low` to 1 for each digit, with its text; `digit_at` finds them again.

    Its colour is that of the layers: blue above 0, orange below.
    """
    digits = list(range(len(values)))
    signs = [RAISES if value > 0 else LOWERS for value in values]
    bars = bar(
        x=np.round(values, 4),
        y=digits,
        orientation="h",
        text=[text if abs(value) >= 0.001 else "" for value, text in zip(values, texts, strict=True)],
        textposition="outside",
        cliponaxis=False,
        meta={"colour": signs},
        hovertemplate="unit %{y}: %{x}<extra></extra>",
    )
    frames = [] if chosen is None else [{**_frame(0, 1, chosen - 0.5, chosen + 0.5), "xref": "paper"}]
    return figure(
        bars,
        static_layout(
            HEIGHT,
            axis("", range=[low * WIDER, WIDER], showticklabels=False, showgrid=False),
            axis("", dtick=1, range=[len(digits) - 0.5, -0.5], showgrid=False, ticksuffix="  "),
            margin={**ROOM, "l": 18},
            title=_titled(title),
            bargap=0.15,
            shapes=frames,
        ),
    )


def digit_at(count: int, at: dict[str, float]) -> int | None:
    """The digit whose bar is at this height, {"x", "y"}; None beside all."""
    digit = round(at["y"])
    return digit if 0 <= digit < count else None


COLUMNS, BELOW = 8, 0.68  # of a batch: digits in a row, and room for two lines of words below, in heights of a digit


def batch_figure(
    images: npt.NDArray[np.uint8], captions: Sequence[str], chosen: int, wrong: Sequence[int] = ()
) -> go.Figure:
    """A batch of digits, (count, 28, 28), eight in a row, each with its words below.

    One is framed; those that are read wrongly have an orange line above their words.
    """
    rows = -(-len(images) // COLUMNS)
    place = {"xref": "x", "yref": "y", "x": 0, "sizex": COLUMNS, "sizey": 1, "sizing": "stretch", "layer": "below"}
    strips = [
        {
            "source": data_uri(sprite_sheet(_padded(images[row * COLUMNS :]), COLUMNS, block=1)),
            "y": row * (1 + BELOW),
            **place,
        }
        for row in range(rows)
    ]
    row_of, column_of = np.divmod(np.arange(len(images)), COLUMNS)
    words = scatter(
        x=column_of + 0.5,
        y=row_of * (1 + BELOW) + 1 + BELOW / 2,
        mode="text",
        text=list(captions),
        textfont={"size": 12},
        hoverinfo="skip",
    )
    top = chosen // COLUMNS * (1 + BELOW)
    left = chosen % COLUMNS
    lines = [
        {
            "type": "line",
            "x0": column + 0.03,
            "x1": column + 0.97,
            "y0": y,
            "y1": y,
            "line": {"width": 3, "color": HIGHLIGHT},
        }
        for column, y in ((place % COLUMNS, place // COLUMNS * (1 + BELOW) + 1.03) for place in wrong)
    ]
    return figure(
        words,
        static_layout(
            400,
            {**HIDDEN, "range": [0, COLUMNS]},
            {**HIDDEN, "range": [rows * (1 + BELOW), 0]},
            margin={"l": 0, "r": 0, "t": 0, "b": 0},
            images=strips,
            shapes=[*lines, _frame(left + 0.02, left + 0.98, top, top + 1 + BELOW)],
        ),
    )


def _padded(images: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.uint8]]:
    """A row of digits, filled up with empty ones."""
    row = list(images[:COLUMNS])
    return row + [np.zeros_like(row[0])] * (COLUMNS - len(row))


def digit_of_batch_at(count: int, at: dict[str, float]) -> int | None:
    """The digit of a batch at a place of its picture, {"x", "y"}; None beside all."""
    row, column = int(at["y"] // (1 + BELOW)), int(at["x"] // 1)
    place = row * COLUMNS + column
    return place if row >= 0 and 0 <= column < COLUMNS and place < count else None

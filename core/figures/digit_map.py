"""The map of the digits: a dot for each, coloured and shaped by what it is."""

import plotly.graph_objects as go

from core.digit_map import DigitMap
from core.digits import CLASSES, Labels

# Ten colours told apart by most eyes (Tol's muted scheme and a grey), and ten shapes for the others.
COLOURS = [
    "#332288",
    "#88ccee",
    "#44aa99",
    "#117733",
    "#999933",
    "#ddcc77",
    "#cc6677",
    "#882255",
    "#aa4499",
    "#888888",
]
SHAPES = [
    "circle",
    "square",
    "diamond",
    "cross",
    "x",
    "triangle-up",
    "triangle-down",
    "pentagon",
    "star",
    "hexagon",
]


def digit_map_figure(digit_map: DigitMap, labels: Labels) -> go.Figure:
    """Places as dots; `labels` are those of the map's digits; each dot carries its number in the test set."""
    figure = go.Figure()
    for digit in range(CLASSES):
        mine = labels == digit
        figure.add_scatter(
            name=str(digit),
            x=digit_map.places[mine, 0],
            y=digit_map.places[mine, 1],
            mode="markers",
            marker={"color": COLOURS[digit], "symbol": SHAPES[digit], "size": 6},
            customdata=digit_map.indices[mine],
            hovertemplate=f"a {digit}, test digit %{{customdata}}<extra></extra>",
        )
    figure.update_layout(
        height=560,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"title": "digit", "itemsizing": "constant"},
        xaxis={"visible": False},
        yaxis={"visible": False, "scaleanchor": "x"},
        dragmode="pan",
    )
    return figure

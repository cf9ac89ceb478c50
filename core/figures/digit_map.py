"""The map of the digits: a dot for each, coloured and shaped by what it is."""

import plotly.graph_objects as go

from core.data.digit_map import DigitMap
from core.data.mnist import CLASSES, Labels
from core.figures.layout import figure, scatter
from core.nn.prediction import digit_name

# Ten shapes, for eyes that do not tell ten colours apart; the colours are the theme's, in its order.
SHAPES = "circle square diamond cross x triangle-up triangle-down pentagon star hexagon".split()  # noqa: SIM905


def digit_map_figure(digit_map: DigitMap, labels: Labels) -> go.Figure:
    """Places as dots; `labels` are those of the map's digits; each dot carries its number in the test set."""
    dots = [
        scatter(
            name=str(digit),
            x=digit_map.places[labels == digit, 0],
            y=digit_map.places[labels == digit, 1],
            mode="markers",
            marker={"symbol": SHAPES[digit], "size": 6},
            customdata=digit_map.indices[labels == digit],
            hovertemplate=f"{digit_name(digit)}, test digit %{{customdata}}<extra></extra>",
        )
        for digit in range(CLASSES)
    ]
    return figure(
        dots,
        {
            "height": 560,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "legend": {
                "title": {"text": "digit"},
                "itemsizing": "constant",
                "orientation": "h",
                "y": 1.02,
                "yanchor": "bottom",
                "x": 0,
            },
            "xaxis": {"visible": False},
            "yaxis": {"visible": False, "scaleanchor": "x"},
            "dragmode": "pan",
        },
    )

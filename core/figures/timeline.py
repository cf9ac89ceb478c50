"""What a network answers to one digit at each moment of its training."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.digit_map import SHAPES
from core.figures.layout import DASHES, axis, figure, scatter, static_layout
from core.nn.activations import Array
from core.nn.prediction import digit_name

SHOWN = 0.2  # a digit whose probability never reaches this is drawn thin and unnamed


def answers_over_time_figure(probabilities: Array, labels: Sequence[str], now: int) -> go.Figure:
    """Ten lines of probabilities, (moments, 10), over the moments, named by `labels`; a line stands at one of them."""
    places = np.arange(len(probabilities))
    named = [digit for digit in range(probabilities.shape[1]) if np.nanmax(probabilities[:, digit], initial=0) >= SHOWN]
    traces = []
    for digit in range(probabilities.shape[1]):
        seen = digit in named
        traces.append(
            scatter(
                x=places,
                y=probabilities[:, digit].round(4),
                name=f"{digit}",
                mode="lines+markers" if seen else "lines",
                line={"width": 2.5 if seen else 1, "dash": DASHES[digit % len(DASHES)] if seen else "solid"},
                marker={"symbol": SHAPES[digit], "size": 7},
                opacity=1 if seen else 0.3,
                showlegend=seen,
                meta={"colour": digit if seen else "text"},
                customdata=list(labels),
                hovertemplate=f"{digit_name(digit)}: %{{y:.1%}}, %{{customdata}}<extra></extra>",
            )
        )
    return figure(
        traces,
        static_layout(
            300,
            axis("updates taken", tickvals=places, ticktext=list(labels), range=[-0.4, len(places) - 0.6]),
            axis("probability", range=[-0.03, 1.05], tickformat=".0%"),
            margin={"l": 60, "r": 8, "t": 30, "b": 70},
            shapes=[
                {"type": "line", "x0": now, "x1": now, "y0": 0, "y1": 1, "yref": "paper", "line": {"dash": "dash"}}
            ],
        ),
    )

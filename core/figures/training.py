"""How a network's loss fell while it learned."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.layout import MARGIN


def history_figure(history: dict[str, Any]) -> go.Figure:
    """Loss per batch, and per epoch on digits that were not learned from."""
    batches, epochs = history["batches"], history["epochs"]
    figure = go.Figure()
    figure.add_scatter(
        name="on what it learned from",
        x=np.array(batches["step"]),
        y=np.array(batches["loss"]),
        line={"width": 1.5},
    )
    figure.add_scatter(
        name="on the test digits",
        x=np.array(epochs["step"]),
        y=np.array(epochs["val_loss"]),
        mode="lines+markers",
        line={"dash": "dot"},
    )
    figure.update_layout(
        height=300,
        margin=MARGIN,
        legend={"orientation": "h", "y": 1.12},
        xaxis={"title": "updates of the weights", "fixedrange": True},
        yaxis={"title": "loss (cross entropy)", "rangemode": "tozero", "fixedrange": True},
    )
    return figure

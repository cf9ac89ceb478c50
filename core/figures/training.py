"""How a network's loss fell while it learned."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.layout import MARGIN, axis


def history_figure(history: dict[str, Any]) -> go.Figure:
    """Loss per batch, and per epoch on digits that were not learned from; the first updates are stretched."""
    batches, epochs = history["batches"], history["epochs"]
    learned = go.Scatter(
        name="on what it learned from", x=np.array(batches["step"]), y=np.array(batches["loss"]), line={"width": 1.5}
    )
    unseen = go.Scatter(
        name="on the test digits",
        x=np.array(epochs["step"]),
        y=np.array(epochs["val_loss"]),
        mode="lines+markers",
        line={"dash": "dot"},
    )
    return go.Figure(
        [learned, unseen],
        {
            "height": 300,
            "margin": MARGIN,
            "legend": {"orientation": "h", "y": 1.12},
            "xaxis": axis("updates (each mark: ten times as many)", type="log", dtick=1, exponentformat="none"),
            "yaxis": axis("loss (cross entropy)", rangemode="tozero"),
        },
    )

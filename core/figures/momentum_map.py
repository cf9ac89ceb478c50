"""A map of learning rate and momentum, coloured by how many steps each pair needs."""

import numpy as np
import plotly.graph_objects as go
from plotly.colors import get_colorscale

from core.descent.momentum_map import MOMENTA, RATES, STEPS, MomentumMap
from core.descent.narration import rate_in_words, steps_in_words
from core.figures.layout import BALL, DECADES, axis, figure, heatmap, scatter, static_layout

MARKS = (1, 2, 5, 10, 20, 50, 100, 200, STEPS)


def momentum_map_figure(known: MomentumMap, learning_rate: float, momentum: float) -> go.Figure:
    """Steps to a minimum for each learning rate and momentum; the pair that is chosen."""
    arrived = ~np.isnan(known.steps)
    steps = np.nan_to_num(known.steps).astype(int)
    texts = np.where(known.diverged, "diverges", f"at no minimum after {STEPS} steps")
    texts = np.where(arrived, np.vectorize(steps_in_words, otypes=[str])(steps), texts)
    pairs = [[f"learning rate {rate_in_words(rate)}, momentum {of:g}" for rate in RATES] for of in MOMENTA]
    texts = np.char.add(np.char.add(pairs, ": "), texts)
    elsewhere = heatmap(
        x=RATES,
        y=MOMENTA,
        z=np.where(arrived, np.nan, known.diverged.astype(float)),
        zmin=0,
        zmax=1,
        colorscale=[[0, "rgba(138,148,168,.45)"], [1, "rgba(230,120,30,.55)"]],
        showscale=False,
        hoverinfo="skip",
    )
    home = heatmap(
        x=RATES,
        y=MOMENTA,
        z=np.log10(np.where(arrived, np.maximum(steps, 1), np.nan)),
        text=texts,
        zmin=0.5,
        zmax=float(np.log10(STEPS)),
        colorscale=get_colorscale("Viridis_r"),
        colorbar={
            "title": {"text": "steps"},
            "tickvals": np.log10(MARKS).tolist(),
            "ticktext": list(map(str, MARKS)),
            "thickness": 12,
        },
        hovertemplate="%{text}<extra></extra>",
    )
    chosen = scatter(
        x=[learning_rate],
        y=[momentum],
        mode="markers",
        marker={"symbol": "circle-open", "size": 16, "line": {"width": 3}},
        meta={"colour": BALL},
        hoverinfo="skip",
    )
    ends = [float(np.log10(RATES[0])) - 0.05, float(np.log10(RATES[-1])) + 0.05]
    return figure(
        [elsewhere, home, chosen],
        static_layout(
            350,
            axis("learning rate", range=ends, showgrid=False, **DECADES),
            axis("momentum", range=[-0.015, 1.005], showgrid=False),
        ),
    )

"""What three losses say of one answer, and what each sends back, as the probability of the right digit grows."""

from collections.abc import Mapping

import plotly.graph_objects as go

from core.descent.simulation import Array
from core.figures.layout import axis, still

DASHES = ("solid", "dash", "dot")


def losses_figure(
    probability: Array, curves: Mapping[str, Array], chosen: float, at: Mapping[str, float], title: str
) -> go.Figure:
    """One line for each loss over the probability of the right digit; dots at the chosen one. `title` names y."""
    lines = [
        go.Scatter(
            x=probability,
            y=values,
            name=name,
            mode="lines",
            line={"width": 2.5, "dash": DASHES[number]},
            meta={"colour": number},
            hovertemplate=f"{name}: %{{y:.3f}} at probability %{{x:.2f}}<extra></extra>",
        )
        for number, (name, values) in enumerate(curves.items())
    ]
    dots = [
        go.Scatter(
            x=[chosen],
            y=[value],
            mode="markers",
            marker={"size": 11},
            meta={"colour": number},
            showlegend=False,
            hoverinfo="skip",
        )
        for number, value in enumerate(at.values())
    ]
    return go.Figure(
        [*lines, *dots],
        still(340, axis("probability of the right digit", range=[0, 1]), axis(title)),
    )

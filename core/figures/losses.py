"""What three losses say of one answer, and what each sends back, as the probability of the right digit grows."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.descent.simulation import Array
from core.figures.layout import DASHES, DECADES, axis, figure, scatter, static_layout


def losses_figure(
    probability: Array, curves: Mapping[str, Array], chosen: float, at: Sequence[float], title: str, logarithmic: bool
) -> go.Figure:
    """One line for each loss over the probability of the right digit; dots, `at`, at the chosen one. `title` names y.

    On a logarithmic axis all are drawn by their size, without their sign.
    """
    lines = [
        scatter(
            x=probability,
            y=np.abs(values) if logarithmic else values,
            name=name,
            mode="lines",
            line={"width": 2.5, "dash": DASHES[number]},
            meta={"colour": number},
            hovertemplate=f"{name}: %{{y:.3f}} at probability %{{x:.2f}}<extra></extra>",
        )
        for number, (name, values) in enumerate(curves.items())
    ]
    dots = [
        scatter(
            x=[chosen],
            y=[abs(value) if logarithmic else value],
            mode="markers",
            marker={"size": 11},
            meta={"colour": number},
            showlegend=False,
            hoverinfo="skip",
        )
        for number, value in enumerate(at)
    ]
    yaxis = axis(f"size of the {title}", **DECADES) if logarithmic else axis(title)
    return figure([*lines, *dots], static_layout(258, axis("probability of the right digit", range=[0, 1]), yaxis))

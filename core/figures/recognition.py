"""A network's ten probabilities as bars."""

import plotly.graph_objects as go

from core.figures.layout import MARGIN, axis
from core.recognition import Answer

PATTERNS = ("", "/", ".")  # so that the networks differ by more than their colour


def probabilities_figure(answers: dict[str, Answer]) -> go.Figure:
    """Ten bars for each network's answer, by the network's title; 0 to 100 %."""
    bars = []
    for (title, answer), pattern in zip(answers.items(), PATTERNS, strict=False):
        percent = 100 * answer.probabilities
        bars.append(
            go.Bar(
                name=title,
                y=list(range(10)),
                x=percent,
                orientation="h",
                text=[f"{p:.0f}" if p >= 0.5 else "" for p in percent],
                textposition="outside",
                textfont={"size": 10},
                cliponaxis=False,
                marker={"pattern": {"shape": pattern}},
                hovertemplate="%{y}: %{x:.2f} %<extra>" + title + "</extra>",
            )
        )
    return go.Figure(
        bars,
        {
            "height": 150 + 95 * len(bars),
            "margin": MARGIN,
            "barmode": "group",
            "bargap": 0.2,
            "legend": {"orientation": "h", "y": 1.1, "x": 0},
            "xaxis": axis("probability, %", range=[0, 108], tickvals=[0, 50, 100]),
            "yaxis": axis("digit", dtick=1, autorange="reversed"),
        },
    )


def probabilities_text(answers: dict[str, Answer]) -> str:
    """The same in words, for those who do not see the bars."""
    return " ".join(
        f"{title}: " + ", ".join(f"{digit} {p:.1%}" for digit, p in enumerate(answer.probabilities)) + "."
        for title, answer in answers.items()
    )

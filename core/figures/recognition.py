"""A network's ten probabilities as bars."""

import plotly.graph_objects as go

from core.recognition import Answer

PATTERNS = ("", "/", ".")  # so that the networks differ by more than their colour


def probabilities_figure(answers: dict[str, Answer]) -> go.Figure:
    """Ten bars for each network's answer, by the network's title; 0 to 100 %."""
    figure = go.Figure()
    for (title, answer), pattern in zip(answers.items(), PATTERNS, strict=False):
        percent = 100 * answer.probabilities
        figure.add_bar(
            name=title,
            x=list(range(10)),
            y=percent,
            text=[f"{p:.0f}" if p >= 0.5 else "" for p in percent],
            textposition="outside",
            cliponaxis=False,
            marker_pattern_shape=pattern,
            hovertemplate="%{x}: %{y:.2f} %<extra>" + title + "</extra>",
        )
    figure.update_layout(
        height=230,
        margin={"l": 8, "r": 8, "t": 24, "b": 8},
        barmode="group",
        bargap=0.25,
        legend={"orientation": "h", "y": 1.18, "x": 0},
        xaxis={"title": "digit", "dtick": 1, "fixedrange": True},
        yaxis={"title": "probability, %", "range": [0, 108], "tickvals": [0, 50, 100], "fixedrange": True},
    )
    return figure


def probabilities_text(answers: dict[str, Answer]) -> str:
    """The same in words, for those who do not see the bars."""
    return " ".join(
        f"{title}: " + ", ".join(f"{digit} {p:.1%}" for digit, p in enumerate(answer.probabilities)) + "."
        for title, answer in answers.items()
    )

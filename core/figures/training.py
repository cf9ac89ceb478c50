"""How a network's loss fell while it learned, and how it falls now."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from core.data.mnist import CLASSES
from core.figures.layout import (
    LEARNED,
    WATCHED,
    axis,
    bar,
    figure,
    fitted,
    logarithmic,
    scatter,
    static_layout,
)
from core.figures.learning_rate_changes import rate_lines, rate_words
from core.figures.pictures import Bytes, diverging
from core.runs.config import TrainingConfig
from core.runs.history import History, MetricSeries
from core.runs.learning_rate_changes import rate_of_each_update


def history_figure(history: History) -> go.Figure:
    """Loss per batch, and per epoch on digits that were not learned from; the first updates are stretched."""
    steps, losses = _on_logarithmic_axis(history.loss)
    learned = scatter(name="digits it learned from", x=steps, y=losses, line={"width": 1.5})
    unseen = scatter(
        name="test digits, which it never learned from",
        x=np.array([epoch["step"] for epoch in history.epochs]),
        y=np.array([epoch["val_loss"] for epoch in history.epochs]),
        mode="lines+markers",
        line={"dash": "dot"},
    )
    return figure(
        [learned, unseen],
        {
            "height": 300,
            **fitted(),
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
            "xaxis": axis("updates (1, 10, 100 …)", type="log", dtick=1, exponentformat="none"),
            "yaxis": axis("loss", rangemode="tozero"),
        },
    )


def _on_logarithmic_axis(series: MetricSeries) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Updates, and the mean of the values since the one before: each of the first, then stretches of equal factors."""
    values = np.array(series.values)
    if not len(values):
        return np.zeros(0, np.int64), values
    ends = np.unique(np.geomspace(1, len(values), MAX_STRETCHES).round().astype(np.int64))
    return ends, np.array([part.mean() for part in np.split(values, ends[:-1])])


CROSS_ENTROPY = "cross entropy"  # as pages call it
MAX_STRETCHES = 300  # of a curve along a logarithmic axis: more are not seen
HIGHEST = 30  # loss: beyond, the marks of 10 % and 90 % overprint on a linear axis
MAX_RATE_PLACES = 200  # of the learning rate's curve
MAX_MARKED_STEPS = 40  # updates that are marked each

# Two rows of two, on a phone, too.
LEGEND_OF_FOUR = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "entrywidth": 0.48, "entrywidthmode": "fraction"}


def loss_figure(history: History, watched: str, loss: str, is_logarithmic: bool, revision: str) -> go.Figure:
    """The loss as it is now: of each batch, smoothed, and of each epoch, on what is learned from and on other digits.

    `watched` names the other digits, `loss` the loss; a zoom stays as long as `revision` does.
    """
    seen = [float(value) for value in history.loss.downsampled()[1] if value > 0]
    more = logarithmic(min(seen, default=1), max(seen, default=1)) if is_logarithmic else {"rangemode": "tozero"}
    marks = _marks(is_logarithmic, max(seen, default=1)) if loss == CROSS_ENTROPY else []
    return _live_figure(history, history.loss, "loss", watched, axis(f"loss ({loss})", **more), revision, marks)


def _marks(is_logarithmic: bool, highest: float) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What a cross entropy means: two levels as thin lines, each with the probability of the right digit beside it.

    Where the loss has gone so high that both lie on the ground, none.
    """
    if highest > HIGHEST and not is_logarithmic:
        return []
    line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "layer": "below", "line": {"dash": "dot", "width": 1}}
    words = {"xref": "paper", "x": 1, "xanchor": "left", "yanchor": "middle", "showarrow": False}
    marks = []
    for probability in (1 / CLASSES, 0.9):
        level = -math.log(probability)
        place = math.log10(level) if is_logarithmic else level  # Plotly wants it of words, and not of lines
        label = {"y": place, "text": f"{probability:.0%}"}
        marks.append(({**line, "y0": level, "y1": level, "opacity": 0.5}, {**words, **label}))
    return marks


def accuracy_figure(history: History, watched: str, revision: str) -> go.Figure:
    """The share of right answers as it is now, in the same four ways."""
    yaxis = axis("right answers", range=[0, 1.02], tickformat=".0%")
    return _live_figure(history, history.accuracy, "accuracy", watched, yaxis, revision)


def _live_figure(
    history: History,
    curve: MetricSeries,
    name: str,
    watched: str,
    yaxis: dict[str, Any],
    revision: str,
    marks: Sequence[tuple[dict[str, Any], dict[str, Any]]] = (),
) -> go.Figure:
    places, values, smooth = curve.downsampled()
    ends = [epoch["step"] for epoch in history.epochs]
    epoch_at = {"x": ends, "customdata": [epoch["epoch"] + 1 for epoch in history.epochs]}
    traces = [
        scatter(
            name="batch",
            x=places,
            y=values,
            line={"width": 1},
            opacity=0.4,
            meta={"colour": LEARNED},
            hovertemplate=f"update %{{x:,}}: {name} %{{y:.4g}}<extra></extra>",
        ),
        scatter(
            name="smoothed",
            x=places,
            y=smooth,
            line={"width": 2.5},
            meta={"colour": LEARNED},
            hovertemplate=f"update %{{x:,}}: smoothed {name} %{{y:.4g}}<extra></extra>",
        ),
        scatter(
            name="epoch: training",
            y=[epoch[name] for epoch in history.epochs],
            mode="markers",
            marker={"symbol": "square", "size": 7},
            meta={"colour": LEARNED},
            hovertemplate=f"epoch %{{customdata}}: {name} %{{y:.4f}}<extra></extra>",
            **epoch_at,
        ),
        scatter(
            name=f"epoch: {watched.removesuffix(' digits')}",
            y=[epoch[f"val_{name}"] for epoch in history.epochs],
            mode="lines+markers",
            line={"dash": "dot"},
            marker={"size": 7},
            meta={"colour": WATCHED},
            hovertemplate=f"epoch %{{customdata}}, {watched}: {name} %{{y:.4f}}<extra></extra>",
            **epoch_at,
        ),
    ]
    changes = [change for change in history.learning_rates if change[0] <= history.step]
    return figure(
        traces,
        {
            "height": 310,
            "margin": {"l": 52, "r": 36 if marks else 8, "t": 48, "b": 40},
            "legend": LEGEND_OF_FOUR,
            "uirevision": revision,
            "xaxis": {"title": {"text": "updates"}, "rangemode": "tozero"},
            "yaxis": {**yaxis, "fixedrange": False},
            "shapes": [*(line for line, _ in marks), *rate_lines(changes)],
            "annotations": [*(words for _, words in marks), *rate_words(changes, history.step, name == "loss")],
        },
    )


def learning_rate_figure(config: TrainingConfig, history: History, revision: str) -> go.Figure:
    """The learning rate of each update of a training: of those that were taken, and of those that are ahead."""
    places = np.unique(np.linspace(0, config.updates - 1, MAX_RATE_PLACES).round().astype(int))
    rates = rate_of_each_update(config, history.learning_rates, config.updates)[places]
    taken = places < history.step
    ahead = ~taken | (np.cumsum(taken) == taken.sum())  # it begins where the other ends
    words = "update %{x:,}: learning rate %{y:.3g}<extra></extra>"
    traces = [
        scatter(
            name="so far",
            mode="lines",
            x=places[taken] + 1,
            y=rates[taken],
            line={"width": 2.5},
            meta={"colour": LEARNED},
            hovertemplate=words,
        ),
        scatter(
            name="ahead",
            mode="lines",
            x=places[ahead] + 1,
            y=rates[ahead],
            line={"width": 1.5, "dash": "dot"},
            meta={"colour": LEARNED},
            hovertemplate=words,
        ),
    ]
    return figure(
        traces,
        {
            "height": 180,
            "margin": {"l": 52, "r": 8, "t": 28, "b": 40},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
            "uirevision": revision,
            "xaxis": {"title": {"text": "updates"}, "rangemode": "tozero"},
            "yaxis": axis("learning rate", rangemode="tozero", nticks=4),
        },
    )


def gradients_figure(sizes: Sequence[float]) -> go.Figure:
    """How large the gradient of each layer's weights is, on a logarithmic axis."""
    layers = [f"layer {number}" for number in range(1, len(sizes) + 1)]
    bars = bar(
        x=[min(max(size, 1e-5), 300) for size in sizes],  # within the axis; a layer without any has no bar
        customdata=list(sizes),
        y=layers,
        orientation="h",
        text=[f"{size:.2g}" for size in sizes],
        textposition="outside",
        cliponaxis=False,
        meta={"colour": LEARNED},
        hovertemplate="%{y}: %{customdata:.3g}<extra></extra>",
    )
    return figure(
        bars,
        {
            "height": 60 + 34 * len(sizes),
            "margin": {"l": 56, "r": 8, "t": 8, "b": 30},
            "xaxis": {
                "type": "log",
                "range": [-5, 3],
                "tickvals": [1e-4, 1e-2, 1, 100],
                "ticktext": ["0.0001", "0.01", "1", "100"],
                "fixedrange": True,
            },
            "yaxis": {"autorange": "reversed", "fixedrange": True},
            "bargap": 0.35,
            "dragmode": False,
        },
    )


def weights_picture(weights: npt.NDArray[Any], columns: int = 6, block: int = 2) -> Bytes:
    """Each unit's weights as an image, (units, 28, 28): blue above 0, orange below, all on one scale."""
    units, height, width = weights.shape
    rows = -(-units // columns)
    tiled = np.zeros((rows * (height + 1), columns * (width + 1)), np.float32)
    for number, unit in enumerate(weights):
        top, left = number // columns * (height + 1), number % columns * (width + 1)
        tiled[top : top + height, left : left + width] = unit
    full = float(np.quantile(np.abs(weights), 0.995))
    return diverging(tiled, full).repeat(block, axis=0).repeat(block, axis=1)


def steps_figure(losses: MetricSeries) -> go.Figure:
    """The loss of each batch of a network that is taught by hand; logarithmic when it grew far beyond its beginning."""
    places, values, smooth = losses.downsampled()
    grown = len(values) > 0 and values.max() > 4 * values[0]
    each = scatter(
        name="each batch",
        x=places,
        y=values,
        mode="lines+markers" if len(losses) <= MAX_MARKED_STEPS else "lines",
        line={"width": 1},
        opacity=0.6,
        meta={"colour": LEARNED},
        hovertemplate="update %{x:,}: loss %{y:.4g}<extra></extra>",
    )
    smoothed = scatter(
        name="smoothed", x=places, y=smooth, line={"width": 2.5}, meta={"colour": LEARNED}, hoverinfo="skip"
    )
    updates = {"range": [0, max(10, len(losses) + 1)]}
    first = {"range": [0, 1.05 * float(values.max(initial=2.9))]}
    height = logarithmic(float(values.min()), float(values.max())) if grown else first
    return figure(
        [each, smoothed],
        static_layout(250, axis("updates", **updates), axis("loss of the batch", **height), showlegend=True),
    )

"""What one setting does to the score: a dot for each run of a sweep, and a line through the means of equal values."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import plotly.graph_objects as go

from core.figures.layout import WATCHED, axis, figure, logarithmic, scatter, static_layout
from core.runs.settings import setting_in_words
from core.runs.states import ACTIVE, RunState
from core.runs.sweep import SweepPoint, is_logarithmic

SCORES = {
    "val_accuracy": "right answers on the validation digits",
    "val_loss": "loss on the validation digits",
    "accuracy": "right answers on the test set",
}


def sweep_figure(points: Sequence[SweepPoint], setting: str, score: str, say: Callable[[Any], str]) -> go.Figure:
    """A score, a key of SCORES, against the values of a setting, which `say` puts into words.

    Where a value has several seeds, bars go from the worst to the best. Runs that diverged have no score: a cross
    stands for them where the worst of the others is.
    """
    scale = _scale(points, setting, say)
    place: Callable[[Any], Any] = say if scale.get("type") == "category" else lambda value: value
    scored = [point for point in points if score in point.scores]
    means = mean_scores(scored, score)
    has_seeds = len(scored) > len(means)
    found = [one.scores[score] for one in scored]
    worst = (max if score == "val_loss" else min)(found, default=0.0)
    broken = [point for point in points if point.state == RunState.DIVERGED]
    spread = {
        "type": "data",
        "symmetric": False,
        "array": [max(every) - mean for mean, every in means.values()],
        "arrayminus": [mean - min(every) for mean, every in means.values()],
        "visible": has_seeds,
    }
    traces = [
        scatter(
            name="mean" if has_seeds else SCORES[score],
            x=[place(value) for value in means],
            y=[mean for mean, _ in means.values()],
            error_y=spread,
            mode="lines+markers",
            marker={"size": 9},
            meta={"colour": WATCHED},
            hovertemplate=f"%{{x}}: %{{y:{_form(score)}}}<extra></extra>",
        )
    ]
    if has_seeds:
        traces.append(
            scatter(
                name="each seed",
                x=[place(point.value) for point in scored],
                y=found,
                mode="markers",
                marker={"size": 6, "symbol": "circle-open"},
                meta={"colour": WATCHED},
                hovertemplate=f"%{{x}}: %{{y:{_form(score)}}}<extra></extra>",
            )
        )
    if broken:
        traces.append(
            scatter(
                name="diverged: no score",
                x=[place(point.value) for point in broken],
                y=[worst] * len(broken),
                mode="markers+text",
                text=["diverged", *[""] * (len(broken) - 1)],  # the words of neighbours would overlap
                textposition="bottom center" if score == "val_loss" else "top center",
                cliponaxis=False,
                marker={"size": 11, "symbol": "x"},
                meta={"colour": "text"},
                hovertemplate="%{x}: its loss became too large to be a number<extra></extra>",
            )
        )
    form: dict[str, Any] = {} if score == "val_loss" else {"tickformat": ".1%", "rangemode": "nonnegative"}
    if score != "val_loss" and len(set(found)) < 2:
        form["range"] = [0, 1.02]  # a single score has no scale of its own
    return figure(
        traces,
        static_layout(340, axis(setting_in_words(setting), **scale), axis(SCORES[score], **form), showlegend=True),
    )


def sweep_words(points: Sequence[SweepPoint], setting: str, score: str, say: Callable[[Any], str]) -> str:
    """The same in words: each value's mean, the best one at the end, and what diverged."""
    means = mean_scores(points, score)
    words = [f"{SCORES[score].capitalize()} by {setting_in_words(setting)}."]
    words += [f"{say(value)}: {_said(mean, score)}." for value, (mean, _) in means.items()]
    return " ".join([*words, outcome_in_words(points, score, say)]).strip()


def outcome_in_words(points: Sequence[SweepPoint], score: str, say: Callable[[Any], str]) -> str:
    """The best value and by how much, when all have ended; which diverged."""
    means, words = mean_scores(points, score), []
    if len(means) > 1 and not any(point.state in ACTIVE for point in points):
        (best, first), (_, second) = sorted(
            ((value, mean) for value, (mean, _) in means.items()), key=lambda one: one[1], reverse=score != "val_loss"
        )[:2]
        lead = f"{abs(first - second):.2g}" if score == "val_loss" else f"{100 * (first - second):.2f} points"
        words.append(f"The best is {say(best)}, by {lead}.")
        if all(len(each) == 1 for _, each in means.values()):
            words.append("Each was trained once: another random start may reverse a small lead.")
    if broken := dict.fromkeys(say(point.value) for point in points if point.state == RunState.DIVERGED):
        words.append(f"Diverged: {', '.join(broken)}.")
    return " ".join(words)


def mean_scores(points: Sequence[SweepPoint], score: str) -> dict[Any, tuple[float, list[float]]]:
    """By value, numbers in their order: the mean of a score over the seeds, and each."""
    found: dict[Any, list[float]] = {}
    for point in points:
        if score in point.scores:
            found.setdefault(point.value, []).append(point.scores[score])
    values = sorted(found) if all(isinstance(value, int | float) for value in found) else list(found)
    return {value: (sum(found[value]) / len(found[value]), found[value]) for value in values}


def _scale(points: Sequence[SweepPoint], setting: str, say: Callable[[Any], str]) -> dict[str, Any]:
    """How the setting's axis runs: by factors where those count; names, and a 0 among factors, stand side by side.

    It has room for all values from the beginning, and stays as it is while their scores come.
    """
    values = list(dict.fromkeys(point.value for point in points))
    numbers = all(isinstance(value, int | float) for value in values)
    if not values or not numbers or (is_logarithmic(setting) and min(values) <= 0):
        ordered = sorted(values) if numbers else values
        sides = [-0.5, len(values) - 0.5]
        return {"type": "category", "categoryarray": [say(value) for value in ordered], "range": sides}
    if not is_logarithmic(setting):
        return {"range": _with_room(min(values), max(values))}
    marks = logarithmic(min(values), max(values))
    return {**marks, "range": _with_room(math.log10(min(values)), math.log10(max(values)))}


def _with_room(low: float, high: float) -> list[float]:
    room = 0.08 * (high - low) or 0.5
    return [low - room, high + room]


def _said(mean: float, score: str) -> str:
    return f"{mean:.3g}" if score == "val_loss" else f"{100 * mean:.2f} %"


def _form(score: str) -> str:
    return ".4g" if score == "val_loss" else ".2%"

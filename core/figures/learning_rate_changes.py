"""Where a learning rate was changed by hand, in the picture of a curve: a line for each change, with words."""

from collections.abc import Sequence
from typing import Any

Change = tuple[int, float]  # updates that were taken before it, the new learning rate

LETTER = 0.02  # of the picture's width, on a phone
MAX_LISTED = 3  # of changes that follow each other closely


def rate_lines(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """A dashed line from bottom to top for each change."""
    line = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": {"dash": "dash"}}
    return [{**line, "x0": step, "x1": step} for step, _ in changes]


def rate_words(changes: Sequence[Change], last: int, at_the_top: bool) -> list[dict[str, Any]]:
    """The new rates, beside their lines; `last` is the last update in the picture.

    Of changes that follow each other closely one word says all, at the last one's line. A word stands right of its
    line, over what was learned with it; where there is no room it stands left, and points there.
    """
    words = []
    for cluster in _clusters(changes, max(last, 1)):
        step, is_left = cluster[-1][0], _is_left(cluster, last)
        words.append(
            {
                "x": step,
                "y": 1 if at_the_top else 0,
                "yref": "paper",
                "yanchor": "top" if at_the_top else "bottom",
                "text": _text(cluster, last),
                "showarrow": False,
                "name": "on paper",  # on a ground of its own, above the curves
                "xanchor": "right" if is_left else "left",
                "xshift": -3 if is_left else 3,
            }
        )
    return words


def _clusters(changes: Sequence[Change], last: int) -> list[list[Change]]:
    """Changes, together where their words would overprint."""
    clusters = [[change] for change in changes]
    number = 0
    while number + 1 < len(clusters):
        if _place(clusters[number], last)[1] > _place(clusters[number + 1], last)[0]:
            clusters[number : number + 2] = [clusters[number] + clusters[number + 1]]
            number = max(number - 1, 0)  # the longer word may reach the one before
        else:
            number += 1
    return clusters


def _place(cluster: Sequence[Change], last: int) -> tuple[float, float]:
    """From where to where the word of a cluster reaches, in updates."""
    step, width = cluster[-1][0], LETTER * last * len(_text(cluster, last))
    return (step - width, step) if _is_left(cluster, last) else (step, step + width)


def _is_left(cluster: Sequence[Change], last: int) -> bool:
    return cluster[-1][0] >= last / 2


def _text(cluster: Sequence[Change], last: int) -> str:
    text = f"rate {_in_words([rate for _, rate in cluster])}"
    return f"{text} ▸" if _is_left(cluster, last) else text


def _in_words(rates: Sequence[float]) -> str:
    shown = [f"{rate:g}" for rate in rates]
    return " → ".join(shown if len(shown) <= MAX_LISTED else [shown[0], "…", shown[-1]])

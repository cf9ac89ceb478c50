"""Where a learning rate was changed by hand, in the picture of a curve: a line for each change, with words."""

from collections.abc import Sequence
from typing import Any

Change = tuple[int, float]  # updates that were taken before it, the new learning rate

ROOM = 1 / 12  # of the picture's width, for a word
MOST_IN_WORDS = 3  # of changes that follow each other closely


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
    for cluster in _clusters(changes, max(last, 1) * ROOM):
        step, text = cluster[-1][0], f"rate {_in_words([rate for _, rate in cluster])}"
        is_left = step >= last / 2
        words.append(
            {
                "x": step,
                "y": 1 if at_the_top else 0,
                "yref": "paper",
                "yanchor": "top" if at_the_top else "bottom",
                "text": f"{text} ▸" if is_left else text,
                "showarrow": False,
                "name": "on paper",  # on a ground of its own, above the curves
                "xanchor": "right" if is_left else "left",
                "xshift": -3 if is_left else 3,
            }
        )
    return words


def _clusters(changes: Sequence[Change], room: float) -> list[list[Change]]:
    """Changes, together where one follows another within so many updates: their words would overprint."""
    clusters: list[list[Change]] = []
    for change in changes:
        if clusters and change[0] - clusters[-1][-1][0] <= room:
            clusters[-1].append(change)
        else:
            clusters.append([change])
    return clusters


def _in_words(rates: Sequence[float]) -> str:
    shown = [f"{rate:g}" for rate in rates]
    return " → ".join(shown if len(shown) <= MOST_IN_WORDS else [shown[0], "…", shown[-1]])

"""What the figures have in common; colours come from the app's theme wherever they mean nothing else.

Figures are made in one go, go.Figure(traces, layout): to add and update afterwards takes five times as long.
"""

from typing import Any

MARGIN = {"l": 8, "r": 8, "t": 24, "b": 8}  # pixels
MARKED = "#f0913f"  # orange: the part that a control has chosen
INK = [[0, "#0b0e16"], [1, "#ffffff"]]  # paper is dark, ink is white, in light and dark theme alike


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis with its title, that stays as it is when a finger or a wheel passes over it."""
    return {"title": {"text": title}, "fixedrange": True, **more}


# A logarithmic axis with whole numbers at its marks: Plotly's own marks say "2" and "5" for 0.2 and 0.05.
_MARKS = [digit * 10.0**power for power in range(-6, 7) for digit in (1, 2, 5)]
LOGARITHMIC = {"type": "log", "tickvals": _MARKS, "ticktext": [f"{mark:,g}" for mark in _MARKS]}

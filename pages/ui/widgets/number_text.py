"""Numbers that a reader is to add up, and tables of them, in Markdown."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.descent.narration import number
from core.nn.evaluation import standard_error

DECIMALS = 4
LARGE = 1e6  # from here on a number is written with a power of ten


def plain(value: float, decimals: int = DECIMALS) -> str:
    """A number with all its decimals, so that what is added up can be checked; infinite and NaN in words."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "too large"
    if abs(value) >= LARGE:
        return number(value)
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")  # + 0.0: there is no minus zero


def span(values: npt.NDArray[Any]) -> str:
    """The smallest and the largest of some numbers, for those who do not see their picture."""
    numbers = values[np.isfinite(values)]
    return f"from {numbers.min():.2g} to {numbers.max():.2g}".replace("-", "−") if numbers.size else "not one a number"


def share_in_words(share: float, count: int) -> str:
    """A share of `count` digits, with its standard error: "97.4 % ± 0.4"."""
    return f"{100 * share:.1f} % ± {100 * standard_error(share, count):.1f}"


def short(value: float) -> str:
    """A number where there is little room."""
    if value >= 10_000:
        return f"{value:.0e}".replace("e+0", "e").replace("e+", "e")
    decimals = 2 if value < 9.995 else 1 if value < 100 else 0
    return f"{round(value, decimals) + 0.0:.{decimals}f}"


def bracketed(text: str) -> str:
    """A number after another sign: in brackets if it has a minus of its own."""
    return f"({text})" if text.startswith("−") else text


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, numbers to the right; st.dataframe would be slower by a library."""
    aligned = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, aligned, *rows))

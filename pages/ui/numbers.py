"""Numbers that a reader is to add up, and tables of them, in Markdown."""

from collections.abc import Iterable, Sequence

DECIMALS = 4


def plain(value: float, decimals: int = DECIMALS) -> str:
    """A number with all its decimals, so that what is added up can be checked; infinite and NaN in words."""
    if value != value:
        return "not a number"
    if value in (float("inf"), -float("inf")):
        return "too large"
    return f"{value:,.{decimals}f}".replace("-", "−")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, numbers to the right; st.dataframe would be slower by a library."""
    aligned = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, aligned, *rows))

"""What stands in the tables of a page, as numbers."""

import re

from streamlit.testing.v1 import AppTest


def number(text: str) -> float:
    """A number as the page writes it."""
    return float(re.sub(r"[=×−+*,() \u00a0]", lambda sign: "-" if sign.group() == "−" else "", text))


def rows_of(at: AppTest, head: str) -> list[list[str]]:
    """The cells of the Markdown table whose first line has these words."""
    table = next(
        element.value
        for element in at.markdown
        if element.value.startswith("|") and head in element.value.splitlines()[0]
    )
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines()[2:]]

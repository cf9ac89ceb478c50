"""What runs were told to do differently, and what came of it, as a table."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.narrative import section
from core.training.comparison import Compared, differing
from pages.ui.run_view import COLOURS
from pages.ui.settings import in_words, number_in_words

PAGE = "compare_runs"


def show_differences(compared: Sequence[Compared]) -> None:
    """A row for each run: the settings that differ, its scores."""
    st.caption(section(PAGE, "differ"))
    names = differing(compared)
    head = ["run", "state", "test accuracy", "test error", "seconds", *(name.replace("_", " ") for name in names)]
    rows = [
        [
            one.title,
            f":{COLOURS.get(one.state, 'orange')}-badge[{one.state}]",
            *_scores(one),
            "–" if one.seconds is None else f"{one.seconds:,.0f}",
            *(_said(one.settings.get(name)) for name in names),
        ]
        for one in compared
    ]
    lines = [head, ["---"] * len(head), *rows]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _scores(one: Compared) -> tuple[str, str]:
    if one.accuracy is None:
        return "–", "–"
    return f"{100 * one.accuracy:.2f} %", f"{100 * (1 - one.accuracy):.2f} %"


def _said(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return "-".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number_in_words(value) if isinstance(value, int | float) else in_words(value)

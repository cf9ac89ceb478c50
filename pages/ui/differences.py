"""What runs were told to do differently, and what came of it, as a table."""

from collections.abc import Sequence

import streamlit as st

from core.narrative import section
from core.plain_text import plain
from core.training.comparison import Compared, differing
from core.training.config import setting_in_words
from pages.ui.numbers import table
from pages.ui.run_view import COLOURS
from pages.ui.settings import value_in_words

PAGE = "compare_runs"

# On a phone the table scrolls by itself, as the style sheet has it: by keyboard only what can have the focus scrolls.
_JS = """
export default function () {
  for (const table of document.querySelectorAll(".st-key-differences table")) {
    Object.assign(table.parentElement, { tabIndex: 0, role: "region", ariaLabel: "Settings and scores" })
  }
}
"""


def show_differences(compared: Sequence[Compared]) -> None:
    """A row for each run: the settings that differ, its scores."""
    names = differing(compared)
    st.caption(section(PAGE, "one run" if len(compared) == 1 else "differ" if names else "same settings"))
    head = ["run", "state", "test accuracy", "test error", "seconds of learning", *map(setting_in_words, names)]
    rows = [
        [
            plain(one.title),
            f":{COLOURS.get(one.state, 'orange')}-badge[{one.state}]",
            *_scores(one),
            "–" if one.seconds is None else f"{one.seconds:,.0f}",
            *(value_in_words(one.settings.get(name)) for name in names),
        ]
        for one in compared
    ]
    shown = table(head, rows)
    with st.container(key="differences"):
        st.markdown(shown)
    scrolls = st.components.v2.component("scrolls_by_keyboard", html="<span></span>", js=_JS)
    scrolls(key="scrolls_by_keyboard", data={"table": shown})


def _scores(one: Compared) -> tuple[str, str]:
    if one.accuracy is None:
        return "–", "–"
    return f"{100 * one.accuracy:.2f} %", f"{100 * (1 - one.accuracy):.2f} %"

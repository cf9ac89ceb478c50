"""What runs were told to do differently, and what came of it, as a table."""

import contextlib
from collections.abc import Mapping, Sequence

import streamlit as st

from core.bundled_files import BundledFileError
from core.narrative import section
from core.nn.evaluation import Evaluation, difference
from core.plain_text import plain
from core.pretrained.registry import seed_accuracies
from core.runs.comparison import Compared, differing
from core.runs.settings import setting_in_words
from pages.ui.components.keyboard_scroll import scroll_by_keyboard
from pages.ui.runs.settings_form import value_in_words
from pages.ui.runs.state_badges import state_badge
from pages.ui.widgets.number_text import table

PAGE = "compare_runs"


def show_differences(compared: Sequence[Compared], evaluations: Mapping[str, Evaluation]) -> None:
    """A row for each run: the settings that differ, its scores; `evaluations` are by the runs' keys."""
    names = differing(compared)
    st.caption(section(PAGE, "one run" if len(compared) == 1 else "differ" if names else "same settings"))
    beside = _beside_the_best(compared, evaluations)
    head = ["run", "state", "test accuracy", "test error", *(["beside the best"] if beside else [])]
    head += ["seconds of learning", *map(setting_in_words, names)]
    rows = [
        [
            plain(one.title),
            state_badge(one.state),
            *_scores(one),
            *([beside.get(one.key, "–")] if beside else []),
            "–" if one.seconds is None else f"{one.seconds:,.0f}",
            *(value_in_words(one.settings.get(name)) for name in names),
        ]
        for one in compared
    ]
    shown = table(head, rows)
    with st.container(key="differences"):
        st.markdown(shown)
    if beside:
        with contextlib.suppress(BundledFileError):  # which the page has named
            st.caption(section(PAGE, "chance").format(seeds=_seeds_in_words()))
    scroll_by_keyboard(".st-key-differences table", "Settings and scores", shown)


def _beside_the_best(compared: Sequence[Compared], evaluations: Mapping[str, Evaluation]) -> dict[str, str]:
    """How many test digits fewer each run reads than the best, and whether that may be chance; empty for one run."""
    judged = {one.key: evaluations[one.key] for one in compared if one.key in evaluations}
    if len(judged) < 2:
        return {}
    best = max(judged.values(), key=lambda one: one.accuracy)
    words = {}
    for key, evaluation in judged.items():
        apart = difference(best, evaluation)
        fewer = apart.first_only - apart.other_only
        chance = "may be chance" if apart.may_be_chance else "more than chance"
        words[key] = "best" if evaluation is best else f"{fewer:,} fewer: {chance}" if fewer else "as many"
    return words


def _seeds_in_words() -> str:
    """What another seed alone does to the score of the article's network."""
    seeds = seed_accuracies()
    return f"{100 * min(seeds):.2f} to {100 * max(seeds):.2f} %"


def _scores(one: Compared) -> tuple[str, str]:
    if one.accuracy is None:
        return "–", "–"
    return f"{100 * one.accuracy:.2f} %", f"{100 * (1 - one.accuracy):.2f} %"

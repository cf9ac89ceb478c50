"""Vary one setting: which one, over which values, and how long that will take."""

import secrets
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.narrative import section
from core.plain_text import plain
from core.runs.config import TrainingConfig
from core.runs.eta import duration_in_words
from core.runs.limits import MAX_SWEEP_RUNS
from core.runs.run import Run
from core.runs.service_client import read_queue
from core.runs.settings import setting_in_words
from core.runs.sweep import (
    FIRST_LAYER_UNITS,
    SWEPT,
    last_sweep,
    spaced_values,
    sweep_seconds,
    value_of,
    variations,
    why_no_sweep,
)
from pages.ui.compare.chosen_runs import MAX_COMPARED
from pages.ui.components.number_box import for_good_numbers, number_box
from pages.ui.runs import own_runs, settings_form
from pages.ui.runs.begin import begin_several
from pages.ui.runs.waiting_time import speed
from pages.ui.shell.session import session

PAGE = "compare_runs"

THREE = 3  # values to begin with: fewer show no course

ONE_BY_ONE, EVENLY = "one by one", "from, to"
MAX_SEEDS = 5


def show_variation(config: TrainingConfig, title: str, own: Sequence[Run]) -> None:
    """Begin runs that differ in one setting alone; the others are those of the run with this title."""
    if MAX_SWEEP_RUNS < THREE:
        st.caption(section(PAGE, "no sweeps"))
        return
    st.markdown(f"{section(PAGE, 'vary')} **{plain(title)}**.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        offered = [name for name in SWEPT if name != FIRST_LAYER_UNITS or config.hidden_layers]
        name = st.selectbox("Setting", offered, format_func=setting_in_words, key="varied", width=200)
        now = value_of(config, name)
        how = ONE_BY_ONE
        if isinstance(now, int | float):
            choices = (ONE_BY_ONE, EVENLY)
            how = st.segmented_control("Values", choices, default=ONE_BY_ONE, required=True, key="values-how")
        seeds = 1
        if name != "seed":
            seeds = number_box("Seeds", 1, MAX_SEEDS, key="seeds", width=120, help=section(PAGE, "seeds"))
    values = _spaced_values(name, now) if how == EVENLY else _chosen_values(name, now)
    try:
        trying = variations(config, name, values, seeds)
    except ValueError as error:
        st.error(str(error), icon=":material/straighten:")
        return
    active, queue, measured = own_runs.active_run(), read_queue(), speed()
    refused = why_no_sweep(trying, measured, queue)

    def begin() -> None:
        sweep = secrets.token_urlsafe(8)
        seed_words = [f", seed {one.seed}" if seeds > 1 else "" for one in trying]
        titles = [
            f"{setting_in_words(name)} {settings_form.value_in_words(value_of(one, name))}{words}"
            for one, words in zip(trying, seed_words, strict=True)
        ]
        if begun := begin_several(trying, titles, sweep=sweep, varied=name):
            own_runs.look_at_sweep(sweep)
            st.session_state.compared = [run.id for run in _spread_out(begun)]
            st.session_state.jumped = True  # up to their picture

    with st.container(horizontal=True, vertical_alignment="center"):
        for_good_numbers("sweep").button(
            f"Train {len(trying)}",
            key="train_variations",
            type="primary",
            icon=":material/play_arrow:",
            disabled=len(trying) < 2 or active is not None or refused is not None,
            on_click=begin,
        )
        if (last := last_sweep(own)) and last != session().sweep:
            st.button("Show the last sweep", icon=":material/history:", on_click=_look_at, args=(last,))
    if refused:
        st.error(refused, icon=":material/timer_off:")
    elif active:
        st.caption("They can begin when your run that is at work has ended.")
    elif measured:
        st.caption(f"About {duration_in_words(sweep_seconds(trying, measured, queue))}, when nobody else trains.")


def _values_of(name: str, now: Any) -> list[Any]:
    """What is offered of a setting, and what it is now; of one that is typed the first few numbers."""
    setting = SWEPT[name]
    if setting.choices:
        return list(setting.choices)
    return sorted({*(setting.offered or range(max(THREE, MAX_SWEEP_RUNS))), now})


def _chosen_values(name: str, now: Any) -> list[Any]:
    options = _values_of(name, now)
    return st.multiselect(
        "Which",
        options,
        _around(options, now),
        format_func=settings_form.value_in_words,
        max_selections=MAX_SWEEP_RUNS,
        key=f"values-{name}-{now}",
    )


def _spaced_values(name: str, now: int | float) -> list[Any]:
    """Numbers at equal distances, or by equal factors where those count; whole ones for what is counted."""
    options = _values_of(name, now)
    low, high = _around(options, now)[:: THREE - 1]
    setting = SWEPT[name]
    lowest, highest = (options[0], options[-1]) if setting.offered else (setting.minimum, setting.maximum)
    whole = setting.is_integer
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind: dict[str, Any] = {"width": 140, **({"step": 1} if whole else {"format": "%g", "step": None})}
        first = number_box("From", lowest, highest, low, key=f"from-{name}-{now}", **kind)
        last = number_box("To", lowest, highest, high, key=f"to-{name}-{now}", **kind)
        count = number_box("How many", 2, MAX_SWEEP_RUNS, min(8, MAX_SWEEP_RUNS), key="how-many", width=140)
    values = spaced_values(first, last, count, setting.is_logarithmic and first > 0 and last > 0, whole)
    st.caption(", ".join(map(settings_form.value_in_words, values)))
    return values


def _around(options: Sequence[Any], now: Any) -> list[Any]:
    """Three values with the present one in the middle, as far as there are any on both sides."""
    apart = 2 if isinstance(now, int | float) and len(options) > 2 * THREE else 1
    place = min(max(options.index(now), apart), len(options) - 1 - apart)
    return [options[place - apart], options[place], options[place + apart]]


def _spread_out(begun: Sequence[Run]) -> list[Run]:
    """As many as are told apart, from the first to the last."""
    most = min(MAX_COMPARED, len(begun))
    return [begun[round(number * (len(begun) - 1) / max(1, most - 1))] for number in range(most)]


def _look_at(sweep: str) -> None:
    own_runs.look_at_sweep(sweep)
    st.session_state.jumped = True

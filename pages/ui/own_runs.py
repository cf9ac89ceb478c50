"""What can be done with a run of one's own: watch it, rename it, take its settings, delete it; vary one setting."""

import contextlib
import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.narrative import section
from core.training.comparison import variations
from core.training.config import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, TrainingConfig
from core.training.limits import refusal
from core.training.run_folder import Run, runs_folder
from pages.ui import runs, settings
from pages.ui.chapters import go_to
from pages.ui.session import session

PAGE = "compare_runs"
LONGEST = 60  # letters of a title
NO_TITLE = re.compile(r"[^\w .,+/()%-]")  # what would mean something in Markdown

# What can be varied, with the values to choose from.
VARIED: dict[str, Sequence[Any]] = {
    "learning_rate": settings.RATES,
    "batch_size": settings.BATCHES,
    "optimizer": OPTIMIZERS,
    "loss": LOSSES,
    "activation": ACTIVATIONS,
    "initializer": INITIALIZERS,
    "training_images": settings.COUNTS,
    "dropout": [share / 20 for share in range(19)],
    "l2": settings.PRICES,
    "distortion": [share / 10 for share in range(11)],
    "seed": list(range(10)),
}
THREE = 3


def show_keeping(run: Run) -> None:
    """The buttons of a run of one's own."""

    def rename() -> None:
        with contextlib.suppress(OSError):  # it may just have been deleted
            if title := NO_TITLE.sub("", st.session_state[f"title-{run.id}"]).strip():
                run.change(title=title)
            st.session_state[f"title-{run.id}"] = run.about()["title"]

    def delete() -> None:
        try:
            run.delete()
        except OSError:
            return  # in another tab already
        mine = session()
        mine.deleted = run.id
        mine.run = None if mine.run == run.id else mine.run
        st.session_state.compared = [key for key in st.session_state.compared if key != run.id]

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name", run.about()["title"], LONGEST, key=f"title-{run.id}", on_change=rename, width=240)
        if st.button("Open", icon=":material/visibility:"):
            session().run = run.id
            go_to("train_network")
        if st.button("Use its settings", icon=":material/tune:"):
            session().run = None
            settings.load_settings(run.config())
            go_to("train_network", **run.config().to_query())
        st.button("Delete", icon=":material/delete:", on_click=delete)


def show_undo() -> None:
    """The last deleted run can be brought back."""
    mine = session()
    if (deleted := mine.deleted) is None:
        return

    def bring_back() -> None:
        try:
            Run(runs_folder() / deleted).undelete()
            st.session_state.compared = [*st.session_state.compared, deleted]
        except OSError:
            st.toast("It is gone: a deleted run is kept for an hour.")
        mine.deleted = None

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("The run was deleted.", width="content")
        st.button("Undo", icon=":material/undo:", on_click=bring_back)


def show_variation(config: TrainingConfig, title: str) -> None:
    """Train three runs that differ in one setting alone; the others are those of the run with this title."""
    st.markdown(f"{section(PAGE, 'vary')} **{title}**.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Setting", list(VARIED), format_func=_name, key="varied", width=200)
        now = getattr(config, name)
        options = sorted({*VARIED[name], now}) if isinstance(now, int | float) else list(VARIED[name])
        values = st.multiselect(
            "Three values",
            options,
            _around(options, now),
            format_func=_value,
            max_selections=THREE,
            key=f"values-{name}-{now}",
            width=420,
        )
        at_work = runs.run_at_work()
        trying = variations(config, name, values)
        refused = next((words for one in trying if (words := refusal(one))), None)

        def begin() -> None:
            titles = [f"{_name(name)} {_value(value)}" for value in values]
            if begun := runs.begin_several(trying, titles):
                st.session_state.compared = [run.id for run in begun]
                st.session_state.jumped = True  # up to their curves

        st.button(
            "Train three",
            type="primary",
            icon=":material/play_arrow:",
            disabled=len(values) != THREE or at_work is not None or refused is not None,
            on_click=begin,
        )
    if refused:
        st.error(refused, icon=":material/memory:")
    elif at_work:
        st.caption("They can begin when your run that is at work has ended.")


def _around(options: Sequence[Any], now: Any) -> list[Any]:
    """Three values with the present one in the middle, as far as there are any on both sides."""
    apart = 2 if isinstance(now, int | float) and len(options) > 2 * THREE else 1
    place = min(max(options.index(now), apart), len(options) - 1 - apart)
    return [options[place - apart], options[place], options[place + apart]]


def _name(setting: str) -> str:
    return setting.replace("_", " ")


def _value(value: Any) -> str:
    return settings.in_words(value) if isinstance(value, str) else settings.number_in_words(value)

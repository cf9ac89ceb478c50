"""What a trained network reaches, and what can be taken home."""

import contextlib
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from core.bundled_files import BundledFileError
from core.importers.run_archive import archive_of, is_too_large
from core.narrative import section
from core.pretrained.registry import drawing_scores
from core.reports.keras_export import keras_notebook, keras_script, other_numbers
from core.runs.config import TrainingConfig
from core.runs.errors import RunError
from core.runs.history import history_csv
from core.runs.learning_rate_changes import effective_changes, rates_in_words
from core.runs.presets import PRESETS
from core.runs.run import INITIAL_WEIGHTS, USER_DRAWINGS, Run
from core.runs.states import ACTIVE, RunState
from pages.ui.runs.fine_tuning import show_lesson_learned, show_teaching
from pages.ui.runs.kept_model import draw_with, keep, keep_no_longer
from pages.ui.runs.own_runs import history_reader
from pages.ui.runs.run_commands import may_control
from pages.ui.shell.navigation import button_to
from pages.ui.widgets import cached_models

PAGE = "train_network"
NETWORK_FILES = {
    "keras": "For Keras, to use it or to train it on in Python",
    "h5": "For programs that read the older HDF5 format instead",
    "safetensors": "The weights alone, for NumPy, PyTorch or this app",
}
READS = 0.5  # an accuracy from which a reader may hope for the same with drawings
ARTICLE = "The article reports 98.03 % and 1.97 %."


def show_result(run: Run) -> None:
    """The closing lines of the article, with the numbers of this run; nothing while it is trained. In a fragment."""
    if run.status().state in (*ACTIVE, RunState.DIVERGED) or (scores := run.scores()) is None:
        return
    about, config = run.metadata(), run.config() if run.has_config else None
    with st.container(border=True, key="result"):
        accuracy, changed = scores["accuracy"], _changed_rate(run, config) if config else ""
        st.markdown(
            f"On the 10,000 test digits: accuracy **{100 * accuracy:.2f} %**, "
            f"error **{100 * (1 - accuracy):.2f} %**. {'' if changed else _beside_the_article(config)}",
            help=section(PAGE, "unfair") if config and config.validate_on == "test" else None,
        )
        if changed:
            st.caption(changed)
        if config and "step" in scores and scores["step"] < history_reader(run.id).update().step:
            st.caption(f"This is the network of update {scores['step']:,}, where it was last kept.")
        if accuracy > READS:
            st.caption(_no_promise())
        with st.container(horizontal=True, vertical_alignment="center"):
            button_to(
                "draw_digit",
                "Draw a digit with it",
                before=partial(draw_with, run),
                icon=":material/draw:",
                type="primary",
                help=section(PAGE, "kept"),
            )
            steers, is_kept = may_control(run), about.kept
            if steers and is_kept:
                st.markdown(":green-badge[:material/check: kept]", width="content")
                st.button("Undo", key="keep-no-longer", icon=":material/undo:", on_click=keep_no_longer, args=(run,))
            elif steers:
                st.button("Keep it", icon=":material/bookmark:", help=section(PAGE, "kept"), on_click=keep, args=(run,))
            with st.popover("Take it home", icon=":material/download:"):
                _show_downloads(run, config)
            if steers:
                show_teaching(run)
        if steers and is_kept:
            st.caption(section(PAGE, "is kept"))
        if (run.path / USER_DRAWINGS).exists():
            try:
                show_lesson_learned(run, scores)
            except RunError:
                st.caption("What it reads of your drawings cannot be shown: a file of this run is damaged.")


def _no_promise() -> str:
    """That a score on the test set says little of one's own hand, with what was measured on drawings of others."""
    words = section(PAGE, "no promise")
    with contextlib.suppress(BundledFileError):
        article = cached_models.model("article")
        drawn = drawing_scores("article")
        words += (
            f" The article's network gets {100 * article.test_accuracy:.1f} % of the test digits right, but "
            f"{100 * drawn.prepared:.1f} % of {drawn.count:,} drawings by {drawn.writers} other people, and "
            f"{100 * drawn.raw:.1f} % if these are not prepared as the test digits were (each digit counts alike)."
        )
    return f"{words} {section(PAGE, 'the test')}"


def _changed_rate(run: Run, config: TrainingConfig) -> str:
    """How the learning rate was changed by hand; nothing, if it was not."""
    history, rate = history_reader(run.id).update(), config.learning_rate
    if not effective_changes(rate, history.learning_rates, history.step):
        return ""
    return f"Its learning rate was changed: {rates_in_words(rate, history.learning_rates, history.step)}."


def _beside_the_article(config: TrainingConfig | None) -> str:
    """What the article reports, for a run of its settings; another random start is no other setting."""
    article = PRESETS["article"].config
    return ARTICLE if config and replace(config, seed=article.seed) == article else ""


def _show_downloads(run: Run, config: TrainingConfig | None) -> None:
    name = file_name(run.metadata().title)
    for ending, words in NETWORK_FILES.items():
        if (file := run.path / f"model.{ending}").exists():  # what was brought from a file is there as plain weights
            _download(f"{words}: .{ending}, {_size(file)}", file.read_bytes, f"{name}.{ending}")
    if config is None:
        return
    if not is_too_large(run):
        _download("The whole run, to bring it back into this app later: .zip", lambda: archive_of(run), f"{name}.zip")
    st.caption(
        f"{section(PAGE, 'size')} Here: {config.parameter_count:,} × 4 bytes = {_bytes(4 * config.parameter_count)}."
    )
    history, rate = history_reader(run.id).update(), config.learning_rate
    changes = effective_changes(rate, history.learning_rates, history.step)
    _download("Its history, a line for each update: .csv", lambda: history_csv(history, config), f"{name}.csv")
    if (run.path / INITIAL_WEIGHTS).exists() or not config.is_from_mnist_alone:
        st.caption(section(PAGE, "no program"))
    else:
        st.caption(other_numbers("A program's"))
        _download(
            "The Keras program that trains it, for a terminal: .py", lambda: keras_script(config, changes), f"{name}.py"
        )
        _download(
            "The same as a notebook, for Jupyter or Colab: .ipynb",
            lambda: keras_notebook(config, changes),
            f"{name}.ipynb",
        )
    st.caption(section(PAGE, "stale"))


def file_name(title: str) -> str:
    """A run's title as the name of its files, without an ending."""
    return re.sub(r"\W+", "-", title).strip("-") or "digits"


def _download(label: str, content: Any, file_name: str) -> None:
    st.download_button(label, content, file_name, icon=":material/download:", on_click="ignore", type="tertiary")


def _size(path: Path) -> str:
    return _bytes(path.stat().st_size)


def _bytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} KB"

"""A training is begun, or it is said why not: one at a time, and none where the queue is full."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from core.importers.drawings_file import to_npz
from core.plain_text import plain
from core.runs.config import TrainingConfig
from core.runs.limits import MAX_QUEUED, why_not_trained
from core.runs.locks import one_at_a_time
from core.runs.run import USER_DRAWINGS, Run, runs_folder
from core.runs.service_client import read_queue, refusal_in_words
from pages.ui.runs.own_runs import active_run, look_at, watch
from pages.ui.runs.run_commands import permissions_of
from pages.ui.runs.settings_form import settings_of_controls, title_of
from pages.ui.shell.session import session
from pages.ui.shell.training_service import training_service
from pages.ui.shell.visitor import owner_id


class Refusal(NamedTuple):
    """Why nothing is begun, for a toast."""

    words: str
    icon: str

    def show(self) -> None:
        """Say it."""
        st.toast(self.words, icon=self.icon)


def begin_chosen(before: TrainingConfig) -> None:
    """Begin a training with what the controls say now; `before` is what they said when the button was shown."""
    config = settings_of_controls(before)
    if words := why_not_trained(config):
        Refusal(words, ":material/memory:").show()
    else:
        begin_run(config)


def begin_run(config: TrainingConfig, title: str | None = None, files: dict[str, bytes] | None = None) -> None:
    """Begin a training and look at it; if one is at work already, look at that. For a button's on_click."""
    training_service().start_now()
    if config.own_drawings and files is None:
        files = {USER_DRAWINGS: to_npz(session().collection)}
    try:
        with one_at_a_time(runs_folder(), owner_id()):  # several tabs may press at once
            run = active_run()
            refusal = _busy_with(run) if run else _full(1)
            if refusal is None:
                run = Run.create(config, title or title_of(config), owner_id(), files=files)
    except OSError as error:
        words = f"{refusal_in_words(error)} Nothing was begun; please try again later."
        run, refusal = None, Refusal(words, ":material/error:")
    if refusal:
        refusal.show()
    if run:
        watch(run)
        look_at(run)


def begin_several(configs: Sequence[TrainingConfig], titles: Sequence[str], *, sweep: str, varied: str) -> list[Run]:
    """Begin the trainings of a sweep; none when one is at work already, fewer when the disk is full."""
    training_service().start_now()
    begun: list[Run] = []
    try:
        with one_at_a_time(runs_folder(), owner_id()):
            run = active_run()
            refusal = _busy_with(run) if run else _full(len(configs))
            for config, title in zip(configs, titles, strict=True) if refusal is None else ():
                begun.append(Run.create(config, title, owner_id(), sweep=sweep, varied=varied))
                permissions_of(begun[-1]).command("go_on")  # nobody looks at the second while the first is trained
    except OSError as error:
        refusal = Refusal(refusal_in_words(error), ":material/error:")
    if refusal:
        refusal.show()
    return begun


def _busy_with(run: Run) -> Refusal:
    """Another tab has begun something."""
    metadata = run.metadata_or_none()
    words = f"Your run {plain(metadata.title if metadata else '')} is at work. One at a time."
    return Refusal(words, ":material/hourglass:")


def _full(more: int) -> Refusal | None:
    """So many more runs find no place in the queue; None if they do."""
    waiting = len(read_queue().waiting)
    if waiting + more <= MAX_QUEUED:
        return None
    words = f"This server is full: {waiting} runs wait, and at most {MAX_QUEUED} can. Please try again later."
    return Refusal(words, ":material/groups:")

"""What can be done with a run that one may steer: watch it, rename it, take its settings, delete it."""

from functools import partial

import streamlit as st

from core.importers.run_archive import MAX_TITLE_LENGTH, clean_title
from core.runs.permissions import OWNER
from core.runs.run import Run, runs_folder
from pages.ui.runs import settings_form
from pages.ui.runs.run_commands import permissions_of, refused_in_words
from pages.ui.shell.navigation import button_to
from pages.ui.shell.session import session


def show_keeping(run: Run) -> None:
    """Rename a run that one may steer, open it, begin anew with its settings, or delete it, if it is one's own.

    Raises:
        RunError: its folder is damaged, or it was deleted.
    """

    def rename() -> None:
        with refused_in_words():
            if title := clean_title(st.session_state[f"title-{run.id}"]):
                permissions_of(run).update_metadata(title=title)
            st.session_state[f"title-{run.id}"] = run.metadata().title

    def delete() -> None:
        with refused_in_words("It is deleted already."):
            permissions_of(run).delete()
            mine = session()
            mine.deleted = run.id
            mine.run = None if mine.run == run.id else mine.run
            st.session_state.compared = [key for key in st.session_state.compared if key != run.id]

    config = settings_form.for_next_run(run.config()) if run.has_config else None

    def use() -> None:
        session().run = None
        if config:
            settings_form.load_settings(config)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name", run.metadata().title, MAX_TITLE_LENGTH, key=f"title-{run.id}", on_change=rename, width=240
        )
        open_it = partial(setattr, session(), "run", run.id)
        button_to("train_network", "Open", before=open_it, icon=":material/visibility:")
        if config:
            asked = config.to_query()
            button_to("train_network", "Use its settings", address=asked, before=use, icon=":material/tune:")
        if permissions_of(run).role == OWNER:
            st.button("Delete", icon=":material/delete:", on_click=delete)


def show_undo() -> None:
    """The last deleted run can be brought back."""
    mine = session()
    if (deleted := mine.deleted) is None:
        return

    def bring_back() -> None:
        try:
            Run(runs_folder() / deleted).restore()
            st.session_state.compared = [*st.session_state.compared, deleted]
        except OSError:
            st.toast("It is gone: a deleted run is kept for an hour.")
        mine.deleted = None

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("The run was deleted.", width="content")
        st.button("Undo", icon=":material/undo:", on_click=bring_back)

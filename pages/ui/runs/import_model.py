"""Bring a network: a file of one's own is read, judged on the test digits, and kept as a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.formatting import MEGABYTE
from core.importers.errors import MAX_FILE_BYTES, ModelFileError
from core.narrative import section
from core.plain_text import plain
from core.runs.limits import MODEL_FILES
from core.runs.run import Run
from core.runs.service_client import refusal_in_words
from pages.ui.runs.imported_run import found_in_words
from pages.ui.runs.own_runs import own_runs
from pages.ui.shell.session import session
from pages.ui.shell.visitor import owner_id

if TYPE_CHECKING:
    from core.importers.import_model import Imported

PAGE = "bring"
MAX_IMPORTED = 20  # runs from files that a visitor may have


def show_import(then: Callable[[Run], None], besides: str = "") -> None:
    """A control that takes a file; what is to be done with its run is said by `then`, what else can be by `besides`."""
    mine = session()
    with st.popover("Bring a network", icon=":material/upload:"):
        if not MODEL_FILES:
            st.markdown(section(PAGE, "off"))
            return
        st.markdown(section(PAGE, "what"))
        if mine.not_brought:
            st.error(mine.not_brought, icon=":material/upload_file:")
        elif mine.brought:
            st.success(f"{mine.brought} {besides}".strip(), icon=":material/check:")
        st.file_uploader(
            "A file of yours",
            max_upload_size=MAX_FILE_BYTES // MEGABYTE,
            key=(key := f"bring-{mine.bring_version}"),
            on_change=_bring,
            args=(key, then),
            label_visibility="collapsed",
        )
        st.caption(section(PAGE, "limits").format(most=MAX_FILE_BYTES // MEGABYTE))


def _bring(key: str, then: Callable[[Run], None]) -> None:
    """Read the file, say what it is, and give its memory back."""
    from core.importers.import_model import import_file  # only now: the draw page's canvas comes first

    mine, file = session(), st.session_state.get(key)
    if not isinstance(file, UploadedFile):  # a page that was left behind told of one that had been read and was gone
        return
    mine.brought = mine.not_brought = ""
    try:
        if _count() >= MAX_IMPORTED:
            raise ModelFileError(f"You have brought {MAX_IMPORTED} networks already. {section(PAGE, 'too many')}")
        imported = import_file(file.getvalue())
        title = imported.title or _title(file.name)
        run = imported.as_run(title, owner_id())
    except ModelFileError as error:
        mine.not_brought = str(error)
    except OSError as error:
        mine.not_brought = f"{refusal_in_words(error)} Please try again later."
    else:
        mine.brought = _in_words(imported, title)
        then(run)
    _free(file)
    mine.bring_version += 1


def _count() -> int:
    """The runs of this visitor that came from files."""
    return sum(metadata.brought for run in own_runs() if (metadata := run.metadata_or_none()))


def _title(file_name: str) -> str:
    from core.importers.run_archive import clean_title

    return clean_title(PurePath(file_name).stem) or "A network"


def _in_words(imported: Imported, title: str) -> str:
    sizes = "-".join(str(layer.biases.size) for layer in imported.network.layers)
    what = "A network" if imported.config is None else f"The run *{plain(title)}*"
    words = [
        f"{what} was read: layers of {sizes} units, {imported.network.parameter_count:,} parameters.",
        f"It reads **{100 * imported.accuracy:.2f} %** of the 10,000 test digits.",
        *found_in_words(imported.found or {}, imported.accuracy),
    ]
    return " ".join(words)


def _free(file: UploadedFile) -> None:
    """Streamlit keeps an upload as long as its session, also when its uploader is gone."""
    if context := get_script_run_ctx():
        files: Any = context.uploaded_file_mgr  # the one in memory, which can more than its type says
        files.remove_file(context.session_id, file.file_id)

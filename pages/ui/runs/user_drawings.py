"""The test set of one's own outlives the page: the browser keeps it, and a file of it can be opened again."""

import base64
import binascii

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.data.user_drawings import add
from core.importers.drawings_file import from_npz, to_npz
from core.narrative import section
from pages.ui.components.browser_storage import DAYS, keep_in_browser
from pages.ui.shell.session import session

PAGE = "draw_digit"


def keep_drawings() -> None:
    """Let the browser keep the test set, and take up what it had kept; on every page that uses it."""
    mine = session()
    mine.is_collection_known |= bool(mine.collection)
    keep_in_browser("drawings", _packed, is_known=mine.is_collection_known, restore=_restore, days=DAYS)


def _packed() -> str | None:
    """The test set as its file, in letters; packed once as long as it stays the same."""
    mine = session()
    if not mine.collection:
        return None
    if mine.packed_collection is None or mine.packed_collection[0] is not mine.collection:
        mine.packed_collection = mine.collection, base64.b64encode(to_npz(mine.collection)).decode()
    return mine.packed_collection[1]


def _restore(kept: object) -> None:
    """Take up what the browser had kept, before what was told here meanwhile."""
    mine = session()
    mine.is_collection_known = True
    if not isinstance(kept, str):
        return
    try:
        mine.collection = add(from_npz(base64.b64decode(kept, validate=True)), *mine.collection)
    except (binascii.Error, ValueError):
        return  # another program's, damaged, or no room: what there is stays


def show_opening() -> None:
    """Open a file of drawings that was taken home."""
    mine = session()

    def open_it() -> None:
        file = st.session_state.get(key)
        mine.drawings_refused = ""
        if not isinstance(file, UploadedFile):
            return
        try:
            mine.collection = add(mine.collection, *from_npz(file.getvalue()))
        except ValueError as error:  # no such file, or too many
            mine.drawings_refused = str(error)
        else:
            mine.opened_drawings += 1

    key = f"drawings-{mine.opened_drawings}"
    with st.popover("Open drawings", icon=":material/folder_open:"):
        st.file_uploader(
            section(PAGE, "open drawings"),
            type="npz",
            max_upload_size=1,  # megabytes: 500 drawings are smaller
            key=key,
            on_change=open_it,
        )
        if mine.drawings_refused:
            st.error(mine.drawings_refused, icon=":material/broken_image:")

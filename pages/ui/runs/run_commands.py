"""A run in this visitor's hands: all that pages change of a run goes through here, where it is asked who may."""

import contextlib
from collections.abc import Iterator

import streamlit as st

from core.runs.permissions import NotAllowedError, RunPermissions
from core.runs.run import Run
from core.runs.service_client import refusal_in_words
from pages.ui.shell.visitor import is_known, owner_id

DELETED = "That could not be done: the run was deleted."


def name_here() -> str:
    """This visitor's name; "" for one who has none."""
    return owner_id() if is_known() else ""


def permissions_of(run: Run) -> RunPermissions:
    """What this visitor may change of a run: pages change it in no other way."""
    return RunPermissions(run, name_here())


def may_control(run: Run) -> bool:
    """Whether the controls of a run are shown here."""
    return permissions_of(run).is_allowed


@contextlib.contextmanager
def refused_in_words(otherwise: str = DELETED) -> Iterator[None]:
    """Change a run: that it is not this visitor's to change is said, and any other misfortune, too.

    `otherwise` is said where the run is gone, or no longer what it was.
    """
    try:
        yield
    except NotAllowedError as error:
        st.toast(str(error), icon=":material/visibility:")
    except (FileNotFoundError, ValueError):
        st.toast(otherwise, icon=":material/error:")
    except OSError as error:
        st.toast(f"{refusal_in_words(error)} Please try again later.", icon=":material/error:")


def accept_from_address(run: Run) -> None:
    """Take over the steering that an address hands on; whatever comes of it is said."""
    if (token := st.query_params.get("steer")) is None:
        return
    try:
        RunPermissions(run, owner_id()).accept_handover(token)
    except NotAllowedError as error:
        st.warning(str(error), icon=":material/visibility:")
    except OSError as error:
        words = f"{refusal_in_words(error)} Please open the address again later."
        st.warning(words, icon=":material/error:")
    else:
        st.toast("You can steer this run: it was handed over to you.", icon=":material/handshake:")

"""The address of a page may ask for what does not exist; then the page says so and shows its default."""

from collections.abc import Iterable, Mapping

import streamlit as st

from core.plain_text import plain

SHOWN = 40  # letters of what somebody else wrote
MAX_LISTED = 3  # of what was ignored: the sentence stays one


def asked_by_address(names: Iterable[str]) -> dict[str, str]:
    """What the address asks of these widgets when their page is opened; nothing once they are shown."""
    return {name: st.query_params[name] for name in names if name in st.query_params and name not in st.session_state}


def say_what_was_ignored(asked: dict[str, str], defaults: Mapping[str, str] | None = None) -> None:
    """One sentence on what the address asked for and the widgets, shown since, could not give.

    A widget's default does not stay in the address: `defaults` tells those that are spelled there as nowhere else.
    """
    ignored = [
        f"{plain(name, SHOWN)} = {plain(value, SHOWN)}"
        for name, value in asked.items()
        if name not in st.query_params and value not in (str(st.session_state.get(name)), (defaults or {}).get(name))
    ]
    if ignored:
        words = ", ".join(ignored[:MAX_LISTED]) + (" and more" if ignored[MAX_LISTED:] else "")
        st.warning(
            f"The address asks for {words}, which does not exist. The page shows its default instead.",
            icon=":material/link_off:",
        )

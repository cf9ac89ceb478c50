"""The address of a page may ask for what does not exist; then the page says so and shows its default."""

from collections.abc import Iterable

import streamlit as st

from pages.ui.session import session


def take_up_again(chapter: str) -> None:
    """Come back to a chapter: what was set there is set again, though the browser's Back forgets all of an address."""
    mine = session()
    if mine.chapter != chapter and not st.query_params and chapter in mine.addresses:
        st.query_params.from_dict(mine.addresses[chapter])
    mine.chapter = chapter


def keep_for_return(chapter: str) -> None:
    """Remember what is set now, for take_up_again."""
    session().addresses[chapter] = {name: st.query_params.get_all(name) for name in st.query_params}


def asked_by_address(names: Iterable[str]) -> dict[str, str]:
    """What the address asks of these widgets when their page is opened; nothing once they are shown."""
    return {name: st.query_params[name] for name in names if name in st.query_params and name not in st.session_state}


def say_what_was_ignored(asked: dict[str, str]) -> None:
    """One sentence on what the address asked for and the widgets, shown since, could not give."""
    ignored = [
        f"{name} = {value[:40]}"
        for name, value in asked.items()
        if name not in st.query_params and str(st.session_state.get(name)) != value
    ]
    if ignored:
        st.warning(
            f"The address asks for {', '.join(ignored)}, which does not exist. The page shows its default instead.",
            icon=":material/link_off:",
        )

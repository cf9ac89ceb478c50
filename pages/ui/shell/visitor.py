"""Whose runs are whose: a browser that trains gets a name that nobody can guess, and keeps it in a cookie.

So a reload, another tab and tomorrow's visit find the runs of today. Who only looks around gets none.
"""

import secrets

import streamlit as st

from core.paths import text_beside
from core.runs.limits import MAX_RUN_DAYS
from core.runs.run import ID
from pages.ui.shell.session import session

COOKIE = "visitor"
SAFE_COOKIE = "__Host-visitor"  # a browser takes it by https alone, and from no other host of the same domain
_JS = text_beside(__file__, "visitor.js")


def owner_id() -> str:
    """This browser's name."""
    mine = session()
    if mine.owner is None:
        known = _cookie()
        mine.owner = known if ID.fullmatch(known) else secrets.token_urlsafe(16)
    return mine.owner


def _cookie() -> str:
    cookies = st.context.cookies
    return cookies.get(SAFE_COOKIE, "") or cookies.get(COOKIE, "")


def is_known() -> bool:
    """Whether this browser has a name already; it can have runs only then."""
    return session().owner is not None or bool(_cookie())


def set_owner_cookie() -> None:
    """Let the browser keep its name."""
    keeper = st.components.v2.component("visitor", html="<span></span>", js=_JS)
    keeper(key="visitor", data={"name": COOKIE, "safe_name": SAFE_COOKIE, "value": owner_id(), "days": MAX_RUN_DAYS})

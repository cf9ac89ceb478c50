"""The chapters in their order, and the one way into them."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

import pages.ui.shell.streamlit_patches  # noqa: F401
from core.paths import ROOT, text_beside
from pages.ui.shell.copy_address import show_copy_address
from pages.ui.shell.session import session

# NumPy's products here are small. Several threads gain them nothing on an idle machine, and make them take six times as
# long when trainings keep its cores busy. It is read when NumPy is imported, which comes later.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Chapters whose controls are bound to the address. A link to them carries what was set there: were it added later, the
# browser would keep two entries in its history, and Back would come to the defaults first.
URL_BOUND_PAGES = ("explore_digits", "gradient_descent", "look_inside")

WITH_CANVAS = "draw_digit"

# Chapters whose address says what is shown.
SHARED = (*URL_BOUND_PAGES, "train_network", "compare_runs")

HERE = Path(__file__).parent
CHAPTERS = ROOT / "pages"
# With something beside it, for what is style alone lies where short messages lie, and one of these takes its place.
STYLE = f"<i></i><style>{text_beside(__file__, 'overrides.css')}</style>"
ICON = HERE / "icon.svg"  # Streamlit's own icons are fetched from Google by each visitor's browser

_TO_THE_TOP = text_beside(__file__, "to_the_top.js")

_FINGERS_SCROLL = text_beside(__file__, "fingers.js")


def open_chapter() -> None:
    """Show the navigation and run the chapter that the address asks for."""
    st.set_page_config(page_title="How neural networks learn", page_icon=ICON, layout="wide")
    chapters = [
        st.Page(CHAPTERS / "start_here.py", title="Start", icon=":material/home:", default=True),
        _chapter("explore_digits", "Explore", ":material/grid_view:"),
        _chapter("gradient_descent", "Descend", ":material/landslide:"),
        _chapter("look_inside", "Look inside", ":material/biotech:"),
        _chapter("train_network", "Train", ":material/trending_down:"),
        _chapter("compare_runs", "Compare", ":material/compare_arrows:"),
        _chapter("draw_digit", "Draw", ":material/draw:"),
    ]
    chapter = st.navigation(chapters, position="hidden")
    go_on()
    with st.container(key="style"):
        st.html(STYLE)
    # A row of links: Streamlit's own menu lies over the page on a phone, and stays there when a page was chosen.
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="chapters"):
        for each in chapters:
            st.page_link(each, width="content", query_params=session().addresses.get(each.url_path))
        if chapter.url_path in SHARED:
            show_copy_address("address", seeds=chapter.url_path == "train_network")
    st.components.v2.component("fingers_scroll", html="<span></span>", js=_FINGERS_SCROLL)(key="fingers_scroll")
    jump = st.empty()  # always there: were the page to move up by one at the next run, its canvas would begin anew
    if st.session_state.pop("jumped", False):
        to_the_top = st.components.v2.component("to_the_top", html="<span></span>", js=_TO_THE_TOP)
        with jump:
            to_the_top(key="to_the_top", data=secrets.token_hex(4))  # anew, even directly after another jump
    _keep_widget_state(chapter.url_path)
    if chapter.url_path != WITH_CANVAS:
        session().is_canvas_shown = False
    chapter.run()
    if chapter.url_path in URL_BOUND_PAGES:
        session().addresses[chapter.url_path] = {name: st.query_params.get_all(name) for name in st.query_params}


def _keep_widget_state(chapter: str) -> None:
    """Keep what was set in a chapter when one comes back to it by Back; forget what another one's address got wrong.

    That address has lost its settings by then. Streamlit takes it at its word and would set everything to its default.
    """
    if session().chapter != chapter and (context := get_script_run_ctx()):
        context.is_history_navigation = False
        session().is_run_lost = False
    session().chapter = chapter


def _chapter(name: str, title: str, icon: str) -> st.Page:
    return st.Page(CHAPTERS / f"{name}.py", title=title, icon=icon, url_path=name)


def button_to(
    chapter: str,
    label: str,
    *,
    address: dict[str, str] | None = None,
    before: Callable[[], object] | None = None,
    **looks: Any,
) -> None:
    """A button that leads to another chapter, to its top; `before` is done first.

    What it does, it does by its callback, with which a run begins: a run that another one ends before it has come to
    the button would forget the press.
    """

    def press() -> None:
        if before:
            before()
        session().going_to = chapter, address or {}

    st.button(label, on_click=press, **looks)
    go_on()  # in a part of the page that runs by itself nothing else runs


def go_on() -> None:
    """Go where a button leads, if one was pressed, to the top: st.switch_page alone stays as far down as one was."""
    if going_to := session().going_to:
        session().going_to = None
        st.session_state.jumped = True
        chapter, address = going_to
        st.switch_page(CHAPTERS / f"{chapter}.py", query_params=address)

"""Pages are run by Streamlit's own AppTest; the canvas is replaced, since AppTest cannot draw."""

import json

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.bundle import ROOT
from pages.ui.session import session
from tests.fabric import fabric_drawing


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def app(monkeypatch):
    """Open the app at a chapter, with an address and with strokes on the canvas."""

    def open_app(page=None, strokes=(), **address):
        drawing = fabric_drawing(strokes)
        monkeypatch.setattr("pages.ui.canvas.show_canvas", lambda brush: setattr(session(), "canvas", drawing))
        at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        for name, value in address.items():
            at.query_params[name] = value
        if page:
            at.run()
            at.switch_page(f"pages/{page}.py")
        return at.run()

    return open_app


@pytest.fixture
def texts():
    """All that a page says in words."""

    def all_texts(at):
        kinds = ("title", "markdown", "caption", "subheader", "info", "warning", "error", "metric")
        return "\n".join(str(element.value) for kind in kinds for element in getattr(at, kind))

    return all_texts


@pytest.fixture
def figure():
    """The data of a Plotly figure on the page, by its place."""
    return lambda at, place=0: json.loads(at.get("plotly_chart")[place].proto.spec)

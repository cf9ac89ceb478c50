"""What the canvas is given to begin with: it has a drawing of its own from then on."""

import sys
import types

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.paths import ROUTER
from tests.fabric import SEVEN, fabric_drawing

ONE = fabric_drawing([[[160, 40], [160, 280]]])
BOTH = fabric_drawing([[[160, 40], [160, 280]], *SEVEN])


@pytest.fixture
def shown(monkeypatch):
    """The app, and a canvas for it that says what it is told to; what it was given, run for run."""
    given, says = [], {}

    def st_canvas(key, initial_drawing, **_):
        given.append((key, initial_drawing))
        st.session_state[key] = types.SimpleNamespace(drawing={"raw": says["drawing"]})  # left behind when it is gone
        return types.SimpleNamespace(json_data=says["drawing"])

    package = types.SimpleNamespace(st_canvas=st_canvas)  # the real one can be imported in a running app alone
    monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", package)
    at = AppTest.from_file(str(ROUTER), default_timeout=60)
    at.run().switch_page("../../draw_digit.py")
    return at, given, says


@pytest.mark.parametrize("way", ["another way to a digit", "another chapter"])
def test_who_comes_back_finds_the_drawing_as_it_was_left(shown, way):
    at, given, says = shown
    says["drawing"] = ONE
    at.run()
    says["drawing"] = BOTH
    at.run()
    assert given == [("canvas-0", None)] * 2  # as long as it is shown, nothing is changed under the pen
    if way == "another chapter":
        at.switch_page("../../explore_digits.py").run()
        at.switch_page("../../draw_digit.py").run()
    else:
        at.segmented_control(key="ink").set_value("Take a test digit").run()
        at.segmented_control(key="ink").set_value("Draw").run()
    key, begins_with = given[-1]
    assert key != "canvas-0"
    assert begins_with["objects"] == BOTH["objects"]
    at.run()
    assert given[-1] == (key, begins_with)

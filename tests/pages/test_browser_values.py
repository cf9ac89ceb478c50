"""What a browser says of charts and components may come from something else: the app takes it or leaves it."""

import json
import math

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

from core.paths import ROOT
from pages.ui.components.browser_values import MAX_COORDINATE, one_of, place, pointed_place
from tests.pages.test_addresses import IDS, VIEWS

NO_PLACES = [
    None,
    [],
    "x",
    7,
    {},
    {"x": 1},
    {"x": 1, "y": None},
    {"x": 1, "y": "2"},
    {"x": 1, "y": [2]},
    {"x": 1, "y": {"x": 1, "y": 2}},
    {"x": True, "y": 2},
    {"x": 1, "y": math.nan},
    {"x": -math.inf, "y": 2},
    {"x": 10**400, "y": 2},
    {"x": 1, "y": 2 * MAX_COORDINATE},
]
TOLD = [
    {"clicked": {"x": 1, "y": "2"}, "pointed": {"x": 1}, "opened": "x"},
    {"clicked": {"x": -1e9, "y": 1e9}, "pointed": {"x": 1e9, "y": -1e9}, "opened": 10_000},
    {"clicked": {"x": 1e9, "y": -1e9}, "pointed": {"x": -1e9, "y": 1e9}, "opened": {}},
    {"selection": {"points": [{"customdata": -1}, 7], "point_indices": [0], "box": [], "lasso": []}},
    {"selection": {"points": [7], "point_indices": [], "box": [], "lasso": []}},
    [],
]
WORDS = [{"string_array_value": {"data": data}} for data in ([], ["x"] * 500)]
NUMBERS = [{"double_array_value": {"data": data}} for data in ([1e300], [math.nan])]
SILLY_VALUES = {
    "button_group": WORDS,
    "multiselect": WORDS,
    "select_slider": WORDS,
    "slider": NUMBERS,
    "number_input": [{"double_value": value} for value in (1e300, math.nan)],
    "selectbox": [{"string_value": value} for value in ("", "x" * 500)],
    "text_input": [{"string_value": value} for value in ("", "x" * 500)],
    "text_area": [{"string_value": value} for value in ("", "9 9;" * 2000)],
}


@pytest.mark.parametrize("value", NO_PLACES)
def test_what_is_no_place_is_none(value):
    assert place(value) is None
    assert pointed_place(value) == ({} if value == {} else None)


def test_a_place_is_two_numbers():
    assert place({"x": 1, "y": -2.5, "more": "x"}) == pointed_place({"x": 1, "y": -2.5}) == {"x": 1.0, "y": -2.5}
    assert [type(value) for value in place({"x": 1, "y": 2}).values()] == [float, float]


@pytest.mark.parametrize("value", [None, "3", [3], True, -1, 4, 1.5, math.nan, math.inf, 10**400])
def test_a_number_that_was_not_offered_is_none(value):
    assert one_of(value, range(4)) is None


def test_a_number_that_was_offered_is_whole():
    assert one_of(3.0, range(4)) == 3 and type(one_of(3.0, range(4))) is int


@pytest.fixture
def raised(monkeypatch):
    """Exceptions that ended a run, each with whether it began in the app's own code."""
    found = []

    def take(error):
        trace = error.__traceback__
        while trace.tb_next:
            trace = trace.tb_next
        file = trace.tb_frame.f_code.co_filename
        found.append(
            (file.startswith((str(ROOT / "pages"), str(ROOT / "core"))), f"{file}:{trace.tb_lineno}: {error!r}")
        )

    monkeypatch.setattr("streamlit.error_util._log_uncaught_app_exception", take)
    return found


def controls(at):
    """Each control of a page, once: its kind and its id."""
    found, nodes = {}, [at._tree]
    for node in nodes:
        nodes += getattr(node, "children", {}).values()
        proto = getattr(node, "proto", None)
        if isinstance(name := getattr(proto, "id", None), str) and name.startswith("$$"):
            found[name] = node.type
    return [(kind, name) for name, kind in found.items()]


def told(at, *states):
    """Send a message by hand, as anybody can."""
    return at._run(WidgetStates(widgets=states))


@pytest.mark.parametrize(("chapter", "query"), VIEWS, ids=IDS)
def test_whatever_a_component_says_the_app_s_own_code_raises_nothing(app, chapter, query, raised):
    at = app(chapter, **query)
    for kind, name in controls(at):
        for value in TOLD if kind == "bidi_component" else ():
            told(at, WidgetState(id=name, json_value=json.dumps(value)))
            assert not [line for is_own, line in raised if is_own], value


@pytest.mark.parametrize(("chapter", "query"), VIEWS, ids=IDS)
def test_whatever_a_control_says_the_app_s_own_code_raises_nothing(app, chapter, query, raised):
    at = app(chapter, **query)
    for kind, name in controls(at):
        for state in SILLY_VALUES.get(kind, ()):
            told(at, WidgetState(id=name, **state))
            assert not [line for is_own, line in raised if is_own], (kind, name, state)


def test_an_exception_of_the_app_s_own_would_be_seen(app, raised, monkeypatch):
    monkeypatch.setattr("pages.ui.components.chart.place", lambda value: value)
    at = app("gradient_descent", part="Two weights")
    [race] = [name for _, name in controls(at) if name.endswith("-race")]
    told(at, WidgetState(id=race, json_value=json.dumps({"clicked": {"x": "1"}})))
    assert [is_own for is_own, _ in raised] == [True]

"""A box that is left with a number out of range says its range; nothing moves, and nothing begins with another."""

import re

import pytest
from playwright.sync_api import expect

from core.paths import ROOT
from tests.browser.app import serve
from tests.browser.conftest import PHONE

PAGE = """
import streamlit as st
from pages.ui.shell.navigation import STYLE
from pages.ui.components.number_box import for_good_numbers, number_box

st.html(STYLE)
st.title("Numbers")
begun = st.session_state.setdefault("begun", [])
epochs = number_box("Epochs", 1, 200, 8, key="epochs", width=150, bind="query-params")
rate = number_box("Rate", -0.5, 2.5, 0.5, key="rate", width=150, format="%g", persist_state="session")
with for_good_numbers("train"):
    st.button("Train", on_click=lambda: begun.append(epochs))
st.button("Below")
st.text(f"epochs {epochs}, rate {rate}, begun {begun}")
"""


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    script = tmp_path_factory.mktemp("app") / "numbers.py"
    script.write_text(PAGE)
    with serve(script, PYTHONPATH=str(ROOT)) as (address, _):
        yield address


@pytest.fixture
def page(numbers, browser):
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(numbers)
    expect(page.get_by_text("epochs 8")).to_be_visible()
    yield page
    context.close()


def box(page, name):
    return page.get_by_role("spinbutton", name=name)


@pytest.mark.parametrize("key", ["Tab", "Enter"])
def test_a_number_out_of_range_is_answered_with_the_range_and_moves_nothing(page, key):
    said = page.get_by_text("Choose 1 to 200. For now it is 8.")
    below = page.get_by_role("button", name="Below")
    before = below.bounding_box()
    expect(said).to_be_hidden()
    box(page, "Epochs").fill("100000")
    box(page, "Epochs").press(key)
    expect(said).to_be_visible()
    assert below.bounding_box() == before
    expect(page.get_by_text("Choose −0.5 to 2.5.")).to_be_hidden()
    box(page, "Epochs").fill("12")
    box(page, "Epochs").press(key)
    expect(said).to_be_hidden()
    expect(page.get_by_text("epochs 12")).to_be_visible()
    expect(page).to_have_url(re.compile("epochs=12"))


@pytest.mark.parametrize("touch", [False, True])
def test_a_button_pressed_straight_from_the_box_does_not_begin_with_the_number_before(page, touch):
    button = page.get_by_role("button", name="Train")
    at = button.bounding_box()
    place = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    press = page.touchscreen.tap if touch else page.mouse.click
    box(page, "Rate").fill("-0.6")
    press(*place)
    expect(page.get_by_text("Choose −0.5 to 2.5. For now it is 0.5.")).to_be_visible()
    expect(page.get_by_text("A number is out of its range")).to_be_visible()
    expect(button).to_be_hidden()
    box(page, "Rate").fill("1.25")
    box(page, "Rate").press("Tab")
    expect(page.get_by_text("rate 1.25, begun []")).to_be_visible()
    expect(button).to_be_visible()
    press(*place)
    expect(page.get_by_text("begun [8]")).to_be_visible()


@pytest.mark.parametrize("place", [{}, PHONE])
def test_train_begins_nothing_while_a_number_is_out_of_range(open_page, place):
    page = open_page("train_network", **place)
    train = page.get_by_role("button", name="Train", exact=True)
    expect(train).to_be_enabled()
    box(page, "Epochs").fill("100000")
    train.dispatch_event("mousedown")
    box(page, "Epochs").blur()
    expect(page.get_by_text("Choose 1 to 200. For now it is 4.")).to_be_visible()
    expect(train).to_be_hidden()
    expect(page.get_by_text("A number is out of its range")).to_be_visible()
    expect(page).not_to_have_url(re.compile("run="))


def test_a_number_that_is_no_safe_integer_is_answered_too(page):
    box(page, "Epochs").fill("9" * 25)
    box(page, "Epochs").press("Tab")
    expect(page.get_by_text("Choose 1 to 200. For now it is 8.")).to_be_visible()


def test_a_preset_takes_the_place_of_numbers_out_of_range_and_an_emptied_box_keeps_what_it_held(open_page):
    page = open_page("train_network")
    train = page.get_by_role("button", name="Train", exact=True)
    wrong = {"Units 1": "99999", "Epochs": "1000", "Seed": "-5"}
    for name, number in wrong.items():
        box(page, name).fill(number)
        box(page, name).press("Tab")
    expect(train).to_be_hidden()
    page.get_by_role("radio", name="As in the article", exact=True).click()
    for name, number in {"Units 1": "784", "Units 2": "100", "Epochs": "10", "Seed": "0"}.items():
        expect(box(page, name)).to_have_value(number)
    expect(train).to_be_visible()
    box(page, "Units 1").fill("")
    box(page, "Units 1").press("Tab")
    expect(box(page, "Units 1")).to_have_value("784")
    expect(page.get_by_text("694,950 parameters")).to_be_visible()

"""A picture with a button below it, or a card with a link, is pressed anywhere; the keyboard finds the same one."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.app import is_at, settled
from tests.browser.conftest import PHONE, WINDOW

# Each kind of card: where it is, and where it leads to.
CARDS = {
    "start": ("", ".st-key-card-gradient_descent", "gradient_descent"),
    "gallery": ("explore_digits?view=Gallery", ".st-key-card-gallery-7", r"explore_digits\?index=7$"),
    "neighbour": ("explore_digits", "[class*=st-key-card-neighbour-]", r"explore_digits\?index="),
    "hardest": ("explore_digits?view=Hardest", "[class*=st-key-card-hardest-]", r"explore_digits\?index=\d+&set=test$"),
    "mistake": ("compare_runs", "[class*=st-key-card-mistake-]", r"explore_digits\?.*set=test"),
}

OUTLINE = "(one) => getComputedStyle(one, '::after').outlineStyle + getComputedStyle(one, '::after').outlineWidth"


@pytest.fixture(params=CARDS)
def card(request, open_page):
    """Open a page; its first card of a kind, what is pressed in it, and the address that it leads to."""

    def open_at(**screen):
        path, place, leads_to = CARDS[request.param]
        page = open_page(path, **screen)
        found = page.locator(place).first
        found.wait_for()
        settled(page)
        found.evaluate("(one) => one.scrollIntoView({ block: 'center' })")
        return page, found, found.locator("a:visible, button:visible"), re.compile(leads_to)

    return open_at


def test_a_card_is_pressed_where_there_is_no_button(card):
    page, found, pressed, leads_to = card(viewport=WINDOW)
    expect(pressed).to_have_count(1)  # whatever else could be pressed would be covered
    box, inside = found.bounding_box(), pressed.bounding_box()
    x, y = box["x"] + 0.06 * box["width"], box["y"] + 0.95 * box["height"]
    assert not (
        inside["x"] <= x <= inside["x"] + inside["width"] and inside["y"] <= y <= inside["y"] + inside["height"]
    )
    page.mouse.click(x, y)
    is_at(page, leads_to)


def test_a_finger_presses_it_too(card):
    page, found, _, leads_to = card(**PHONE)
    box = found.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 10)
    is_at(page, leads_to)


def test_its_focus_is_seen_around_all_of_it(card):
    page, found, pressed, leads_to = card(viewport=WINDOW)
    assert pressed.evaluate(OUTLINE).startswith("none")
    pressed.evaluate("(one) => one.focus({ focusVisible: true })")
    assert pressed.evaluate(OUTLINE) == "solid2px"
    size = "(one) => ['width', 'height'].map((side) => parseFloat(getComputedStyle(one, '::after')[side]))"
    box = found.bounding_box()
    assert pressed.evaluate(size) == pytest.approx([box["width"], box["height"]], abs=3)  # a border's width
    page.keyboard.press("Enter")
    is_at(page, leads_to)


def test_no_button_lies_over_the_words_beside_a_picture(open_page):
    page = open_page()
    settled(page)
    page.locator(".stMain .stImage").first.hover()
    expect(page.get_by_role("button", name="Fullscreen")).to_have_count(0)

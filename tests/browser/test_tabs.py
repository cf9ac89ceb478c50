"""Back and Forward among the parts of a chapter: each part is a place one comes back to, with what was set there."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.app import is_at, settled

CHAPTERS = {
    "gradient_descent": ("part", ("One weight", "Two weights", "Momentum")),
    "look_inside": ("inside", ("One digit forward", "One batch backward", "Time machine")),
    "explore_digits": ("view", ("One digit", "Gallery", "Averages")),
}


def choose(page, key, part):
    page.locator(f".st-key-{key}").get_by_role("radio", name=part, exact=True).click()
    at(page, key, part)


def at(page, key, part):
    """Wait until a part is chosen, the address says so, and the server has answered."""
    expect(page.locator(f".st-key-{key} [aria-checked=true]")).to_have_text(part)
    words = part.replace(" ", r"\+")
    address = rf"{key}={words}" if part not in FIRSTS else rf"^(?!.*[?&]{key}=)"
    is_at(page, re.compile(address))
    page.wait_for_function("() => document.querySelector('[data-test-script-state=notRunning]')")


FIRSTS = {parts[0] for _, parts in CHAPTERS.values()}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_back_and_forward_lead_from_part_to_part_and_then_out_of_the_chapter(open_page, chapter):
    key, (first, second, third) = CHAPTERS[chapter]
    page = open_page()
    page.locator(f"a[href*={chapter}]").first.click()
    at(page, key, first)
    choose(page, key, second)
    choose(page, key, third)
    page.go_back()
    at(page, key, second)
    page.go_back()
    at(page, key, first)
    page.go_forward()
    at(page, key, second)
    page.go_back()
    at(page, key, first)
    page.go_back()
    expect(page.get_by_role("heading", name="How does a neural network learn?")).to_be_visible()


def test_back_keeps_what_was_set_in_each_part_and_moving_a_slider_makes_no_entry(open_page):
    page = open_page("gradient_descent?rate=0.251")
    choose(page, "part", "Two weights")
    slider = page.locator(".st-key-race_steps input[type=range]")
    slider.focus()
    for steps in (210, 220, 230):
        slider.press("ArrowRight")
        is_at(page, f"**race_steps={steps}*")
    choose(page, "part", "Momentum")
    page.go_back()
    at(page, "part", "Two weights")
    expect(slider).to_have_value("230")
    page.go_back()
    at(page, "part", "One weight")
    is_at(page, "**/gradient_descent?rate=0.251")
    page.go_forward()
    at(page, "part", "Two weights")
    expect(slider).to_have_value("230")


def test_what_the_server_says_of_a_part_that_was_left_by_back_comes_too_late(open_page):
    """On a busy server: the page showed the part that one came back to, and the address the one that was left."""
    page = open_page("gradient_descent?rate=0.251")
    choose(page, "part", "Two weights")
    is_at(page, re.compile(r"\?part=Two\+weights$"))  # a moment later, Streamlit has taken the rate away
    choose(page, "part", "Momentum")
    said = """(method) => new Promise((done) => {
      const late = () => { history[method](null, "", "/gradient_descent?part=Momentum"); done(location.search) }
      addEventListener("popstate", late, { once: true })
      history.back()
    })"""
    assert page.evaluate(said, "replaceState") == "?part=Two+weights"  # as Streamlit says it after Back
    at(page, "part", "Two weights")
    page.go_forward()
    at(page, "part", "Momentum")
    assert page.evaluate(said, "pushState") == "?part=Two+weights"
    at(page, "part", "Two weights")


def test_back_from_another_chapter_comes_to_the_part_and_back_again_to_the_one_before(open_page):
    page = open_page("gradient_descent")
    choose(page, "part", "Two weights")
    page.get_by_role("link", name="Explore").click()
    at(page, "view", "One digit")
    page.go_back()
    at(page, "part", "Two weights")
    page.go_back()
    at(page, "part", "One weight")
    page.go_forward()
    at(page, "part", "Two weights")
    page.go_forward()
    at(page, "view", "One digit")
    page.get_by_role("link", name="Descend").click()
    at(page, "part", "Two weights")
    choose(page, "part", "Momentum")
    page.evaluate("history.go(-3)")  # past Explore, to the part that was shown there
    at(page, "part", "Two weights")


def test_a_part_chosen_by_keyboard_is_one_to_come_back_to_and_a_reload_forgets_none(open_page):
    page = open_page("gradient_descent")
    at(page, "part", "One weight")
    page.locator(".st-key-part [aria-checked=true]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    at(page, "part", "Two weights")
    page.reload()
    at(page, "part", "Two weights")
    page.go_back()
    at(page, "part", "One weight")


def test_a_part_that_does_not_exist_leaves_no_entry_behind(open_page):
    page = open_page("gradient_descent?part=No+such+part")
    expect(page.get_by_text("which does not exist")).to_be_visible()
    choose(page, "part", "Momentum")
    page.go_back()
    at(page, "part", "One weight")


def test_parts_that_are_pressed_in_haste_are_entries_each_and_the_address_says_the_last(open_page):
    page = open_page("gradient_descent?rate=0.251&steps=60")
    at(page, "part", "One weight")
    parts = ("Two weights", "Momentum", "Three losses", "A line through points")
    for part in parts:
        page.locator(".st-key-part").get_by_role("radio", name=part, exact=True).click()
    expect(page.locator(".st-key-line .chart .main-svg").first).to_be_attached()
    at(page, "part", parts[-1])
    for part in reversed(parts[:-1]):
        page.go_back()
        at(page, "part", part)
    page.go_back()
    is_at(page, "**/gradient_descent?rate=0.251&steps=60")


def test_what_the_server_says_of_a_part_that_one_has_come_back_from_is_too_late(open_page):
    """Else the address would say another part than the page shows."""
    page = open_page("gradient_descent")
    choose(page, "part", "Two weights")
    choose(page, "part", "Momentum")
    address = page.evaluate(
        """() => new Promise((told) => {
          const late = () => {
            history.pushState({}, "", "?part=Momentum&friction=0.5")
            told(location.href)
          }
          addEventListener("popstate", late, { once: true })
          history.back()
        })"""
    )
    assert address.endswith("part=Two+weights")
    at(page, "part", "Two weights")
    settled(page)
    choose(page, "part", "Momentum")
    page.go_back()
    at(page, "part", "Two weights")

"""All that a mouse can do on a page can be done by the keyboard alone, and one sees where one is."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.app import LIMIT, canvas_box, is_at, settled
from tests.browser.charts import ALL_DRAWN, chart
from tests.browser.conftest import WINDOW
from tests.browser.reach import CONTROLS
from tests.browser.test_accessibility import AT_REST


@pytest.fixture(scope="module")
def page(browser, address):
    """A visitor who goes from page to page: a third less work than a browser for each."""
    context, errors = browser.new_context(base_url=address, viewport=WINDOW), []
    page = context.new_page()
    page.set_default_timeout(LIMIT)
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    context.close()
    assert not errors


def go_to(page, control):
    """Press Tab until a control has the focus."""
    expect(control).to_be_attached()
    settled(page)
    for _ in range(150):
        page.keyboard.press("Tab")
        if control.evaluate("(one) => one.matches(':focus, :focus-within')"):
            return
    raise AssertionError(f"{control} is not reached.")


SEEN = """(one) => {
  const around = [], looks = ["outline", "boxShadow", "borderColor", "backgroundColor"]
  for (let at = one; at && around.length < 4; at = at.parentElement) around.push(at)
  around.push(...one.querySelectorAll("*"))
  return JSON.stringify(around.map((at) => looks.map((look) => getComputedStyle(at)[look])))
}"""


@pytest.mark.parametrize("path", ["", "gradient_descent", "look_inside", "train_network", "explore_digits?view=Map"])
def test_one_sees_where_the_focus_is(page, path):
    page.goto(f"/{path}")
    page.emulate_media(reduced_motion="reduce")
    settled(page)
    page.evaluate(CONTROLS)
    unseen, kinds = [], set()
    for _ in range(60):
        page.keyboard.press("Tab")
        control = page.evaluate_handle("() => window.deep()").as_element()
        kind = control.evaluate(
            "(one) => [one.tagName, one.type, one.role, one.closest('[data-testid]')?.dataset.testid]"
        )
        if str(kind) in kinds or kind[0] in ("BODY", "MAIN"):
            continue
        kinds.add(str(kind))
        page.wait_for_function(AT_REST)
        focused = control.evaluate(SEEN)
        control.evaluate("(one) => one.blur()")
        page.wait_for_function(AT_REST)
        unseen += [kind] if control.evaluate(SEEN) == focused else []
        control.evaluate("(one) => one.focus({ focusVisible: true })")
    assert len(kinds) > 3
    assert not unseen


def test_another_part_is_chosen_by_the_arrows(open_page):
    page = open_page("gradient_descent")
    page.wait_for_function(ALL_DRAWN)
    go_to(page, page.get_by_role("radio", name="One weight"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="Two weights")).to_be_checked()


def test_the_ball_is_placed_and_rolled(open_page):
    """As by a click on the curve: by the slider of the start, and by Play."""
    page = open_page("gradient_descent")
    chart(page, "one-weight")
    go_to(page, page.locator(".st-key-start input[type=range]"))
    page.keyboard.press("End")
    is_at(page, re.compile("start="))
    ball = "() => document.querySelector('.st-key-one-weight .chart').data[5].x[0] > 5"
    page.wait_for_function(ball)
    go_to(page, page.locator(".st-key-one-weight").get_by_role("button", name="Play"))
    page.keyboard.press("Space")
    step = page.locator(".st-key-one-weight .player output")
    expect(step).to_have_text("step 30 of 30")
    go_to(page, page.locator(".st-key-one-weight .player input"))
    page.keyboard.press("ArrowLeft")
    expect(step).to_have_text("step 29 of 30")


def test_a_unit_is_chosen(open_page):
    """As by a click on it: by its layer and its number."""
    page = open_page("look_inside?layer=2")
    page.wait_for_function(ALL_DRAWN)
    go_to(page, page.locator(".st-key-unit input"))
    page.keyboard.press("Control+A")
    page.keyboard.type("35")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Unit 35 of layer 2")).to_be_visible()


def test_a_digit_of_the_map_is_pointed_at_and_opened(open_page):
    page = open_page("explore_digits?view=Map")
    expect(page.locator(".st-key-digit-map .js-plotly-plot")).to_be_visible()
    name = page.locator(".st-key-digit_under_pointer #name")
    go_to(page, page.get_by_role("slider", name="dot of the map"))
    before = name.text_content()
    page.keyboard.press("ArrowRight")
    expect(name).not_to_have_text(before)
    expect(page.locator(".st-key-digit-map .hoverlayer .hovertext")).to_be_visible()
    shown = re.search(r"test digit ([\d,]+)", name.text_content())[1].replace(",", "")
    go_to(page, page.get_by_role("button", name="Open", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-index input")).to_have_value(shown)


# A page asks for a file: whether its control is there then, and whether the browser lets it, since a key was pressed.
# The chooser itself is the browser's; told of by the driver, it did not come in two of about forty busy runs.
ASKED_FOR_FILE = """() => {
  const click = HTMLInputElement.prototype.click
  HTMLInputElement.prototype.click = function () {
    if (this.type === "file") window.asked = [this.isConnected, navigator.userActivation.isActive]
    else click.call(this)
  }
}"""


def test_who_cannot_draw_takes_a_test_digit_or_opens_a_picture(open_page):
    page = open_page("draw_digit")
    canvas_box(page)
    go_to(page, page.get_by_role("radio", name="Draw", exact=True))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    go_to(page, page.get_by_test_id("stFileUploaderDropzone").locator("button"))
    page.evaluate(ASKED_FOR_FILE)
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.asked")
    assert page.evaluate("() => window.asked") == [True, True]
    page.evaluate("() => document.activeElement.blur()")
    go_to(page, page.get_by_role("radio", name="Open a picture"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator(".st-key-answer-0 h2")).to_have_text("7")
    go_to(page, page.locator(".st-key-test_digit input"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-answer-0 h2")).to_have_text("2")

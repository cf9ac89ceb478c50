"""On a phone a finger that passes over a chart or a slider scrolls the page; a tap still points and chooses."""

import pytest
from playwright.sync_api import expect

from tests.browser.app import canvas_box, settled
from tests.browser.charts import ALL_DRAWN

FAR = 200  # pixels that a finger moves
TOP = "() => document.querySelector('.stMain').scrollTop"
RANGES = (
    """({ _fullLayout: { xaxis, yaxis } }) => [xaxis, yaxis].map((one) => one.range.map((end) => end.toFixed(3)))"""
)


class Finger:
    def __init__(self, page):
        self.page, self.session = page, page.context.new_cdp_session(page)

    def touch(self, kind, *places):
        points = [{"x": x, "y": y} for x, y in places]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def swipe(self, box, across=0.0, up=FAR):
        """From the middle of a box upwards, and across; how far the page scrolled at least."""
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        before = self.page.evaluate(TOP)
        self.touch("touchStart", (x, y))
        for step in range(1, 11):
            self.touch("touchMove", (x + across * step / 10, y - up * step / 10))
        self.touch("touchEnd")
        return self.page.evaluate(TOP) - before


@pytest.fixture
def at(open_page, phone):
    """A page on a phone, and a finger."""

    def open_at(path):
        page = open_page(path, **phone)
        settled(page)
        return page, Finger(page)

    return open_at


# Bring something to the middle of the screen, again while the page still glides, until ten frames show it there.
IN_THE_MIDDLE = """(one) => new Promise((done) => {
  let place, frames = 0
  const look = () => {
    const now = one.getBoundingClientRect().y
    frames = now === place ? frames + 1 : 0
    place = now
    if (frames === 0) one.scrollIntoView({ block: "center" })
    if (frames < 10) requestAnimationFrame(look)
    else done()
  }
  look()
})"""


# What something says, once it has said the same for thirty frames: a finger's last moves may still be on their way.
STEADY = """(one) => new Promise((done) => {
  let words, frames = 0
  const look = () => {
    frames = one.innerText === words ? frames + 1 : 0
    words = one.innerText
    if (frames < 30) requestAnimationFrame(look)
    else done(words)
  }
  look()
})"""


def in_the_middle(thing):
    """Its place on the screen, once nothing scrolls any more."""
    settled(thing.page)
    thing.evaluate(IN_THE_MIDDLE)
    return thing.bounding_box()


@pytest.mark.parametrize("path", ["", "explore_digits", "explore_digits?view=Map", "compare_runs", "train_network"])
def test_a_finger_scrolls_over_every_chart_and_zooms_none(at, path):
    page, finger = at(path)
    page.wait_for_function(ALL_DRAWN)
    charts = page.locator(".js-plotly-plot:has(.nsewdrag)")
    count = charts.count()
    assert count
    charts.evaluate_all("(all) => all.forEach((one, number) => { one.dataset.number = number })")  # others may come
    for number in range(count):
        chart = page.locator(f"[data-number='{number}']")
        box, ranges = in_the_middle(chart.locator(".nsewdrag").first), chart.evaluate(RANGES)
        assert finger.swipe(box) > FAR / 2
        assert chart.evaluate(RANGES) == ranges


def test_a_tap_on_a_chart_tells_what_is_there(at):
    page, _ = at("explore_digits")
    chart = page.locator(".st-key-distances .nsewdrag")
    box = in_the_middle(chart)
    page.touchscreen.tap(box["x"] + 0.55 * box["width"], box["y"] + box["height"] - 8)
    expect(page.locator(".st-key-distances .hovertext").first).to_contain_text("average 5")


def test_a_slider_is_not_touched_before_the_script_that_tells_a_tap_from_a_scroll_has_come(at):
    """Else a finger that scrolls before it has come, as it may on a slow device, moves the slider."""
    page, _ = at("train_network")
    slider = page.locator(".stSlider", has_text="Learning rate")
    said, track = slider.get_by_test_id("stSliderThumbValue"), slider.locator("[role=group] > [data-rac]")
    before = said.inner_text()
    page.evaluate("() => { delete document.documentElement.dataset.fingers }")
    for value in (before, "1e-06"):
        box = in_the_middle(track)
        page.touchscreen.tap(box["x"] + 4, box["y"] + box["height"] / 2)
        settled(page)
        expect(said).to_have_text(value)
        page.evaluate("() => { document.documentElement.dataset.fingers = '' }")


def test_nor_is_a_chart(at):
    page, _ = at("explore_digits?view=Map")
    page.wait_for_function(ALL_DRAWN)
    box = in_the_middle(page.locator(".js-plotly-plot .nsewdrag"))
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    hit = "([x, y]) => !!document.elementFromPoint(x, y).closest('.draglayer')"
    assert page.evaluate(hit, middle)
    page.evaluate("() => { delete document.documentElement.dataset.fingers }")
    assert not page.evaluate(hit, middle)


def test_a_finger_scrolls_over_a_slider_and_leaves_it_and_a_tap_and_a_drag_set_it(at):
    page, finger = at("train_network")
    slider = page.locator(".stSlider", has_text="Learning rate")
    said = slider.get_by_test_id("stSliderThumbValue")
    track = slider.locator("[role=group] > [data-rac]")
    box = in_the_middle(track)
    before = said.inner_text()
    assert finger.swipe(box) > FAR / 2
    assert said.evaluate(STEADY) == before

    box = in_the_middle(track)
    page.touchscreen.tap(box["x"] + 4, box["y"] + box["height"] / 2)
    expect(said).to_have_text("1e-06")
    settled(page)
    thumb = in_the_middle(slider.locator("[role=group] > [data-rac] > [data-rac]"))
    assert finger.swipe(thumb, up=0, across=box["width"] / 2) < FAR / 2
    expect(said).not_to_have_text("1e-06")
    settled(page)
    after = said.evaluate(STEADY)
    assert finger.swipe(in_the_middle(slider.locator("[role=group] > [data-rac] > [data-rac]"))) > FAR / 2
    assert said.evaluate(STEADY) == after


def test_a_finger_beside_the_canvas_draws_nothing(at):
    """A browser takes a finger for one on the canvas that is up to 8 pixels beside it, and gives its own place."""
    page, finger = at("draw_digit")
    box = canvas_box(page)
    undo = page.locator(".st-key-undo button")
    for x in (box["x"] - 8, box["x"] + box["width"] + 6):
        finger.swipe({"x": x, "y": box["y"] + 200, "width": 0, "height": 0}, up=150)
        settled(page)
        expect(undo).to_be_disabled()
    finger.swipe({"x": box["x"] + 8, "y": box["y"] + 200, "width": 0, "height": 0}, up=150)
    expect(undo).to_be_enabled()


def test_a_finger_that_asks_what_a_switch_does_leaves_it_as_it_is(at):
    page, _ = at("gradient_descent")
    switch = page.get_by_role("switch", name="Twelve random starts")
    page.locator(".st-key-explained-starts").get_by_test_id("stTooltipIcon").tap()
    expect(page.get_by_test_id("stTooltipContent")).to_contain_text("Each ring is a ball")
    expect(switch).not_to_be_checked()

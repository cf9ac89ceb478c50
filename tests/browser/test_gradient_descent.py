"""The chapter on the loss curve, with a hand: clicks on charts, playing, links."""

import io
import re
from itertools import pairwise
from urllib.parse import parse_qs

import pytest
from PIL import Image
from playwright.sync_api import expect

from core.descent.momentum_map import MOMENTA, RATES
from tests.browser.app import LIMIT, address_of, is_at, launched
from tests.browser.charts import ALL_DRAWN, chart, click_at, tap_at

PARTS = ("One weight", "Two weights", "Momentum", "A line through points", "Three losses")


def step_of(page, key):
    return page.locator(f".st-key-{key} .player output")


DRAWN = """(chart) => JSON.stringify([chart._fullLayout.xaxis.range, chart._fullLayout.yaxis.range,
  chart.calcdata.map((trace) => trace.map((point) => [point.x, point.y]))])"""


def drawn(page, key):
    """All that a chart shows: what its axes span, and every point of its traces."""
    return chart(page, key).evaluate(DRAWN)


def test_a_click_on_the_curve_places_the_ball_and_rolls_it(open_page):
    page = open_page("gradient_descent")
    expect(step_of(page, "one-weight")).to_have_text("step 0 of 30")
    click_at(page, "one-weight", 6.0, 9.0)
    is_at(page, re.compile(r"start=(5\.9|6)"))
    expect(step_of(page, "one-weight")).to_have_text("step 30 of 30")
    expect(page.get_by_text("it is within 0.1 of the minimum at 3")).to_be_visible()
    page.reload()
    expect(page.locator(".st-key-start input[type=range]")).to_have_value(re.compile(r"5\.9|6"))


def test_step_by_step_with_the_arithmetic_and_back(open_page):
    page = open_page("gradient_descent")
    player = page.locator(".st-key-one-weight .player")
    says = player.locator(".captions")
    expect(says).to_contain_text("The slope −8 is negative: downhill is to the right, so the weight must grow.")
    expect(says).to_contain_text("−1 − 0.1 × (−8) = −0.2")
    player.get_by_role("button", name="Step").click()
    expect(says).to_contain_text("Weight −0.2")
    expect(step_of(page, "one-weight")).to_have_text("step 1 of 30")
    player.get_by_role("button", name="Back").click()
    expect(says).to_contain_text("Weight −1, loss 16")
    player.get_by_label("step").focus()
    page.keyboard.press("End")
    expect(step_of(page, "one-weight")).to_have_text("step 30 of 30")
    player.get_by_role("button", name="Reset").click()
    expect(step_of(page, "one-weight")).to_have_text("step 0 of 30")


def test_the_learning_rate_is_moved_across_the_edge(open_page):
    page = open_page("gradient_descent?rate=0.891")
    expect(page.get_by_text("overshooting, but settling")).to_be_visible()
    slider = page.locator(".st-key-rate input[type=range]")
    slider.focus()
    slider.press("ArrowRight")
    expect(page.get_by_text("1 is just that: on the edge. Near")).to_be_visible()
    slider.press("ArrowRight")
    expect(page.get_by_text("1.12 is 1.1 times that: diverging.")).to_be_visible()
    expect(page.get_by_text("the loss has grown from 16 to")).to_be_visible()
    is_at(page, "**rate=1.12*")
    click_at(page, "rates", 0.0501, 5)
    expect(page.get_by_text("creeping. In 20 steps it does not come within 0.1")).to_be_visible()
    is_at(page, "**rate=0.0501*")


@pytest.mark.parametrize(
    ("query", "key"),
    [("steps=100", "one-weight"), ("part=Two+weights&race_steps=100", "race")],
)
def test_a_hundred_steps_play_smoothly_and_cost_the_server_nothing(open_page, query, key):
    page = open_page(f"gradient_descent?{query}")
    expect(step_of(page, key)).to_have_text("step 0 of 100")
    page.wait_for_function("() => document.querySelector('[data-test-script-state=notRunning]')")
    chart(page, key).evaluate(
        """(chart) => {
          window.frames_seen = window.reruns = 0
          chart.on("plotly_animatingframe", () => window.frames_seen++)
          const server = document.querySelector("[data-test-script-state]")
          new MutationObserver(() => window.reruns++).observe(server, {attributeFilter: ["data-test-script-state"]})
        }"""
    )
    page.locator(f".st-key-{key} .player").get_by_role("button", name="Play").click()
    expect(step_of(page, key)).to_have_text("step 100 of 100")
    assert page.evaluate("window.frames_seen") >= 90
    assert page.evaluate("window.reruns") == 0
    assert chart(page, key).evaluate("(chart) => [...chart.querySelectorAll('path.js-line')].length") > 0


def test_playing_stops_at_the_press_of_a_button_and_goes_on(open_page):
    page = open_page("gradient_descent?steps=200")
    player = page.locator(".st-key-one-weight .player")
    player.get_by_role("button", name="Play").click()
    expect(step_of(page, "one-weight")).to_have_text(re.compile("step [1-9]"))
    player.get_by_role("button", name="Pause").click()
    expect(player.get_by_role("button", name="Play")).to_be_visible()
    stopped = step_of(page, "one-weight").text_content()
    assert stopped != "step 200 of 200"
    slider = page.locator(".st-key-rate input[type=range]")
    says = player.locator(".captions")
    before = says.text_content()
    slider.focus()
    slider.press("ArrowRight")
    expect(says).not_to_have_text(before)
    expect(step_of(page, "one-weight")).to_have_text(stopped)  # another path, the same step


def test_the_race_in_three_dimensions_follows_and_a_click_starts_it_anew(open_page):
    page = open_page("gradient_descent?part=Two+weights")
    space = chart(page, "race-space")
    player = page.locator(".st-key-race .player")
    expect(step_of(page, "race")).to_have_text("step 0 of 200")
    balls = "(chart) => String(chart.data.slice(-3).map((ball) => [ball.x[0], ball.y[0]]))"
    at_start = space.evaluate(balls)
    player.get_by_role("button", name="Step").click()
    moved = f"before => ({balls})(document.querySelector('.st-key-race-space .chart')) !== before"
    page.wait_for_function(moved, arg=at_start)
    click_at(page, "race", 2.0, -1.5)
    is_at(page, re.compile(r"x=(2|1\.99|2\.01)&y=-1\.(5|49|51)|x=2&"))
    expect(page.locator(".st-key-x input[type=range]")).to_have_value(re.compile(r"^(2|1\.9)"))


def test_pointing_at_the_momentum_map_shows_a_path_and_a_click_keeps_it(open_page):
    page = open_page("gradient_descent?part=Momentum")
    expect(page.get_by_text("Chosen: learning rate")).to_contain_text("momentum 0:")
    box = chart(page, "momentum-map").locator(".nsewdrag").bounding_box()
    chosen = drawn(page, "momentum-path")
    moved = f"before => ({DRAWN})(document.querySelector('.st-key-momentum-path .chart')) !== before"
    came_back = f"before => ({DRAWN})(document.querySelector('.st-key-momentum-path .chart')) === before"
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.5)
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.45, steps=4)
    expect(page.get_by_text("Pointed at: learning rate")).to_contain_text("momentum 0.54")
    page.wait_for_function(moved, arg=chosen)
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] - 200, steps=3)
    expect(page.get_by_text("Chosen: learning rate")).to_contain_text("momentum 0:")
    page.wait_for_function(came_back, arg=chosen)
    assert "momentum=" not in address_of(page)
    page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.45)
    expect(page.get_by_text("Chosen: learning rate")).to_contain_text("momentum 0.54")
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] - 200, steps=3)
    is_at(page, "**momentum=0.54*")
    expect(page.get_by_text("Chosen: learning rate")).to_contain_text("momentum 0.54")


def test_the_label_at_the_pointer_and_the_headline_tell_the_same_beside_the_border_of_a_field(open_page):
    page = open_page("gradient_descent?part=Momentum")
    found = chart(page, "momentum-map")
    box = found.locator(".nsewdrag").bounding_box()
    across, up = found.evaluate(
        """(chart, [rates, momenta]) => {
          const { xaxis, yaxis } = chart._fullLayout
          return [rates.map((rate) => xaxis.d2p(rate)), momenta.map((momentum) => yaxis.d2p(momentum))]
        }""",
        [[(a * b) ** 0.5 for a, b in pairwise(RATES)], [(a + b) / 2 for a, b in pairwise(MOMENTA)]],
    )
    agree = """() => {
      const label = document.querySelector(".st-key-momentum-map .hovertext")?.textContent.split(": ")[0]
      const pointed = [...document.querySelectorAll("p")].find((said) => said.textContent.startsWith("Pointed at: "))
      return label && pointed && pointed.textContent.startsWith(`Pointed at: ${label}: `)
    }"""
    for column, row, beside in ((3, 4, -0.9), (8, 15, -0.4), (17, 20, 0.1), (16, 27, 0.4), (18, 9, 0.7), (25, 30, 0.9)):
        page.mouse.move(box["x"], box["y"] - 100)
        expect(page.get_by_text("Chosen: learning rate")).to_be_visible()
        page.mouse.move(box["x"] + across[column] + beside, box["y"] + up[row] + beside)
        page.wait_for_function(agree)


def test_a_click_adds_a_point_to_the_regression(open_page):
    page = open_page("gradient_descent?part=A+line+through+points")
    expect(step_of(page, "line")).to_have_text("step 0 of 60")
    assert chart(page, "line").evaluate("(chart) => chart.calcdata[3].length") == 12
    click_at(page, "line", 2.0, -3.0)
    expect(page.locator(".st-key-own textarea")).to_have_value(re.compile(r"; (2|1\.9\d|2\.0\d) -(3|2\.9\d|3\.0\d)$"))
    page.wait_for_function("() => document.querySelector('.st-key-line .chart').calcdata[3].length === 13")
    is_at(page, "**own=*")
    page.reload()
    expect(page.locator(".st-key-own textarea")).to_have_value(re.compile(r"; \S+ -\S+$"))
    click_at(page, "line-loss", 2.0, 0.0)
    is_at(page, re.compile("slope=(2|1.9|2.0)"))
    expect(step_of(page, "line")).to_have_text("step 60 of 60")  # another line, and it rolls
    per_unit = "(chart) => [chart._fullLayout.xaxis._length / 11, chart._fullLayout.yaxis._length / 11]"
    across, up = chart(page, "line").evaluate(per_unit)
    assert across == pytest.approx(up, rel=0.01)  # squares are squares


LINKS = (
    ("curve=Two+valleys&start=2.5&rate=0.355&steps=60&starts=true&draw=3", "one-weight"),
    ("part=Two+weights&surface=Several+minima&racers=Nesterov&racers=Adam&x=0.5&rate_adam=0.2", "race"),
    ("part=Momentum&surface=Saddle&pair_rate=0.1&momentum=0.51", "momentum-path"),
    ("part=A+line+through+points&own=1+2;+3+4;+-2+0&batch=1&line_seed=5", "line-loss"),
    ("part=Three+losses&p=0.35", "losses"),
)


@pytest.mark.parametrize(("query", "key"), LINKS)
def test_a_deep_link_gives_the_same_picture(open_page, query, key):
    first = open_page(f"gradient_descent?{query}")
    picture = drawn(first, key)
    assert first.get_by_text("which does not exist").count() == 0
    followed = first.url.split("gradient_descent?")[1]
    assert parse_qs(followed) == parse_qs(query)  # what is ignored is dropped
    assert drawn(open_page(f"gradient_descent?{followed}"), key) == picture


def test_back_in_the_browser_comes_to_what_was_set_in_the_other_chapter(open_page):
    """Streamlit alone would come back to the defaults: the address has lost its settings by then."""
    page = open_page("gradient_descent?rate=0.251")
    chart(page, "one-weight")
    page.get_by_role("link", name="Explore").click()
    expect(page.locator(".st-key-index input")).to_have_value("10")
    page.go_back()
    expect(page.get_by_text("0.251 is 0.25 times that")).to_be_visible()
    is_at(page, "**/gradient_descent?rate=0.251")
    page.get_by_role("link", name="Explore").click()
    page.locator(".st-key-index input").fill("123")
    page.locator(".st-key-index input").press("Enter")
    is_at(page, "**/explore_digits?index=123")
    page.get_by_role("link", name="Descend").click()
    expect(page.get_by_text("0.251 is 0.25 times that")).to_be_visible()
    is_at(page, "**/gradient_descent?rate=0.251")
    page.go_back()
    expect(page.locator(".st-key-index input")).to_have_value("123")


def test_back_from_a_training_with_a_loss_comes_to_the_losses(open_page):
    page = open_page("gradient_descent?part=Three+losses&p=0.35")
    chart(page, "losses")
    page.get_by_role("button", name="Train with it").first.click()
    expect(page.get_by_role("heading", name="Train a network")).to_be_visible()
    page.go_back()
    expect(page.locator(".st-key-p input[type=range]")).to_have_value("0.35")


def test_a_loss_that_one_comes_with_is_said_and_its_control_framed_until_another_is_chosen(open_page):
    page = open_page("gradient_descent?part=Three+losses")
    chart(page, "losses")
    page.get_by_role("button", name="Train with it").first.click()
    chosen = page.get_by_text("Chosen: mean squared error, from Three losses.")
    expect(chosen).to_be_in_viewport()
    framed = """(width) => {
      const around = document.querySelector(".st-key-set_loss")?.closest("[data-testid=stVerticalBlock]")
      return around && getComputedStyle(around).borderTopWidth === width
    }"""
    page.wait_for_function(framed, arg="1px")
    page.locator(".st-key-set_loss").get_by_role("radio", name="cross entropy", exact=True).click()
    expect(chosen).to_have_count(0)
    page.wait_for_function(framed, arg="0px")


def test_on_a_phone_a_tap_places_the_ball_and_nothing_is_cut_off(open_page, phone):
    page = open_page("gradient_descent", **phone)
    found = chart(page, "one-weight")
    found.scroll_into_view_if_needed()
    box = found.locator(".nsewdrag").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.5)
    is_at(page, "**start=*")
    for part, key in zip(PARTS[1:], ("race-space", "momentum-path", "line-loss", "loss-gradients"), strict=True):
        page.get_by_text(part, exact=True).first.click()
        expect(page.locator(f".st-key-{key} .chart > *").first).to_be_attached()
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


@pytest.mark.parametrize(
    ("part", "slider", "pictures"),
    [
        ("One weight", "rate", ["one-weight"]),
        ("Two weights", "rate_adam", ["race"]),
        ("Momentum", "pair_rate", ["momentum-map"]),
        ("Momentum", "momentum", ["momentum-path"]),
        ("A line through points", "line_rate", ["line-loss"]),
        ("Three losses", "p", ["losses", "loss-gradients"]),
    ],
)
def test_on_a_phone_a_slider_and_what_it_moves_are_on_one_screen(open_page, phone, part, slider, pictures):
    page = open_page(f"gradient_descent?part={part.replace(' ', '+')}", **phone)
    drawn_here = [chart(page, key) for key in pictures]
    boxes = [found.bounding_box() for found in (page.locator(f".st-key-{slider}"), *drawn_here)]
    top, bottom = min(box["y"] for box in boxes), max(box["y"] + box["height"] for box in boxes)
    assert bottom - top <= phone["viewport"]["height"]
    if part == "One weight":  # and before one scrolls: the slider, and the ball on its curve
        assert boxes[0]["y"] + boxes[0]["height"] <= phone["viewport"]["height"]
        ball = chart(page, "one-weight").locator(".scatterlayer .trace").last.bounding_box()
        assert ball["y"] + ball["height"] <= phone["viewport"]["height"]


def test_a_tap_adds_one_point(open_page, phone):
    page = open_page("gradient_descent?part=A+line+through+points&own=1+2;+3+4", **phone)
    points = ".st-key-own textarea"
    near = "([of, x]) => Math.abs(document.querySelector(of).value.split('; ').at(-1).split(' ')[0] - x) < 0.1"
    for x in (-2.0, 2.0, 4.0):
        tap_at(page, "line", x, -3.0)
        page.wait_for_function(near, arg=[points, x])
    assert page.locator(points).input_value().count(";") == 4


def test_the_landscape_is_drawn_in_space(browser, address):
    """In a browser of its own: those of the other tests have no WebGL."""
    with launched(browser.browser_type, webgl=True) as other:
        page = other.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(LIMIT)
        page.goto(f"{address}/gradient_descent?part=Two+weights")
        chart = page.locator(".chart.in-space")
        chart.scroll_into_view_if_needed()
        page.wait_for_function(ALL_DRAWN)
        expect(page.get_by_text("WebGL is not supported")).to_have_count(0)
        picture = Image.open(io.BytesIO(chart.screenshot())).convert("L")
        assert picture.point(lambda grey: grey < 150).histogram()[1] > 0.05 * picture.width * picture.height  # ground

import re

from playwright.sync_api import expect

from tests.browser.app import is_at, serve


def a_dot_of_the_map(page, digit):
    """The first dot of a digit: its test digit and its place on the screen."""
    chart = page.locator(".st-key-digit-map .js-plotly-plot")
    expect(chart).to_be_visible()
    return chart.evaluate(
        """(chart, digit) => {
          const trace = chart._fullData[digit], axes = chart._fullLayout
          const box = chart.querySelector(".nsewdrag").getBoundingClientRect()
          return {index: trace.customdata[0],
                  x: box.left + axes.xaxis.d2p(trace.x[0]), y: box.top + axes.yaxis.d2p(trace.y[0])}
        }""",
        digit,
    )


def test_pointing_at_a_dot_of_the_map_shows_its_digit_and_a_click_opens_it(open_page):
    page = open_page("explore_digits?view=Map")
    name = page.locator(".st-key-digit_under_pointer #name")
    expect(name).to_contain_text("test digit")
    for digit, with_article in ((5, "a 5"), (8, "an 8")):
        dot = a_dot_of_the_map(page, digit)
        page.mouse.move(dot["x"] - 30, dot["y"] - 30)
        page.mouse.move(dot["x"], dot["y"], steps=5)
        expect(name).to_have_text(re.compile(f"^{with_article}, test digit [0-9,]+$"))  # or one that lies over it
    page.mouse.click(dot["x"], dot["y"])
    expect(page.locator(".st-key-index input")).to_be_visible()
    is_at(page, "**/explore_digits?*index=*")
    page.go_back()
    expect(page.locator(".st-key-digit-map .js-plotly-plot")).to_be_visible()


def test_a_dot_that_was_pointed_at_before_the_page_listened_is_shown_as_soon_as_it_does(browser, address):
    """On a busy machine the pointer rested on a dot already, and its digit was not shown until it moved again."""
    page = browser.new_page()
    page.add_init_script(
        """const interval = window.setInterval
        window.setInterval = (call, pause, ...more) =>
          interval(() => { if (pause !== 300 || window.listens) call() }, pause, ...more)"""
    )
    page.goto(f"{address}/explore_digits?view=Map")
    name = page.locator(".st-key-digit_under_pointer #name")
    expect(name).to_contain_text("test digit")
    dot = a_dot_of_the_map(page, 5)
    page.mouse.move(dot["x"] - 30, dot["y"] - 30)
    page.mouse.move(dot["x"], dot["y"], steps=5)
    page.locator(".st-key-digit-map .hoverlayer .hovertext").wait_for()
    expect(name).not_to_contain_text("a 5")
    page.evaluate("window.listens = true")
    expect(name).to_contain_text("a 5")
    page.close()


def test_the_address_follows_what_is_opened_and_back_returns_to_the_gallery(open_page):
    page = open_page("explore_digits?view=Gallery")
    page.get_by_role("button", name="Page 3", exact=True).click()
    button = page.get_by_role("button", name="Open 100", exact=True)  # 48 a page
    button.click()
    expect(page.locator(".st-key-index input")).to_have_value("100")
    is_at(page, "**/explore_digits?*index=100*")
    page.go_back()
    expect(button).to_be_visible()


def test_a_deep_link_is_the_first_thing_a_server_is_asked(browser):
    """On a cold server Streamlit's old page discovery must not get in the way."""
    with serve() as (address, _):
        page = browser.new_page()
        page.goto(f"{address}/explore_digits?set=test&index=10")
        expect(page.get_by_role("heading", name="Explore the digits")).to_be_visible(timeout=60_000)
        expect(page.get_by_text("Its writer meant a")).to_contain_text("0")
        expect(page.get_by_role("link", name="Draw")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.close()


def test_the_address_follows_the_controls(open_page):
    page = open_page("explore_digits")
    page.locator(".st-key-index input").fill("123")
    page.locator(".st-key-index input").press("Enter")
    is_at(page, "**/explore_digits?*index=123*")
    page.reload()
    expect(page.locator(".st-key-index input")).to_have_value("123")


def test_nonsense_in_the_address_is_said(open_page):
    page = open_page("explore_digits?index=seventy")
    expect(page.get_by_text("which does not exist")).to_be_visible()
    expect(page.locator(".st-key-index input")).to_have_value("10")


def test_what_is_opened_far_down_is_seen_from_its_top_and_is_what_the_address_says(open_page):
    page = open_page("explore_digits?view=Hardest")
    press = page.get_by_role("button", name=re.compile("^Open")).nth(30)
    number = press.inner_text().removeprefix("Open ").replace(",", "")
    press.click()
    is_at(page, re.compile(rf"explore_digits\?index={number}&set=test$"))
    page.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollTop === 0")
    page.go_back()
    expect(page.get_by_text("with the largest loss")).to_be_visible()

"""No part of the canvas takes anything but ink, and drawings by mouse are seen whole."""

import pytest
from playwright.sync_api import expect

from tests.browser.app import answer, canvas_box, draw
from tests.browser.conftest import PHONE
from tests.browser.drawings import COUNT, draw_all, plan
from tests.browser.hand import MouseOrFinger


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_no_part_of_the_canvas_takes_anything_but_ink(open_page, options):
    """What lies at 400 points of the canvas, also while the mouse is over it, and what the keyboard reaches in it."""
    page = open_page("draw_digit", **options)
    box = canvas_box(page)
    page.mouse.move(box["x"] + 300, box["y"] + 10)
    found = page.evaluate(
        """({ x, y, width, height }) => {
          const at = (px, py) => {
            let element = document.elementFromPoint(px, py)
            while (element?.shadowRoot?.elementFromPoint(px, py) ?? null) {
              const inner = element.shadowRoot.elementFromPoint(px, py)
              if (inner === element) break
              element = inner
            }
            return element?.className
          }
          const share = (i) => (i + 0.5) / 20
          const numbers = [...Array(400).keys()]
          return numbers.map((i) => at(x + share(i % 20) * width, y + share(Math.floor(i / 20)) * height))
        }""",
        box,
    )
    assert [name for name in found if "upper-canvas" not in str(name)] == []
    reachable = page.locator(".st-key-canvas").locator("button, a, input, textarea, [tabindex]")
    assert [one for one in reachable.all() if one.is_visible()] == []


def test_the_canvas_does_not_slide_in_its_box(open_page):
    """Where it had slid by two pixels, the sheet above it stayed, and what was drawn was never taken."""
    page = open_page("draw_digit")
    canvas_box(page)
    slid = page.evaluate(
        """() => {
          const box = document.querySelector(".st-key-canvas")
          const pad = Object.assign(document.createElement("div"), { style: "flex: none; width: 640px; height: 640px" })
          box.append(pad)
          box.scrollTo(3, 3)
          const found = [box.scrollLeft, box.scrollTop]
          pad.remove()
          return found
        }"""
    )
    assert slid == [0, 0]


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_the_canvas_stays_where_it_is_when_the_rest_of_its_page_comes_later(open_page, options):
    """On a busy machine the ways to draw, above it, came when one had begun: it moved by 8 pixels under the pen."""
    page, held = open_page(**options), []
    page.route("**/ButtonGroup*.js", lambda route: held.append(route))  # noqa: PLW0108
    page.get_by_role("link", name="Draw", exact=True).first.click()
    before = canvas_box(page)
    assert held
    held[0].continue_()
    expect(page.get_by_role("radio", name="Open a picture")).to_be_visible()
    assert canvas_box(page) == before


def test_a_canvas_that_never_comes_into_its_place_takes_what_was_drawn_all_the_same(open_page):
    page = open_page()
    page.evaluate(
        """() => {
          const now = performance.now.bind(performance)
          performance.now = () => now() + (window.later ?? 0)
        }"""
    )
    page.add_style_tag(content=".st-key-canvas > * { translate: 5px }")
    page.get_by_role("link", name="Draw", exact=True).first.click()
    draw(page)
    page.locator("canvas.guard").wait_for()
    page.evaluate("() => { window.later = 11000 }")
    expect(answer(page)).to_have_text("7")
    expect(page.locator("canvas.guard")).to_have_count(0)


def test_drawings_by_mouse_are_seen_whole(open_page, address, arrivals):
    page = open_page("draw_digit")
    assert draw_all(MouseOrFinger(page, address, touch=False), plan(COUNT, 1, arrivals), tell=print) == []

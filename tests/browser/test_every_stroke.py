"""No part of the canvas takes anything but ink, and a hundred drawings by mouse are seen whole."""

import pytest

from tests.browser.app import canvas_box
from tests.browser.conftest import PHONE
from tests.browser.drawings import draw_all, plan
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


@pytest.mark.parametrize("seed", [1, 2])
def test_fifty_drawings_by_mouse_are_seen_whole(open_page, address, arrivals, seed):
    page = open_page("draw_digit")
    assert draw_all(MouseOrFinger(page, address, touch=False), plan(50, seed, arrivals), tell=print) == []

"""The canvas takes every stroke, and nothing else."""

import time

import pytest

from tests.browser.app import canvas_box
from tests.browser.conftest import PHONE
from tests.browser.drawings import draw_all, plan


class MouseOrFinger:
    """A hand in Chromium."""

    def __init__(self, page, address, touch):
        self.page, self.address = page, address
        self.finger = page.context.new_cdp_session(page) if touch else None

    def go(self, path):
        self.page.goto(f"{self.address}/{path}")
        self.page.locator("h1").wait_for()

    def reload(self):
        self.page.reload()
        self.page.locator("h1").wait_for()

    def back(self):
        self.page.go_back()

    def press(self, selector, text=""):
        self.page.locator(selector).filter(has_text=text).first.click()

    def evaluate(self, script):
        return self.page.evaluate(script)

    def stroke(self, points, pause):
        if self.finger:
            self._touch("touchStart", [points[0]])
        else:
            self.page.mouse.move(*points[0])
            self.page.mouse.down()
        for place in points[1:]:
            if self.finger:
                self._touch("touchMove", [place])
            else:
                self.page.mouse.move(*place)
            end = time.monotonic() + pause
            while time.monotonic() < end:
                pass  # a pace, not a wait
        if self.finger:
            self._touch("touchEnd", [])
        else:
            self.page.mouse.up()

    def _touch(self, kind, places):
        self.finger.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in places]}
        )


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


@pytest.mark.parametrize(("touch", "seed"), [(False, 1), (False, 2), (True, 3), (True, 4)])
def test_fifty_drawings_are_seen_whole(open_page, address, touch, seed):
    page = open_page("draw_digit", **(PHONE if touch else {}))
    assert draw_all(MouseOrFinger(page, address, touch), plan(50, seed), tell=print) == []

"""A hand in Chromium, for the drawings that are made at the wrong moments."""

import time
from collections.abc import Sequence

from playwright.sync_api import Page

from tests.browser.arrivals import Point


class MouseOrFinger:
    """Draws with the mouse, or with a finger; see `Hand` in arrivals.py."""

    def __init__(self, page: Page, address: str, touch: bool) -> None:
        self.page, self.address = page, address
        self.finger = page.context.new_cdp_session(page) if touch else None

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}/{path}")
        self.page.locator("h1").wait_for()

    def reload(self) -> None:
        self.page.reload()
        self.page.locator("h1").wait_for()

    def back(self) -> None:
        self.page.go_back()

    def press(self, selector: str, text: str = "") -> None:
        self.page.locator(selector).filter(has_text=text, visible=True).first.click()

    def evaluate(self, script: str) -> object:
        return self.page.evaluate(script)

    def stroke(self, points: Sequence[Point], pause: float) -> None:
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

    def _touch(self, kind: str, places: Sequence[Point]) -> None:
        assert self.finger
        self.finger.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in places]}
        )

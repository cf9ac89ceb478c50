"""A hand in Chromium, for the drawings that are made at the wrong moments."""

import time


class MouseOrFinger:
    """Draws with the mouse, or with a finger; see `Hand` in arrivals.py."""

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
        self.page.locator(selector).filter(has_text=text, visible=True).first.click()

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

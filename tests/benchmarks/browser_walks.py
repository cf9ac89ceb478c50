"""What learners do in the app, chapter by chapter, in a real browser; the steps have the names of walks.py."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from playwright.async_api import Browser, Page

from tests.benchmarks.walks import WATCHED, Tell
from tests.browser.app import LIMIT, SEVEN

CHART = ".chart[aria-label]"  # one that is drawn, and said in words
CANVAS_IS_THERE = (
    "[...document.querySelectorAll('[class*=st-key-canvas] *')].some(e => e.shadowRoot?.querySelector('canvas'))"
)


class BrowserLearner:
    """Somebody who walks through the chapters in a real browser."""

    def __init__(
        self, browser: Browser, address: str, name: str, chance: random.Random, tell: Tell, wrong: Callable[[str], None]
    ) -> None:
        self.browser, self.address, self.name, self.chance, self.tell, self.wrong = (
            browser,
            address,
            name,
            chance,
            tell,
            wrong,
        )
        self.page: Page
        self.last = ""  # the step that was begun last

    async def arrive(self) -> None:
        """Open the app, and train."""
        context = await self.browser.new_context(viewport={"width": 1280, "height": 800})
        await context.add_cookies([{"name": "visitor", "value": self.name, "url": self.address}])
        self.page = await context.new_page()
        self.page.set_default_timeout(LIMIT)
        self.page.on("pageerror", lambda error: self.wrong(f"browser, after {self.last}: {error}"))
        await self._timed("first page", self.page.goto(self.address), "h1")
        await self._change("Train", "[data-testid=stButton]")
        await self._press_train()

    async def leave(self) -> None:
        """Close the tab."""
        await self.page.context.close()

    async def walk(self) -> AsyncIterator[None]:
        """Once through some chapters; pauses between two steps are the caller's."""
        page = self.page
        await self._change("Descend", CHART)
        yield
        for key in ("ArrowRight", "ArrowLeft") * 2:  # farther on, the chart's words are the same for two places
            await page.locator("[data-testid=stSlider] input").first.focus()
            await self._until_changed("slider", page.keyboard.press(key), CHART, "aria-label")
            yield
        await self._change("Train", "[data-testid=stProgress], .st-key-result, .chart .main-svg")
        await self._press_train()
        await asyncio.sleep(WATCHED)
        yield
        await self._change("Draw", CANVAS_IS_THERE)
        yield
        await self._draw()
        yield
        await page.get_by_role("button", name="Clear").click()
        yield

    async def come_back(self) -> None:
        """Load the page again."""
        await self.page.reload()

    async def _draw(self) -> None:
        box = await self.page.locator(".st-key-canvas").bounding_box()
        assert box
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]
        await self.page.mouse.move(*places[0])
        await self.page.mouse.down()
        for place in places[1:]:
            await self.page.mouse.move(*place, steps=4)
        await self._timed("draw", self.page.mouse.up(), ".st-key-answer-0 h2")

    async def _press_train(self) -> None:
        for name in ("New settings", "Train"):
            button = self.page.get_by_role("button", name=name, exact=True)
            if await button.count():
                self.last = name
                await button.click()

    async def _change(self, link: str, sign: str) -> None:
        await self._timed("page change", self.page.get_by_role("link", name=link, exact=True).first.click(), sign)

    async def _timed(self, action: str, act: Awaitable[object], sign: str) -> None:
        self.last = f"{action} to {sign}"
        began = time.perf_counter()
        await act
        await self.page.wait_for_function(
            sign if "(" in sign else f"document.querySelector({json.dumps(sign)})", polling="raf"
        )
        self.tell(f"{action} in a browser", time.perf_counter() - began)

    async def _until_changed(self, action: str, act: Awaitable[object], sign: str, attribute: str) -> None:
        self.last = f"{action}, {attribute} of {sign}"
        before = await self.page.locator(sign).first.get_attribute(attribute)
        began = time.perf_counter()
        await act
        await self.page.wait_for_function(
            "([sign, attribute, before]) => document.querySelector(sign)?.getAttribute(attribute) !== before",
            arg=[sign, attribute, before],
            polling="raf",
        )
        self.tell(f"{action} in a browser", time.perf_counter() - began)

"""What learners do in the app, chapter by chapter: some by Streamlit's protocol alone, some in a real browser.

Both say of each step what it was and how long it took: "page change", "slider", "draw", "chart" (a look at a run that
is trained), or "other".
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from playwright.async_api import Browser, Page

from tests.benchmarks.protocol import Visitor
from tests.browser.app import LIMIT, SEVEN

SIDE = 320  # pixels of the canvas
WATCHED = 5.0  # seconds that a learner looks at the own run before going on
CHART = ".live-chart[aria-label]"  # one that is drawn, and said in words
CANVAS_IS_THERE = (
    "[...document.querySelectorAll('[class*=st-key-canvas] *')].some(e => e.shadowRoot?.querySelector('canvas'))"
)
LEAVES = 0.1  # the chance to reload after a chapter: the session is then a new one

Tell = Callable[[str, float], None]


def drawing(points: tuple[tuple[float, float], ...]) -> str:
    """One stroke, as the canvas reports it."""
    places = [[x * SIDE, y * SIDE] for x, y in points]
    path = [["M", *places[0]], *(["L", *place] for place in places[1:])]
    xs, ys = zip(*places, strict=True)
    box = {"left": (min(xs) + max(xs)) / 2, "top": (min(ys) + max(ys)) / 2}
    box |= {"width": max(xs) - min(xs), "height": max(ys) - min(ys)}
    stroke = {"type": "Path", "originX": "center", "originY": "center", "scaleX": 1, "scaleY": 1, "angle": 0}
    stroke |= {"skewX": 0, "skewY": 0, "flipX": False, "flipY": False, "strokeWidth": 18, "path": path, **box}
    return json.dumps({"drawing": {"raw": {"version": "7.4.0", "objects": [stroke]}, "data": None}})


class Learner:
    """Somebody who walks through the chapters, without a browser."""

    def __init__(self, address: str, name: str, chance: random.Random, tell: Tell) -> None:
        self.address, self.cookie, self.chance, self.tell = address, f"visitor={name}", chance, tell
        self.visitor = Visitor(address, self.cookie, tell)
        self.last = ""  # the chapter that was asked for last

    async def arrive(self) -> None:
        """Open the app, and train."""
        self.tell("first page", await self.visitor.open())
        self.tell("page change", await self.visitor.go_to("train_network"))
        await self._train()

    async def come_back(self) -> None:
        """As by a reload: a new session of the same person."""
        with contextlib.suppress(Exception):
            await self.visitor.close()
        self.visitor = Visitor(self.address, self.cookie, self.tell)
        self.tell("first page", await self.visitor.open())

    async def leave(self) -> None:
        """Close the tab."""
        await self.visitor.close()

    async def walk(self, watched: float = WATCHED) -> AsyncIterator[None]:
        """Once through all chapters; pauses between two steps are the caller's."""
        self.watched = watched
        for chapter, visit in (
            ("", self._start),
            ("explore_digits", self._explore),
            ("gradient_descent", self._descend),
            ("look_inside", self._look_inside),
            ("train_network", self._watch),
            ("compare_runs", self._compare),
            ("draw_digit", self._draw),
        ):
            self.last = chapter
            self.tell("page change", await self.visitor.go_to(chapter))
            yield
            async for _ in visit():
                yield
            if self.chance.random() < LEAVES:
                await self.come_back()
                yield

    async def _start(self) -> AsyncIterator[None]:
        self.tell("other", await self.visitor.press("Another digit"))
        yield

    async def _turn_to(self, control: str, part: str, needed: str) -> None:
        """Choose a chapter's first part, unless it is shown: a chapter remembers the one that was left."""
        if needed not in self.visitor.controls:
            self.tell("other", await self.visitor.choose(control, part))

    async def _explore(self) -> AsyncIterator[None]:
        await self._turn_to("view", "One digit", "row")
        for _ in range(2):
            self.tell("slider", await self.visitor.move("row", self.chance.random()))
            yield
        self.tell("other", await self.visitor.move("index", self.chance.random()))
        yield
        self.tell("other", await self.visitor.choose("view", self.chance.choice(("Averages", "Map", "Hardest"))))
        yield

    async def _descend(self) -> AsyncIterator[None]:
        await self._turn_to("part", "One weight", "start")
        for slider in ("rate", "rate", "start", "steps"):
            self.tell("slider", await self.visitor.move(slider, self.chance.random()))
            yield
        self.tell("other", await self.visitor.choose("part", "Two weights"))
        yield
        self.tell("slider", await self.visitor.move("x", self.chance.random()))
        yield

    async def _look_inside(self) -> AsyncIterator[None]:
        await self._turn_to("inside", "One digit forward", "unit")
        self.tell("other", await self.visitor.move("unit", self.chance.random()))
        yield
        self.tell("slider", await self.visitor.move("temperature-drawing-0", self.chance.random()))
        yield
        self.tell("other", await self.visitor.choose("inside", "One batch backward"))
        yield
        self.tell("other", await self.visitor.press("10"))
        yield
        self.tell("other", await self.visitor.choose("inside", "Time machine"))
        yield

    async def _watch(self) -> AsyncIterator[None]:
        await self._train()
        await asyncio.sleep(self.watched)
        yield

    async def _train(self) -> None:
        """Train, unless the last run still waits or is at work: then that is shown."""
        if "New settings" in self.visitor.controls:
            self.tell("other", await self.visitor.press("New settings"))
        if "Train" in self.visitor.controls:
            self.tell("other", await self.visitor.press("Train"))

    async def _compare(self) -> AsyncIterator[None]:
        self.tell("other", await self.visitor.choose("curve", self.chance.choice(("accuracy", "loss"))))
        yield

    async def _draw(self) -> AsyncIterator[None]:
        for _ in range(3):
            points = tuple((x + self.chance.uniform(-0.1, 0.1), y) for x, y in SEVEN)
            key = next(key for key in self.visitor.controls if key.startswith("canvas-"))
            self.tell("draw", await self.visitor.report(key, drawing(points)))
            yield
        self.tell("other", await self.visitor.press("clear"))
        yield


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
        for _ in range(3):
            await page.locator("[data-testid=stSlider] input").first.focus()
            await self._until_changed("slider", page.keyboard.press("ArrowRight"), CHART, "aria-label")
            yield
        await self._change("Train", "[data-testid=stProgress], .st-key-result, [data-testid=stPlotlyChart]")
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
        box = await self.page.locator("canvas").last.bounding_box()
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
        before = await self.page.locator(sign).first.get_attribute(attribute)
        began = time.perf_counter()
        await act
        await self.page.wait_for_function(
            "([sign, attribute, before]) => document.querySelector(sign)?.getAttribute(attribute) !== before",
            arg=[sign, attribute, before],
            polling="raf",
        )
        self.tell(f"{action} in a browser", time.perf_counter() - began)

"""What learners do in the app, chapter by chapter, by Streamlit's protocol alone.

They say of each step what it was and how long it took: "page change", "slider", "draw", "chart" (a look at a run that
is trained), or "other".
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Callable

from core.figures.comparison import CURVES
from tests.benchmarks.protocol import Visitor
from tests.browser.app import SEVEN
from tests.fabric import Points, fabric_drawing

SIDE = 320  # pixels of the canvas
WATCHED = 5.0  # seconds that a learner looks at the own run before going on
LEAVES = 0.1  # the chance to reload after a chapter: the session is then a new one

Tell = Callable[[str, float], None]


def drawing(points: Points) -> str:
    """One stroke, as the canvas reports it; points as shares of its sides."""
    raw = fabric_drawing([[(x * SIDE, y * SIDE) for x, y in points]])
    return json.dumps({"drawing": {"raw": raw, "data": None}})


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
        self.tell("other", await self.visitor.choose("curve", self.chance.choice(list(CURVES.values()))))
        yield

    async def _draw(self) -> AsyncIterator[None]:
        for _ in range(3):
            points = tuple((x + self.chance.uniform(-0.1, 0.1), y) for x, y in SEVEN)
            key = next(key for key in self.visitor.controls if key.startswith("canvas-"))
            self.tell("draw", await self.visitor.report(key, drawing(points)))
            yield
        self.tell("other", await self.visitor.press("clear"))
        yield

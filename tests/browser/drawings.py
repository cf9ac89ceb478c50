"""Drawings by a hand that does not wait: at any place and moment, after every way of coming to the canvas.

What the networks should see is worked out from where the hand was, not from what the canvas said of it.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.data.mnist import SIDE as PIXELS
from core.drawing.preprocessing import preprocess
from core.drawing.strokes import Strokes
from tests.browser.arrivals import ARRIVALS, LIMIT, Hand, Point, change_brush, clear, undo, wait_for

SIDE = 320  # pixels of the canvas
BRUSH = 18  # of no matter: strokes are drawn anew
SAME = 0.02  # mean difference of a pixel, 0 to 1; moves that a busy browser leaves out make up to 0.017
COUNT = 20  # drawings by each hand in the tests; all_browsers.py makes as many as it is asked for
MANY = 4  # strokes, on which one more would hardly be seen
ASIDE = 70  # pixels that a hand may leave the canvas by: no further than to the edge of a window

CANVAS_PLACE = """(() => {
  const box = document.querySelector(".st-key-canvas")
  const isThere = [...box?.querySelectorAll("*") ?? []].some((e) => e.shadowRoot?.querySelector("canvas.upper-canvas"))
  const isSeen = isThere && getComputedStyle(box).visibility === "visible"
  if (!isSeen || document.querySelector("h1")?.textContent !== "Draw a digit") return null
  box.scrollIntoView({ block: "center" })
  const { left, top } = box.getBoundingClientRect()
  return [left, top]
})()"""

SEEN = f"""(() => {{
  const image = document.querySelector('img[alt^="The 28 by 28 pixels that the network sees"]')
  if (!image?.complete || !image.naturalWidth) return null
  const sheet = document.createElement("canvas")
  sheet.width = sheet.height = {PIXELS}
  const pen = sheet.getContext("2d")
  pen.imageSmoothingEnabled = false
  pen.drawImage(image, 0, 0, {PIXELS}, {PIXELS})
  return [...pen.getImageData(0, 0, {PIXELS}, {PIXELS}).data].filter((value, place) => place % 4 === 0)
}})()"""


@dataclass(frozen=True)
class Drawing:
    """What is done before, for how long one waits then, and what is drawn: strokes, each with the pace of its pen."""

    before: Callable[[Hand], None] | None
    delay: float  # seconds
    strokes: list[tuple[list[Point], float]]  # the places that the pen touches, and seconds between them


def some_stroke(chance: random.Random) -> list[Point]:
    """Places along a line with some bends, long enough to be more than a dot, that may leave the canvas and come back.

    A fast pen is seen at few places, a slow one at many; each place is a frame of the browser, which takes its time.
    """
    start = chance.uniform(2, SIDE - 2), chance.uniform(2, SIDE - 2)
    points = [start]
    for _ in range(chance.randint(1, 3)):
        x, y = points[-1]
        x, y = x + chance.uniform(-150, 150), y + chance.uniform(-150, 150)
        points.append((min(max(x, -ASIDE), SIDE + ASIDE), min(max(y, -ASIDE), SIDE + ASIDE)))
    far = max(abs(x - start[0]) + abs(y - start[1]) for x, y in points if 0 <= x <= SIDE and 0 <= y <= SIDE)
    if far < 60:
        return some_stroke(chance)
    shares = np.linspace(0, 1, chance.choice((6, 9, 14)) + 1)[1:, None]
    places = [np.array(a) + shares * (np.array(b) - a) for a, b in itertools.pairwise(points)]
    return [start, *map(tuple, np.concatenate(places).tolist())]


def plan(count: int, seed: int, arrivals: Sequence[Callable[[Hand], None]] = ARRIVALS) -> list[Drawing]:
    """Drawings: one in five after a way of coming to the canvas, or more, so that all ways are gone; the others after
    Undo, Clear or another brush.

    Many strokes are always cleared: of one more among them nothing would be seen, nor of its loss.
    """
    chance = random.Random(seed)
    drawings: list[Drawing] = []
    strokes_there = 0
    every = max(1, min(5, count // len(arrivals)))
    for number in range(count):
        before: Callable[[Hand], None] | None
        if number % every == 0:
            before = arrivals[number // every % len(arrivals)]
        else:
            before = clear if strokes_there > MANY else chance.choice((undo, clear, clear, change_brush, None))
        strokes = [(some_stroke(chance), chance.choice((0, 0, 0.002, 0.01))) for _ in range(chance.randint(1, 3))]
        left_there: dict[Callable[[Hand], None] | None, int] = {clear: 0, undo: strokes_there - 1}
        strokes_there = left_there.get(before, strokes_there) + len(strokes)
        drawings.append(Drawing(before, chance.choice((0, 0, 0.05, chance.uniform(0, 0.4))), strokes))
    return drawings


def curve(places: Sequence[Point]) -> np.ndarray:
    """The line that a canvas draws through places, (count, 2).

    As canvases do: from the middle between two places to the next middle, bent towards the place between them.
    """
    points = np.array(places, float)
    middles = (points[:-1] + points[1:]) / 2
    t = np.linspace(0, 1, 40)[:, None]
    bends = [
        (1 - t) ** 2 * a + 2 * t * (1 - t) * p + t**2 * b
        for a, p, b in zip(middles, points[1:], middles[1:], strict=False)
    ]
    ends = [points[0] + t * (middles[0] - points[0]), middles[-1] + t * (points[-1] - middles[-1])]
    return np.concatenate([ends[0], *bends, ends[1]])


def seen_of(strokes: Sequence[Sequence[Point]]) -> np.ndarray:
    """What the networks should see of strokes, (28, 28) 0 to 1: of each only what is on the canvas."""
    parts = []
    for stroke in strokes:
        points = curve(stroke)
        inside = np.all((points >= 0) & (points <= SIDE), axis=1)
        runs = np.split(np.arange(len(points)), np.flatnonzero(np.diff(inside.astype(int))) + 1)
        parts += [points[run] for run in runs if inside[run[0]]]
    prepared = preprocess(Strokes(tuple(parts), SIDE, BRUSH))
    assert prepared
    return prepared.image


def difference(seen: object, expected: np.ndarray) -> float:
    """The mean difference of a pixel; 1 where nothing is seen. A shift by a pixel, from rounding, counts nothing."""
    if not isinstance(seen, list):
        return 1.0
    picture = np.array(seen, float).reshape(PIXELS, PIXELS) / 255
    shifts = [np.roll(picture, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return min(float(np.abs(shifted - expected).mean()) for shifted in shifts)


def draw_all(hand: Hand, drawings: Sequence[Drawing], tell: Callable[[str], None] = lambda line: None) -> list[str]:
    """Make each drawing, and wait until the networks see all of it. The ones of which something was lost, in words."""
    on_canvas: list[list[Point]] = []
    lost = []
    for number, drawing in enumerate(drawings):
        name = drawing.before.__name__ if drawing.before else "nothing"
        if drawing.before:
            hand.evaluate(f"window.drew = {'true' if on_canvas else 'false'}")
            if on_canvas or drawing.before not in (undo, clear):
                drawing.before(hand)
            on_canvas = [] if drawing.before is clear else on_canvas[:-1] if drawing.before is undo else on_canvas
        corner = wait_for(hand, CANVAS_PLACE, lambda place: place is not None, "the canvas")
        assert isinstance(corner, list)
        left, top = corner
        end = time.monotonic() + drawing.delay
        while time.monotonic() < end:
            pass  # a moment that is given, to within a millisecond
        for points, pause in drawing.strokes:
            hand.stroke([(left + x, top + y) for x, y in points], pause)
            on_canvas.append(points)
        expected, away, end = seen_of(on_canvas), 1.0, time.monotonic() + LIMIT
        while away > SAME and time.monotonic() < end:
            away = difference(hand.evaluate(SEEN), expected)
        tell(f"{number + 1:3d} after {name}: {away:.3f}")
        if away > SAME:
            lost.append(f"drawing {number + 1}, of {len(drawing.strokes)} strokes {drawing.delay:.2f} s after {name}")
            on_canvas = []
            if hand.evaluate("""document.querySelector(".st-key-clear button:enabled") !== null"""):
                clear(hand)
    return lost

"""A network recognises only what it has seen: here a program writes the shapes that MNIST's writers rarely did.

A 1 with a long flag, a crossed 7, an open 4, a hooked 9: each variant is a few curves, see stroke_shapes.
A drawing of it draws every point anew, then bends, slants and stretches the whole, lets the pen begin
early or late, and adds the tremor of a hand. It is prepared exactly as a visitor's drawing is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.data.mnist import CLASSES, SIDE, Digits
from core.drawing.preprocessing import preprocess
from core.drawing.strokes import Points, Strokes
from core.worker.pretrain.stroke_shapes import SHAPES

CANVAS = 320.0  # pixels: the side of the canvas on which the templates draw
BRUSH = 16.0  # pixels
PIECES = 7  # points between two control points of a curve
Bend = Callable[[Points], Points]


@dataclass(frozen=True)
class Variant:
    """One way to write a digit."""

    digit: int
    strokes: tuple[str, ...]  # in the short hand of stroke_shapes


VARIANTS = {name: Variant(digit, strokes) for digit, shapes in enumerate(SHAPES) for name, strokes in shapes.items()}


def draw_variant(name: str, random: np.random.Generator) -> Strokes:
    """One drawing of a variant, a key of VARIANTS, somewhere on a canvas: no two are alike."""
    bend, tremor = _bend(random), random.uniform(0, 0.014)
    thinning = int(random.integers(1, 5))  # a quick pen or a mouse leaves few points
    strokes = []
    for text in VARIANTS[name].strokes:
        points = _ends(_stroke(text, random), random)
        kept = np.unique(np.append(np.arange(0, len(points), thinning), len(points) - 1))
        strokes.append(bend(points[kept]) + random.normal(0, tremor, (len(kept), 2)))
    return _on_canvas(strokes, random)


def _stroke(text: str, random: np.random.Generator) -> Points:
    """The points along one stroke, in heights of the digit; its curves meet in corners."""
    curves: list[Points] = []
    for curve in text.split("|"):
        boxes = np.array([[float(number) for number in point.split()] for point in curve.split(";")]) / 100
        points = boxes[:, :2] + random.uniform(-0.1, 1.1, (len(boxes), 2)) * (boxes[:, 2:] - boxes[:, :2])
        corner = [curves[-1][-1:]] if curves else []
        curves.append(_smooth(np.concatenate([*corner, points])))
    return np.concatenate(curves)


def _smooth(points: Points) -> Points:
    """A smooth curve through points (Catmull and Rom, 1974)."""
    if len(points) < 2:
        return points
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    p0, p1, p2, p3 = (padded[i : i + len(points) - 1, None] for i in range(4))
    t = np.linspace(0, 1, PIECES, endpoint=False)[:, None]
    curve = p1 + t / 2 * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
    return np.concatenate([curve.reshape(-1, 2), points[-1:]])


def _ends(points: Points, random: np.random.Generator) -> Points:
    """A pen touches down early or late, with a tiny hook at times, and leaves alike."""
    for _ in range(2):  # the start, then turned round, the end
        first, second = points[0], points[1]
        along = (first - second) / (np.hypot(*(first - second)) + 1e-9)
        points = np.concatenate([[first + along * random.uniform(-0.02, 0.05)], points[1:]])
        if random.random() < 0.15:
            points = np.concatenate([[points[0] + random.normal(0, 0.05, 2)], points])
        points = points[::-1]
    return points


def _bend(random: np.random.Generator) -> Bend:
    """A way to bend a whole digit: slant, turn and width, other proportions, and gentle waves."""
    slant, turn, width = random.normal(0, 0.22), random.normal(0, 0.08), np.exp(random.normal(-0.08, 0.26))
    proportions = random.normal(0, 0.22, 2).clip(-0.6, 0.6)  # of left to right and of top to bottom
    waves = random.normal(0, 0.03, (2, 2))
    phases, lengths = random.uniform(0, 2 * np.pi, (2, 2)), random.uniform(0.6, 1.6, (2, 2))

    def bend(points: Points) -> Points:
        points = points + proportions * np.sin(np.pi * points.clip(0, 1)) / np.pi
        for axis in range(2):  # each coordinate is moved along by waves over both
            points[:, axis] += (waves[axis] * np.sin(2 * np.pi * points / lengths[axis] + phases[axis])).sum(axis=1)
        bent: Points = (points - 0.5) @ np.array([[width, turn], [-slant - turn, 1.0]])
        return bent

    return bend


def _on_canvas(strokes: list[Points], random: np.random.Generator) -> Strokes:
    """The strokes at a random size and place on the canvas."""
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0).max()
    size = random.uniform(0.35, 0.9) * CANVAS
    corner = random.uniform(0, CANVAS - size, 2)
    return Strokes(tuple((stroke - low) / extent * size + corner for stroke in strokes), CANVAS, BRUSH)


def draw_digits(count: int, seed: int) -> Digits:
    """Prepared drawings, count of them: the ten digits in turn, each in any of its variants."""
    random = np.random.default_rng(seed)
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    labels = (np.arange(count) % CLASSES).astype(np.uint8)
    for index, digit in enumerate(labels):
        prepared = preprocess(draw_variant(str(random.choice(list(SHAPES[digit]))), random))
        if prepared is None:  # a template always leaves ink
            raise ValueError("A template drew nothing.")
        images[index] = (prepared.image * 255).round()
    return Digits(images, labels)

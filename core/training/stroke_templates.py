"""Shapes that people write and MNIST's writers rarely did: a 1 with a foot, a crossed 7, an open 4, a hooked 9.

Each variant of a digit is a few strokes through control points. Two extremes of every point are given;
a drawing takes a place between them, then a slant, a width and the tremor of a hand. The drawings are
prepared exactly as a visitor's are, and joined to MNIST when the drawing model is trained.

The shapes are general knowledge of handwriting: nothing here was traced from anybody's drawing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.drawing import prepare
from core.strokes import Points, Strokes

SIDE = 280.0  # pixels: the canvas on which the templates draw
PIECES = 8  # points between two control points
Range = tuple[float, float, float, float]  # x and y at one extreme, x and y at the other


@dataclass(frozen=True)
class Variant:
    """One way to write a digit. A stroke is a list of curves that meet in corners."""

    digit: int
    name: str
    strokes: tuple[tuple[str, ...], ...]


def _variant(digit: int, name: str, *strokes: str) -> Variant:
    """Strokes in short hand: curves parted by |, points by ;, each point as x y or x y x y."""
    return Variant(digit, name, tuple(tuple(stroke.split("|")) for stroke in strokes))


# Coordinates in percent of the digit's height: x to the right, y down.
VARIANTS = {
    variant.name: variant
    for variant in (
        _variant(0, "round 0", "40 3 60 0; 8 25 20 20; 5 60 15 75; 35 100 45 98; 65 75 75 60; 62 25 75 30; 30 0 50 8"),
        _variant(0, "slashed 0", "40 2; 5 50 12 45; 38 100; 72 50 65 55; 42 2", "62 5 85 -5; -5 105 20 92"),
        _variant(1, "bare 1", "45 0 55 0; 48 50 52 50; 45 100 55 100"),
        _variant(1, "flagged 1", "30 22 0 50; 40 12 30 22; 52 0 60 0| 52 0 60 0; 52 50 60 50; 50 100 60 100"),
        _variant(1, "flagged and footed 1", "32 20 0 42; 52 0 58 0| 52 0 58 0; 50 50 58 50; 50 98 58 98", "25 98 0 100; 75 97 115 98"),
        _variant(1, "footed 1", "45 0 55 0; 48 50 52 50; 47 98 53 98", "28 98 5 100; 70 97 100 98"),
        _variant(1, "1 with a hooked foot", "32 18 5 45; 50 0 58 0| 50 0 58 0; 52 50 58 50; 48 98 56 96| 48 98 56 96; 25 97 0 100| 25 97 0 100; 75 95 115 98"),
        _variant(2, "plain 2", "5 25 15 10; 30 0 45 0; 60 15 70 30; 35 65 45 60; 0 98 8 100| 0 98 8 100; 65 95 90 100"),
        _variant(2, "looped 2", "8 22 15 8; 35 0 45 0; 62 18 70 30; 35 70 40 65; 5 98 10 92; 8 75 15 80; 35 92 40 88; 75 100 95 90"),
        _variant(3, "round 3", "5 12 15 5; 35 0 45 0; 58 18 68 25; 20 45 35 48; 60 60 72 70; 40 98 50 95; 0 88 8 80"),
        _variant(3, "round 3 with a corner", "5 12 15 5; 35 0 45 0; 58 18 65 28; 20 42 35 48| 20 42 35 48; 60 55 72 65; 40 98 50 95; 0 88 8 80"),
        _variant(3, "flat 3", "5 2 10 0; 60 0 70 5| 60 0 70 5; 25 38 40 42| 25 38 40 42; 62 50 72 70; 40 98 50 95; 0 92 8 80"),
        _variant(4, "open 4", "20 0 30 5; 8 35 15 45; 0 62 5 55| 0 62 5 55; 40 60 80 55", "55 8 65 30; 50 60 55 65; 45 100 52 98"),
        _variant(4, "open 4 in one stroke", "15 0 30 5; 2 50 12 60| 2 50 12 60; 55 55 75 50| 65 5 75 20; 55 55 60 60; 45 100 55 98"),
        _variant(4, "h-like 4", "15 0 25 5; 5 35 10 45; 12 52 20 58; 55 45 65 52", "60 5 68 25; 55 55 60 60; 48 100 55 100"),
        _variant(4, "closed 4", "50 0 60 0| 50 0 60 0; 25 35 30 40; 0 62 5 68| 0 62 5 68; 45 64 85 68", "50 0 60 20; 52 50 58 55; 50 100 56 100"),
        _variant(4, "4 in one stroke", "48 0 58 2; 0 60 8 68| 0 60 8 68; 75 60 90 66", "50 5 58 40; 48 100 55 100"),
        _variant(5, "5 in one stroke", "70 0 85 5; 20 2 30 0| 20 2 30 0; 12 40 18 45| 12 40 18 45; 55 38 70 50; 62 75 72 80; 30 100 40 95; 0 92 8 85"),
        _variant(5, "5 with a bar", "18 5 28 0; 10 42 18 45| 10 42 18 45; 50 36 65 50; 60 75 72 80; 30 100 40 95; 0 92 8 85", "18 3 32 0; 65 0 95 8"),
        _variant(5, "s-like 5", "65 5 80 0; 30 2 40 5; 12 28 20 35; 50 48 62 55; 55 85 68 80; 5 98 15 90"),
        _variant(6, "curved 6", "50 0 65 5; 15 35 25 30; 2 70 8 75; 30 100 38 98; 60 75 68 70; 35 52 45 50; 8 72 15 80"),
        _variant(6, "straight 6", "38 0 50 0; 12 50 20 45; 2 78 8 80; 28 100 35 98; 55 78 62 75; 32 58 40 55; 5 78 12 82"),
        _variant(7, "plain 7", "0 5 8 0; 60 0 75 5| 60 0 75 5; 40 50 50 45; 22 100 35 98"),
        _variant(7, "7 with a serif", "5 22 12 12; 2 2 8 0| 2 2 8 0; 60 0 75 5| 60 0 75 5; 42 48 52 50; 22 100 35 98"),
        _variant(7, "crossed 7", "0 5 10 0; 60 0 75 4| 60 0 75 4; 40 50 52 48; 20 100 35 98", "12 52 25 42; 60 48 85 40"),
        _variant(7, "crossed 7 with a serif", "2 22 10 14; 0 2 8 0| 0 2 8 0; 60 0 75 4| 60 0 75 4; 42 48 52 50; 22 100 35 98", "12 54 25 44; 62 48 85 42"),
        _variant(7, "curved 7", "2 15 8 5; 20 2 30 5; 60 2 72 8; 55 35 65 40; 32 65 42 70; 25 100 38 98", "15 55 28 48; 58 50 80 44"),
        _variant(8, "8 in one stroke", "62 12 70 8; 35 0 42 2; 8 18 15 25; 30 45 40 50; 62 70 70 75; 30 100 40 98; 2 75 8 80; 30 48 40 52; 60 22 68 18; 55 8 65 5"),
        _variant(8, "8 of two circles", "35 0 40 2; 12 22 18 25; 35 45 40 48; 60 22 65 25; 36 0 42 3", "36 45 40 48; 5 72 10 75; 36 100 40 98; 66 72 72 75; 36 45 42 50"),
        _variant(8, "8 begun at the left", "8 15 15 25; 35 0 42 5; 60 15 68 22; 35 48 40 52; 5 75 10 80; 35 100 42 98; 62 75 70 80; 35 50 40 48; 8 28 15 12"),
        _variant(9, "straight 9", "60 12 68 18; 35 0 42 3; 5 20 12 30; 30 48 38 52; 58 25 66 30| 62 10 68 15; 58 50 64 50; 52 100 60 100"),
        _variant(9, "curved 9", "60 12 68 18; 35 0 42 3; 5 20 12 30; 30 48 38 52; 60 25 68 20; 58 55 64 60; 20 98 40 100"),
        _variant(9, "hooked 9", "60 12 68 18; 35 0 42 3; 5 18 12 28; 30 46 38 50; 60 25 66 18; 62 55 68 60; 50 88 60 92; 30 100 40 97; 0 88 10 80"),
        _variant(9, "9 with a long hook", "60 10 68 18; 35 0 42 3; 5 18 12 28; 30 44 38 50; 60 25 66 18; 64 55 68 60; 50 86 58 90; 20 98 35 94; -20 96 -5 98"),
        _variant(9, "open 9", "60 8 70 5; 30 0 40 5; 5 20 15 25; 25 45 35 42; 60 20 68 15| 60 10 68 8; 60 50 66 55; 45 98 58 100"),
    )
}


def _curve(text: str, random: np.random.Generator) -> Points:
    """A smooth curve through its control points (Catmull and Rom, 1974), each between its two extremes."""
    ranges = [[float(number) / 100 for number in point.split()] for point in text.split(";")]
    ends = np.array([numbers if len(numbers) == 4 else numbers * 2 for numbers in ranges])
    between = random.uniform(-0.15, 1.15, (len(ends), 1))
    points = ends[:, :2] + between * (ends[:, 2:] - ends[:, :2]) + random.normal(0, 0.02, (len(ends), 2))
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    p0, p1, p2, p3 = (padded[i : i + len(points) - 1, None] for i in range(4))
    t = np.linspace(0, 1, PIECES, endpoint=False)[:, None]
    smooth = p1 + t / 2 * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
    return np.concatenate([smooth.reshape(-1, 2), points[-1:]])


def draw_variant(name: str, random: np.random.Generator) -> Strokes:
    """One drawing of a variant, a key of VARIANTS: slanted, wide or narrow, large or small, with a tremor."""
    slant, turn = random.normal(0, 0.18), random.normal(0, 0.08)
    width, size = np.exp(random.normal(0, 0.2)), SIDE * random.uniform(0.3, 0.8)
    matrix = np.array([[width, -slant], [turn, 1.0]]) * size
    tremor = size * random.uniform(0, 0.012)
    strokes = []
    for curves in VARIANTS[name].strokes:
        points = np.concatenate([_curve(text, random) for text in curves]) - 0.5
        points = points[:: random.integers(1, 4)] if len(points) > 20 else points  # a slow or a quick pen
        strokes.append(points @ matrix.T + SIDE / 2 + random.normal(0, tremor, points.shape))
    return Strokes(tuple(strokes), SIDE, brush=SIDE / 18)


def draw_many(count: int, seed: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Prepared drawings of all variants in turn: images, (count, 28, 28), and labels, (count,)."""
    random = np.random.default_rng(seed)
    names = list(VARIANTS)
    images, labels = np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8)
    for index in range(count):
        variant = VARIANTS[names[index % len(names)]]
        prepared = prepare(draw_variant(variant.name, random))
        assert prepared is not None  # a template always leaves ink
        images[index] = (prepared.image * 255).round()
        labels[index] = variant.digit
    return images, labels

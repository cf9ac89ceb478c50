"""Ten digits as somebody writes them, drawn into pictures of every kind that people open: no file is needed."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Numbers = npt.NDArray[np.float64]


def _arc(x: float, y: float, wide: float, high: float, first: float, last: float) -> Numbers:
    """Points of an ellipse's arc; angles in degrees, 0 to the right, growing clockwise as y goes down."""
    turns = np.radians(np.linspace(first, last, 24))
    return np.stack([x + wide * np.cos(turns), y + high * np.sin(turns)], axis=1)


STROKES: dict[int, list[Numbers]] = {  # in a square of side 1
    0: [_arc(0.5, 0.5, 0.3, 0.46, -90, 270)],
    1: [np.array([(0.5, 0.05), (0.48, 0.95)])],
    2: [np.concatenate([_arc(0.48, 0.27, 0.26, 0.23, -170, 40), [(0.2, 0.93), (0.82, 0.93)]])],
    3: [np.concatenate([_arc(0.46, 0.27, 0.25, 0.22, -150, 80), _arc(0.46, 0.71, 0.28, 0.24, -80, 150)])],
    4: [np.array([(0.45, 0.05), (0.18, 0.6), (0.85, 0.6)]), np.array([(0.66, 0.3), (0.64, 0.97)])],
    5: [
        np.concatenate([[(0.3, 0.08), (0.26, 0.45)], _arc(0.48, 0.68, 0.27, 0.27, -120, 140)]),
        np.array([(0.3, 0.08), (0.78, 0.07)]),
    ],
    6: [np.concatenate([[(0.66, 0.05), (0.38, 0.35)], _arc(0.5, 0.7, 0.24, 0.25, -170, 190)])],
    7: [np.array([(0.2, 0.08), (0.8, 0.08), (0.42, 0.96)])],
    8: [_arc(0.5, 0.28, 0.2, 0.22, 90, -270), _arc(0.5, 0.72, 0.24, 0.23, -90, 270)],
    9: [np.concatenate([_arc(0.5, 0.28, 0.22, 0.23, 20, -340), [(0.66, 0.95)]])],
}


def drawn(
    digit: int,
    side: int,
    share: float = 0.7,
    width: float = 1.0,
    paper: int = 255,
    pen: int = 0,
    smooth: bool = False,
    middle: tuple[float, float] | None = None,
) -> Image.Image:
    """A picture of a digit that takes a share of its side, with lines so many pixels wide."""
    times = 4 if smooth else 1
    picture = Image.new("L", (side * times, side * times), paper)
    shapes, wide = ImageDraw.Draw(picture), max(1, round(width * times))
    at = np.array(middle or (side / 2, side / 2))
    for stroke in STROKES[digit]:
        points = [tuple(point) for point in ((stroke - 0.5) * share * side + at) * times]
        shapes.line(points, fill=pen, width=wide, joint="curve")
        if wide > 2:
            for x, y in points:
                shapes.ellipse((x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2), fill=pen)
    return picture.reduce(times) if smooth else picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def inverted(picture: Image.Image) -> Image.Image:
    return Image.fromarray(255 - np.asarray(picture))


def transparent(digit: int, shade: int, most: int = 255) -> Image.Image:
    """Ink of a shade on nothing, as a saved canvas has it."""
    ink = inverted(drawn(digit, 200, 0.6, 12, smooth=True))
    picture = Image.new("RGBA", ink.size, (shade, shade, shade, 0))
    picture.putalpha(Image.fromarray((np.asarray(ink, np.float32) * most / 255).astype(np.uint8)))
    return picture


def framed(digit: int) -> Image.Image:
    picture = drawn(digit, 200, 0.5, 8)
    ImageDraw.Draw(picture).rectangle((8, 8, 191, 191), outline=0, width=3)
    return picture


def with_axes(digit: int) -> Image.Image:
    picture = drawn(digit, 200, 0.45, 7, middle=(120, 90))
    lines = ImageDraw.Draw(picture)
    lines.line((25, 10, 25, 190), fill=0)
    lines.line((5, 172, 195, 172), fill=0)
    return picture


def plotted(digit: int) -> Image.Image:
    """A digit as plots show it: a dark panel with light ink, ticks and numbers around it."""
    small = drawn(digit, 28, 0.7, 2.2, paper=0, pen=255, smooth=True)
    picture = Image.new("L", (400, 400), 255)
    picture.paste(small.resize((300, 300), Image.Resampling.NEAREST), (60, 50))
    lines = ImageDraw.Draw(picture)
    for tick in range(6):
        lines.line((60 + tick * 52, 350, 60 + tick * 52, 356), fill=0)
        lines.text((56 + tick * 52, 358), str(tick * 5), fill=0)
        lines.line((54, 50 + tick * 52, 60, 50 + tick * 52), fill=0)
        lines.text((36, 46 + tick * 52), str(tick * 5), fill=0)
    return picture


def with_a_button(digit: int) -> Image.Image:
    picture = drawn(digit, 300, 0.5, 10, middle=(150, 120))
    shapes = ImageDraw.Draw(picture)
    shapes.rounded_rectangle((100, 262, 200, 290), 6, outline=0)
    shapes.text((130, 270), "Clear", fill=0)
    return picture


def beside_a_neighbour(digit: int) -> Image.Image:
    picture = drawn(digit, 300, 0.5, 10, middle=(120, 150))
    ImageDraw.Draw(picture).arc((262, 80, 400, 220), 120, 250, fill=0, width=10)
    return picture


def in_a_window(digit: int, bar: int = 40) -> Image.Image:
    """A screenshot: a dark bar along the top, with a name and signs, and colours to choose from."""
    picture = drawn(digit, 400, 0.5, 10, middle=(200, 230))
    shapes = ImageDraw.Draw(picture)
    shapes.rectangle((0, 0, 399, 24), fill=bar)
    shapes.text((8, 7), "Untitled", fill=255)
    for place in range(10):
        shapes.rectangle((10 + 24 * place, 34, 26 + 24 * place, 50), fill=25 * place, outline=120)
    return picture


def in_a_form(digit: int, boxes: int = 3) -> Image.Image:
    """One of some boxes in a row, of which the others are empty."""
    picture = Image.new("L", (60 + 110 * boxes, 160), 255)
    shapes = ImageDraw.Draw(picture)
    for place in range(boxes):
        shapes.rectangle((30 + 110 * place, 20, 130 + 110 * place, 140), outline=0, width=3)
    picture.paste(drawn(digit, 90, 0.8, 7), (35, 35))
    return picture


def speckled(digit: int) -> Image.Image:
    picture = np.asarray(drawn(digit, 200, 0.65, 5)).copy()
    specks = np.random.default_rng(digit).random(picture.shape) < 0.002
    picture[specks] = 255 - picture[specks]
    return Image.fromarray(picture)


def shadow(side: int, softness: float, turn: float = 0.6) -> Numbers:
    """How much of a shadow falls on each pixel, 0 to 1: on the lower right, with an edge so many pixels wide."""
    y, x = np.mgrid[:side, :side] / side - 0.5
    return 1 / (1 + np.exp(-np.clip((np.cos(turn) * x + np.sin(turn) * y - 0.1) * side / softness * 4, -50, 50)))


def in_shadow(digit: int, depth: float, softness: float, pen: int = 70) -> Image.Image:
    """A digit on a sheet of paper of which a part lies in shadow, darker by so many levels of 255."""
    paper = 215 + np.random.default_rng(digit).normal(0, 4, (400, 400)) - depth * shadow(400, softness)
    ink = 1 - np.asarray(drawn(digit, 400, 0.5, 9, smooth=True), np.float32) / 255
    return Image.fromarray(np.clip(paper * (1 - (1 - pen / 215) * ink), 0, 255).astype(np.uint8))


ALONE: dict[str, Callable[[int], bytes]] = {  # by their kind: what is in the picture is the digit
    "a pencil of one pixel at 28x28": lambda digit: encoded(drawn(digit, 28)),
    "the same, white on black": lambda digit: encoded(inverted(drawn(digit, 28))),
    "the same as JPEG": lambda digit: encoded(drawn(digit, 28), "JPEG", quality=75),
    "a pencil of one pixel, larger": lambda digit: encoded(drawn(digit, 280)),
    "the same on a large sheet of one bit": lambda digit: encoded(drawn(digit, 1000).convert("1")),
    "the same on a large sheet in colours": lambda digit: encoded(drawn(digit, 1000).convert("RGB")),
    "the same on a large sheet with a palette": lambda digit: encoded(drawn(digit, 1000).convert("P")),
    "two levels": lambda digit: encoded(drawn(digit, 280, 0.6, 12)),
    "two levels, white on black": lambda digit: encoded(inverted(drawn(digit, 400, 0.5, 25))),
    "three levels": lambda digit: encoded(
        Image.fromarray(np.asarray(drawn(digit, 100, 0.6, 5, smooth=True)) // 86 * 86)
    ),
    "one bit": lambda digit: encoded(drawn(digit, 200, 0.65, 5).convert("1")),
    "one bit with specks": lambda digit: encoded(speckled(digit).convert("1")),
    "a palette of two": lambda digit: encoded(drawn(digit, 160, 0.65, 7, smooth=True).quantize(2)),
    "a palette of four": lambda digit: encoded(drawn(digit, 160, 0.65, 7, smooth=True).quantize(4)),
    "faint at 28x28": lambda digit: encoded(drawn(digit, 28, 0.7, 2, pen=170, smooth=True)),
    "faint and large": lambda digit: encoded(drawn(digit, 280, 0.6, 12, pen=170, smooth=True)),
    "thin and grey at 28x28": lambda digit: encoded(drawn(digit, 28, 0.7, 1, pen=120, smooth=True)),
    "touching the rim at 28x28": lambda digit: encoded(drawn(digit, 28, 0.98, 2.2, smooth=True)),
    "touching the rim, white on black": lambda digit: encoded(inverted(drawn(digit, 28, 0.98, 2.2))),
    "dark ink on nothing": lambda digit: encoded(transparent(digit, 0)),
    "light ink on nothing": lambda digit: encoded(transparent(digit, 255)),
    "in the soft shadow of a hand": lambda digit: encoded(in_shadow(digit, 40, 60), "JPEG"),
    "in a shadow with an edge": lambda digit: encoded(in_shadow(digit, 60, 10), "JPEG"),
    "faint, in a shadow as dark as it": lambda digit: encoded(in_shadow(digit, 60, 10, pen=150), "JPEG"),
    "half transparent ink": lambda digit: encoded(transparent(digit, 0, 140)),
}
WITH_MORE: dict[str, Callable[[int], bytes]] = {  # there is more ink than the digit
    "in a frame": lambda digit: encoded(framed(digit)),
    "with axes": lambda digit: encoded(with_axes(digit)),
    "in a plot": lambda digit: encoded(plotted(digit)),
    "with a button": lambda digit: encoded(with_a_button(digit)),
    "beside a neighbour": lambda digit: encoded(beside_a_neighbour(digit)),
    "in a window": lambda digit: encoded(in_a_window(digit)),
    "in a window with a grey bar": lambda digit: encoded(in_a_window(digit, bar=120)),
    "in a form of two boxes": lambda digit: encoded(in_a_form(digit, 2)),
    "in a form of four boxes": lambda digit: encoded(in_a_form(digit, 4)),
}

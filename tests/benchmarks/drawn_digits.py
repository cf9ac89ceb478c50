"""How well are drawings by real people recognised? Replays files of strokes through the app's own path.

    python -m tests.benchmarks.drawn_digits FILE...

A file is JSON, or JSON in gzip: a list of {"label", "strokes": [[[x, y], ...], ...], "writer"}, y down, the larger
side 1; "writer" may be missing. Each drawing is put at a random size and place on a canvas of 320 pixels, the same
at every run. Prints accuracy, as a mean over the ten digits, for each digit, and for the worst tenth of writers:
prepared as the draw page does, and raw, which is the canvas squeezed into 28x28 as it is.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.drawing.preprocessing import ALL_STEPS, NO_STEPS, PreprocessingSteps, preprocess
from core.drawing.strokes import Strokes
from core.nn.evaluation import Evaluation
from core.nn.prediction import predict
from core.pretrained.registry import load_model
from core.runs.run import PRETRAINED

SIDE, BRUSH = 320.0, 18.0  # of the draw page's canvas, in pixels
SMALLEST, LARGEST = 0.35, 0.9  # share of the canvas that a drawing takes


def read(path: Path) -> list[dict[str, Any]]:
    """The drawings in a file."""
    content = path.read_bytes()
    return json.loads(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)


def on_canvas(drawings: list[dict[str, Any]]) -> Iterator[Strokes]:
    """Each drawing at a random size and place."""
    random = np.random.default_rng(0)
    for drawing in drawings:
        size = SIDE * random.uniform(SMALLEST, LARGEST)
        corner = random.uniform(0, SIDE - size, 2)
        strokes = [np.asarray(stroke, float).reshape(-1, 2) * size + corner for stroke in drawing["strokes"]]
        yield Strokes(tuple(stroke for stroke in strokes if len(stroke)), SIDE, BRUSH)


def images(drawings: list[dict[str, Any]], preparation: PreprocessingSteps) -> np.ndarray:
    """What the network sees of each, (count, 28, 28) uint8; paper where there is no more than a dot."""
    prepared = (preprocess(strokes, preparation) for strokes in on_canvas(drawings))
    pictures = [np.zeros((28, 28)) if p is None else p.image for p in prepared]
    return (np.stack(pictures) * 255).round().astype(np.uint8)


def worst_tenth(right: np.ndarray, writers: list[Any]) -> float:
    """The mean accuracy of the worst tenth of writers."""
    by_writer = sorted(right[[w == writer for w in writers]].mean() for writer in set(writers))
    return float(np.mean(by_writer[: max(1, round(len(by_writer) / 10))]))


def report(path: Path) -> None:
    """Print what each model makes of one file."""
    drawings = read(path)
    stem = path.name.split(".")[0]
    labels = np.array([drawing["label"] for drawing in drawings], np.uint8)
    writers = [drawing.get("writer") for drawing in drawings]
    print(f"{stem} drawings: {len(drawings)}")
    for how, preparation in (("prepared", ALL_STEPS), ("raw", NO_STEPS)):
        seen = images(drawings, preparation)
        for name in PRETRAINED:
            evaluation = Evaluation(predict(load_model(name).network, seen), labels)
            right = evaluation.predictions == labels
            digits = {digit: right[labels == digit].mean() for digit in sorted(set(labels.tolist()))}
            print(f"{stem} {name} {how} mean: {100 * np.mean(list(digits.values())):.1f} %")
            if len(set(writers)) > 1:
                print(f"{stem} {name} {how} worst tenth: {100 * worst_tenth(right, writers):.1f} %")
            for digit, accuracy in digits.items():
                print(f"{stem} {name} {how} digit {digit}: {100 * accuracy:.1f} %")


def main() -> None:
    """Report on each file named."""
    if not sys.argv[1:]:
        raise SystemExit("Name at least one file of strokes: python -m tests.benchmarks.drawn_digits FILE...")
    for name in sys.argv[1:]:
        path = Path(name)
        if not path.is_file():
            raise SystemExit(f"{path}: there is no such file.")
        report(path)


if __name__ == "__main__":
    main()

"""The arrays in a run's folder: their names and shapes stand here once, for who writes and for who reads them."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.mnist import CLASSES, SIDE, TEST_DIGITS, Digits
from core.runs.errors import DamagedRunError, reading
from core.runs.run import PREVIEW, TEST_OUTPUTS, USER_DRAWINGS, Run

PREVIEW_DIGITS = 25
PREVIEW_UNITS = 36


@dataclass(frozen=True, eq=False)
class Preview:
    """What is seen of a network while it learns."""

    step: int  # updates until then; -1 in runs of earlier versions, which did not say it
    images: npt.NDArray[np.uint8]  # (digits, 28, 28): some that it does not learn from
    labels: npt.NDArray[np.uint8]  # (digits,)
    answers: npt.NDArray[np.floating[Any]]  # (digits, 10): probabilities
    weights: npt.NDArray[np.floating[Any]]  # (units, 28, 28): of some units of the first layer
    gradients: npt.NDArray[np.floating[Any]]  # (layers,): the length of each layer's gradient


def preview_to_npz(preview: Preview) -> bytes:
    """A preview as a file."""
    file = io.BytesIO()
    np.savez(file, **vars(preview))
    return file.getvalue()


def read_preview(run: Run) -> Preview:
    """What was last seen of a network that learns.

    Raises:
        RunGoneError: the run was deleted.
        DamagedRunError: it has not begun, or the file holds something else.
    """
    with reading(run.path), _loaded(run.file(PREVIEW)) as kept:
        step = int(_shaped(kept["step"], (), np.integer)) if "step" in kept else -1
        images = _shaped(kept["images"], (None, SIDE, SIDE), np.uint8)
        labels = _labels(kept["labels"], len(images))
        answers = _shaped(kept["answers"], (len(images), CLASSES))
        weights = _shaped(kept["weights"], (None, SIDE, SIDE)).astype(np.float32)
        return Preview(step, images, labels, answers, weights, _shaped(kept["gradients"], (None,)).astype(float))


def outputs_to_npy(probabilities: npt.NDArray[np.floating[Any]]) -> bytes:
    """What a network answers to all test digits, (10000, 10), as a file."""
    file = io.BytesIO()
    np.save(file, probabilities.astype(np.float16))
    return file.getvalue()


def read_test_outputs(run: Run) -> npt.NDArray[np.float32]:
    """What the run's network answers to all test digits: probabilities, (10000, 10).

    Raises:
        RunGoneError: the run was deleted.
        DamagedRunError: it has not ended, or the file holds something else.
    """
    with reading(run.path):
        return _shaped(_loaded(run.file(TEST_OUTPUTS)), (TEST_DIGITS, CLASSES)).astype(np.float32)


def read_user_drawings(run: Run) -> Digits | None:
    """The learner's own drawings that the run learns from, too; None if there are none.

    Raises:
        RunGoneError: the run was deleted.
        DamagedRunError: the file holds something else.
    """
    if not (run.path / USER_DRAWINGS).exists():
        return None
    with reading(run.path), _loaded(run.file(USER_DRAWINGS)) as kept:
        images = _shaped(kept["x"], (None, SIDE, SIDE), np.uint8)
        return Digits(images, _labels(kept["y"], len(images)))


def _loaded(path: Path) -> Any:
    """What is in a file, which is closed again: NumPy leaves one open that it cannot read."""
    return np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)


def _labels(array: npt.NDArray[Any], count: int) -> npt.NDArray[np.uint8]:
    labels = _shaped(array, (count,), np.uint8)
    if (labels >= CLASSES).any():
        raise DamagedRunError("Some of its labels are no digits.")
    return labels


def _shaped(array: npt.NDArray[Any], shape: tuple[int | None, ...], kind: Any = np.floating) -> npt.NDArray[Any]:
    """The same array, if it is of this shape, None for any length, and its numbers are of this kind.

    Raises:
        DamagedRunError: it is not.
    """
    fits = array.ndim == len(shape) and all(want in (None, have) for want, have in zip(shape, array.shape, strict=True))
    if not fits or not np.issubdtype(array.dtype, kind):
        raise DamagedRunError(f"An array is {array.dtype} {array.shape} and should be {shape}.")
    return array

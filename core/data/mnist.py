"""MNIST: 70,000 handwritten digits, each 28 by 28 pixels, each with the digit its writer meant.

The arrays stay uint8, 0 for paper and 255 for ink. Only what is about to be used becomes float32.
"""

import contextlib
import hashlib
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from core.bundled_files import BundledFileError
from core.data.shared_memory import attach, publish
from core.paths import ASSETS

Images = npt.NDArray[np.uint8]  # (count, 28, 28)
Labels = npt.NDArray[np.uint8]  # (count,)

SIDE = 28  # pixels
PIXELS = SIDE * SIDE
CLASSES = 10
TEST_DIGITS = 10_000
VALIDATION_COUNT = 5_000

MNIST_FILE = ASSETS / "mnist.npz"

# SHA-256 of each array's bytes: the zip around them may be written anew, the digits may not change.
ARRAY_HASHES = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}


_READING = threading.Lock()  # whoever comes second finds what the first has read


@dataclass(frozen=True, eq=False)
class Digits:
    """Images, shape (count, 28, 28), uint8, with their labels, shape (count,), 0 to 9."""

    images: Images
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: npt.NDArray[np.integer[Any]]) -> "Digits":
        """These digits alone, in this order."""
        return Digits(self.images[indices], self.labels[indices])


def _read_array(path: Path | BinaryIO, name: str) -> npt.NDArray[np.uint8]:
    """One array; that of the bundled file once for all sessions, and for the training service."""
    if path != MNIST_FILE:
        return _verified_array(path, name)
    with _READING:
        array = attach(f"mnist_{name}")
        return publish(f"mnist_{name}", _verified_array(path, name)) if array is None else array


def _verified_array(source: Path | BinaryIO, name: str) -> npt.NDArray[np.uint8]:
    path = source if isinstance(source, Path) else MNIST_FILE
    try:
        with source.open("rb") if isinstance(source, Path) else contextlib.nullcontext(source) as file:
            file.seek(0)
            with np.load(file, allow_pickle=False) as arrays:
                array: npt.NDArray[np.uint8] = arrays[name]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise BundledFileError(path) from error
    if hashlib.sha256(array.data).hexdigest() != ARRAY_HASHES[name]:
        raise BundledFileError(path)
    return array


def load_training_set(path: Path = MNIST_FILE) -> Digits:
    """The 60,000 training digits in MNIST's own order (47 MB).

    Raises:
        BundledFileError: the file is missing, or not what it was.
    """
    return Digits(_read_array(path, "x_train"), _read_array(path, "y_train"))


def load_test_set(path: Path | BinaryIO = MNIST_FILE) -> Digits:
    """The 10,000 test digits in MNIST's own order (8 MB), from a file or from what is open of it.

    Raises:
        BundledFileError: the file is missing, or not what it was.
    """
    return Digits(_read_array(path, "x_test"), _read_array(path, "y_test"))


def split_indices(labels: Labels) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Indices into the training set: 55,000 to learn from, 5,000 (validation) to choose settings by.

    The same at every call; each digit has the same share of both parts. The article has no such split:
    it trains on all 60,000 and watches the test set.
    """
    order = np.random.default_rng(0).permutation(len(labels))
    exact = np.bincount(labels, minlength=CLASSES) * VALIDATION_COUNT / len(labels)
    quota = np.floor(exact).astype(int)
    quota[np.argsort(quota - exact)[: VALIDATION_COUNT - quota.sum()]] += 1  # largest remainders
    chosen = np.concatenate([order[labels[order] == digit][: quota[digit]] for digit in range(CLASSES)])
    chosen.sort()
    return np.setdiff1d(np.arange(len(labels)), chosen), chosen


def fair_part(labels: Labels, count: int) -> npt.NDArray[np.int64]:
    """Indices of about `count` test digits that stand for all: by lot, as many of each digit from each half.

    The same at every call. The first half of the test set was written by other people than the second, and has twice
    as many that are misread (Explore shows it, under Writers): of the article's network the first 500 would say 97.4 %
    where all say 98.2 %.
    """
    order, half = np.random.default_rng(0).permutation(len(labels)), len(labels) // 2
    each = max(1, round(count / 2 / CLASSES))
    chosen = [
        order[(labels[order] == digit) & ((order < half) == is_first)][:each]
        for digit in range(CLASSES)
        for is_first in (True, False)
    ]
    return np.sort(np.concatenate(chosen))


def flatten(images: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(count, 28, 28) -> (count, 784): the rows of pixels, one after the other."""
    return images.reshape(len(images), PIXELS)


def scale(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """0..255 -> 0..1, as float32."""
    return np.divide(pixels, 255, dtype=np.float32)


def one_hot(labels: Labels) -> npt.NDArray[np.float32]:
    """(count,) -> (count, 10): 1 in the column of the digit, 0 in all others."""
    return np.eye(CLASSES, dtype=np.float32)[labels]


def to_inputs(images: Images) -> npt.NDArray[np.float32]:
    """What the network takes: flattened and scaled, (count, 784)."""
    return scale(flatten(images))

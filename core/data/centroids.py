"""Digits can be compared as they are, pixel by pixel: a start, and what a network has to beat.

The distance of two images is the root of the mean squared difference of their pixels: 0 for equal
images, 1 for all paper against all ink.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.mnist import CLASSES, Digits, Images, flatten, scale

Distances = npt.NDArray[np.floating[Any]]
CHUNK = 1_000  # images at a time: 3 MB as floats, which stay in the processor's cache


def class_means(digits: Digits) -> npt.NDArray[np.float32]:
    """The average image of each digit, (10, 28, 28), 0 to 1."""
    averages = [digits.images[digits.labels == digit].mean(axis=0) for digit in range(CLASSES)]
    return (np.stack(averages) / 255).astype(np.float32)


def distances(images: npt.NDArray[Any], others: npt.NDArray[np.floating[Any]]) -> Distances:
    """The distance of every image, (count, 28, 28) uint8 or 0 to 1, to every other, (m, 28, 28) 0 to 1: (count, m)."""
    columns = others.reshape(len(others), -1).astype(np.float32)
    lengths = (columns**2).sum(axis=1)
    squared = []
    for start in range(0, len(images), CHUNK):
        rows = flatten(images[start : start + CHUNK])
        rows = scale(rows) if rows.dtype == np.uint8 else rows
        squared.append((rows**2).sum(axis=1)[:, None] - 2 * rows @ columns.T + lengths)
    result: Distances = np.sqrt(np.maximum(np.concatenate(squared), 0) / columns.shape[1])
    return result


def nearest_centroid(images: Images, averages: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """The digit whose average is nearest to each image, (count,): a classifier that learns ten pictures."""
    return distances(images, averages).argmin(axis=1)


def nearest_neighbours(
    digits: Digits, image: npt.NDArray[np.uint8], count: int
) -> tuple[npt.NDArray[np.int64], Distances]:
    """Indices of the `count` digits nearest to an image, (28, 28) uint8, and their distances, nearest first."""
    away = distances(digits.images, scale(image)[None])[:, 0]
    nearest = np.argpartition(away, count)[:count]
    nearest = nearest[np.argsort(away[nearest], kind="stable")]
    return nearest, away[nearest]

"""A digit bent a little is still the same digit: distorted copies teach a network what does not matter.

Every image is turned, sheared, scaled, shifted and bent like rubber in one go: for each pixel of the new
image it is computed where in the old one its brightness comes from. Then strokes are made heavier or lighter.

Source of the elastic part: Simard, Steinkraus and Platt, 2003, "Best practices for convolutional neural
networks applied to visual document analysis".
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.mnist import SIDE

Floats = npt.NDArray[np.floating[Any]]

BORDER = 2  # pixels of paper around the image, so that pixels from outside are paper
CHUNK = 200  # images at a time: small enough for the processor's cache


@dataclass(frozen=True)
class AugmentationRanges:
    """How far each image may be distorted; a value is drawn evenly from -limit to limit for each."""

    rotation: float = 12  # degrees; more, and a 6 comes near a 0
    shear: float = 0.25  # sideways pixels for each pixel of height: handwriting slants
    scale: float = 0.15  # logarithm of the factor: from 14 % smaller to 16 % larger
    aspect: float = 0.12  # the same for width against height
    shift: float = 1.5  # pixels
    elastic: float = 1.3  # pixels by which a point moves on average, at most
    smoothness: float = 4.0  # pixels over which neighbours move together: less tears strokes apart
    stroke_width: float = 0.7  # share of the way to the heaviest or lightest neighbour


NO_AUGMENTATION = AugmentationRanges(rotation=0, shear=0, scale=0, aspect=0, shift=0, elastic=0, stroke_width=0)


def augment(images: npt.NDArray[Any], distortion: AugmentationRanges, random: np.random.Generator) -> Floats:
    """Distorted copies of images, (count, 28, 28), uint8 or 0 to 1; the result is 0 to 1."""
    parts = np.array_split(images, max(1, len(images) // CHUNK))
    return np.concatenate([_augment_chunk(_to_floats(part), distortion, random) for part in parts])


def _to_floats(images: npt.NDArray[Any]) -> Floats:
    return images.astype(np.float32) / (255 if images.dtype == np.uint8 else 1)


def _augment_chunk(images: Floats, limit: AugmentationRanges, random: np.random.Generator) -> Floats:
    x, y = _sources(len(images), limit, random)
    bent = _sample(images, x, y)
    return _with_stroke_width(bent, _uniform(random, len(images), limit.stroke_width)) if limit.stroke_width else bent


def _uniform(random: np.random.Generator, count: int, limit: float) -> Floats:
    """One number for each image, shaped to meet its pixels: (count, 1, 1)."""
    return random.uniform(-limit, limit, (count, 1, 1)).astype(np.float32)


def _sources(count: int, limit: AugmentationRanges, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Where each pixel's brightness comes from: columns and rows in the old image, (count, 28, 28) each."""
    middle = (SIDE - 1) / 2
    row, column = np.mgrid[:SIDE, :SIDE].astype(np.float32) - middle
    turn = np.deg2rad(_uniform(random, count, limit.rotation))
    cos, sin = np.cos(turn), np.sin(turn)
    shear = _uniform(random, count, limit.shear)
    size = np.exp(_uniform(random, count, limit.scale))
    aspect = np.exp(_uniform(random, count, limit.aspect))
    x = (cos / aspect * column + (shear * cos - sin) * row) / size
    y = (sin / aspect * column + (shear * sin + cos) * row) / size
    x += middle + _uniform(random, count, limit.shift)
    y += middle + _uniform(random, count, limit.shift)
    if limit.elastic:
        strength = np.abs(_uniform(random, count, limit.elastic))
        smooth = _smoothing(limit.smoothness)
        for coordinate in (x, y):
            noise = random.standard_normal((count, SIDE, SIDE), dtype=np.float32)
            coordinate += strength * (smooth @ noise @ smooth.T)
    return x, y


def _smoothing(width: float) -> Floats:
    """A matrix that mixes neighbours (a Gaussian) and keeps the size of random numbers as it is."""
    place = np.arange(SIDE)
    near = np.exp(-((place[:, None] - place) ** 2) / (2 * width**2))
    return (near / np.sqrt((near**2).sum(axis=1, keepdims=True))).astype(np.float32)


def _sample(images: Floats, x: Floats, y: Floats) -> Floats:
    """Brightness at places between pixels: a mean of the four around, by nearness (bilinear)."""
    side = SIDE + 2 * BORDER
    flat = np.pad(images, ((0, 0), (BORDER, BORDER), (BORDER, BORDER))).ravel()
    x = np.clip(x + BORDER, 0, side - 1.01)
    y = np.clip(y + BORDER, 0, side - 1.01)
    right_share, bottom_share = x - np.floor(x), y - np.floor(y)
    left, top = x.astype(np.int32), y.astype(np.int32)
    corner = np.arange(len(images), dtype=np.int32)[:, None, None] * side**2 + top * side + left
    upper = flat[corner] * (1 - right_share) + flat[corner + 1] * right_share
    lower = flat[corner + side] * (1 - right_share) + flat[corner + side + 1] * right_share
    sampled: Floats = upper * (1 - bottom_share) + lower * bottom_share
    return sampled


def _with_stroke_width(images: Floats, weight: Floats) -> Floats:
    """Heavier strokes: towards the brightest of the four neighbours; lighter: towards the darkest."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    around = (
        images,
        padded[:, 1:-1, :-2],
        padded[:, 1:-1, 2:],
        padded[:, :-2, 1:-1],
        padded[:, 2:, 1:-1],
    )
    brightest, darkest = np.maximum.reduce(around), np.minimum.reduce(around)
    result: Floats = images + np.where(weight > 0, weight * (brightest - images), weight * (images - darkest))
    return result

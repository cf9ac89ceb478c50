"""A photograph of a digit is paper, light and shadow; only what differs from the paper around it is ink.

Light that changes slowly changes the paper around, too. The edge of a shadow does not, and the paper beyond it looks
like ink. But a stroke has paper on both sides, and a shadow goes on: what is wider than any stroke is no ink. So paper
is estimated twice, and where the two differ it is asked which they differ by.
"""

import numpy as np
from PIL import Image, ImageFilter

from core.drawing.segmentation import Mask, dilated, label_components
from core.drawing.strokes import Picture

MIN_CONTRAST = 0.12  # of full brightness: less is noise of the camera
MIN_INK = 0.0005  # of the picture
MAX_INK = 0.5
REDUCED = 4  # times: paper is estimated on a smaller picture
WIDEST_STROKE = 0.25  # of the picture's longer side; what a disk of this width fits into is no stroke
MIN_SHADOW = 0.05  # of what is dark: less is no shadow of note
AS_INK = 0.8  # of the strokes' darkness: what is less dark is no inner part of theirs
WIDE_SHADOW = 0.4  # of the picture's longer side; what a disk of this width fits into is a shadow though it is as dark


class ImageFileError(ValueError):
    """A file that cannot be read as a picture of a digit; the message says why and what to do."""


def ink_on_paper(brightness: Picture) -> tuple[Picture, bool]:
    """0 for paper to 1 for ink, from brightness 0 to 1; and whether a shadow with an edge was taken for paper.

    Paper is what the rim is for the most part, unless that leaves no strokes: a 0 may run along it on all sides.

    Raises:
        ImageFileError: no strokes stand out.
    """
    rim = np.concatenate([brightness[0], brightness[-1], brightness[:, 0], brightness[:, -1]])
    if np.median(rim) < np.median(np.sort(brightness, axis=None)[[0, -1]]):
        brightness = 1 - brightness  # light ink on dark paper
    for one in (brightness, 1 - brightness):
        ink, in_shadow = _dark_on_light(one)
        if MIN_INK <= float((ink > 0.5).mean()) < MAX_INK:
            return ink, in_shadow
    raise ImageFileError("No strokes stand out in this picture. Choose one digit on plain paper.")


def _dark_on_light(brightness: Picture) -> tuple[Picture, bool]:
    small = _reduced(brightness)
    darkness = _enlarged(_brightest_around(small), brightness) - brightness
    ink = _ink(darkness)
    strokes = _ink(_enlarged(_without_strokes(small), brightness) - brightness)
    if strokes is None:
        raise ImageFileError("Nothing stands out in this picture. Choose one with a clear dark or light digit.")
    if ink is not None and not _is_shadow(ink, strokes, darkness, brightness):
        return ink, False
    return _away_from_the_rim(strokes), True


def _ink(darkness: Picture) -> Picture | None:
    """0 to 1, from how much darker than the paper each pixel is; None if nothing is."""
    contrast = float(np.quantile(darkness, 0.999))
    if contrast < MIN_CONTRAST:
        return None
    threshold = max(_otsu(darkness), MIN_CONTRAST / 2)
    # 0 up to halfway between paper and threshold: a trace of ink on all paper would count as much as the strokes.
    ink = np.clip((darkness - threshold) / (min(threshold, contrast - threshold) + 1e-6) + 0.5, 0, 1)
    return ink.astype(np.float32)


def _reduced(brightness: Picture) -> Image.Image:
    grey = Image.fromarray((brightness * 255).astype(np.uint8))
    return grey.resize((max(1, grey.width // REDUCED), max(1, grey.height // REDUCED)), Image.Resampling.BOX)


def _enlarged(paper: Image.Image, brightness: Picture) -> Picture:
    height, width = brightness.shape
    return np.asarray(paper.resize((width, height), Image.Resampling.BILINEAR), np.float32) / 255


def _brightest_around(small: Image.Image) -> Image.Image:
    """How bright the paper is at each pixel: the brightest nearby, smoothed."""
    reach = 2 * (max(small.size) // 6) + 1
    return small.filter(ImageFilter.MaxFilter(reach)).filter(ImageFilter.GaussianBlur(reach / 2))


def _without_strokes(small: Image.Image) -> Image.Image:
    """How bright the paper is where a shadow may have an edge: what is dark and narrow is filled, as by its sides."""
    from scipy import ndimage  # takes 0.3 s and 30 MB, when the first picture is read

    disk = _disk(WIDEST_STROKE * max(small.size))
    filled = Image.fromarray(ndimage.grey_closing(np.asarray(small), footprint=disk, mode="reflect"))
    return filled.filter(ImageFilter.MinFilter(3))  # lest the edge itself, enlarged and soft, be a dark line


def _disk(width: float) -> Mask:
    radius = max(1, round(width / 2))
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    return x**2 + y**2 <= radius**2


def _is_shadow(ink: Picture, strokes: Picture, darkness: Picture, brightness: Picture) -> bool:
    """Whether what is dark besides the strokes is a shadow, and not the inner part of thick ones."""
    from scipy import ndimage

    rest = (ink > 0.5) & ~dilated(strokes > 0.5)
    if rest.sum() <= MIN_SHADOW * float((ink > 0.5).sum()):
        return False
    is_stroke = _away_from_the_rim(strokes) > 0.5
    if is_stroke.any() and np.median(darkness[rest]) < AS_INK * np.median(darkness[is_stroke]):
        return True
    as_dark = np.asarray(_reduced(brightness)) <= 255 * float(np.quantile(brightness[rest], 0.9))
    disk = _disk(WIDE_SHADOW * max(as_dark.shape))
    return bool(ndimage.binary_erosion(as_dark, disk, border_value=1).any())  # it goes on outside


def _away_from_the_rim(strokes: Picture) -> Picture:
    """Without what touches the rim, as the corner does that a shadow's edge and the rim enclose."""
    labels = label_components(strokes > 0.5)
    if labels is None:
        return strokes
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return np.where(dilated(np.isin(labels, rim[rim > 0])), 0, strokes).astype(np.float32)


def _otsu(values: Picture) -> float:
    """The threshold that parts values best into two groups (Otsu, 1979)."""
    counts, edges = np.histogram(values, bins=128)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = below[-1] + counts[-1] - below
    sums = np.cumsum(counts * middles)
    mean_below = sums[:-1] / np.maximum(below, 1)
    mean_above = (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    parted = below * above * (mean_above - mean_below) ** 2
    # Between two groups with nothing between them all thresholds are as good: the middle one.
    return float(np.median(edges[1:-1][parted >= parted.max() * (1 - 1e-9)]))

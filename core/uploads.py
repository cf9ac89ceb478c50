"""A photograph of a digit is paper, light and shadow; only what differs from the paper around it is ink."""

import io
import warnings

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from core.bundle import MEGABYTE
from core.digit_alone import digit_alone, panel_of
from core.picture_parts import has_too_many_parts
from core.strokes import Picture, Pixels

FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
OTHERS = {  # how pictures in other formats begin, from the first or the fifth byte on
    "a GIF": (b"GIF8",),
    "a TIFF": (b"II*\x00", b"MM\x00*"),
    "a HEIC or AVIF": tuple(b"ftyp" + brand for brand in (b"heic", b"heix", b"mif1", b"msf1", b"avif")),
    "a PDF": (b"%PDF",),
}
LOOKED_AT = 4096  # bytes at the beginning of a text
MAX_BYTES = 8 * MEGABYTE
MAX_PIXELS = 25_000_000  # 100 MB while it is decoded
MAX_COSTLY_PIXELS = 7_000_000  # 110 MB of what takes up to four times as much for each: see _is_costly
RUN_LENGTHS = (1, 2)  # of a packed BMP file: Pillow unpacks them number by number, for seconds
WORKING_SIDE = 400  # pixels: enough for a digit, quick to work on
LEAST_CONTRAST = 0.12  # of full brightness: less is noise of the camera
LEAST_INK = 0.0005  # of the picture
MOST_INK = 0.5


class ImageFileError(ValueError):
    """A file that cannot be read as a picture of a digit; the message says why and what to do."""


def ink_from_file(content: bytes) -> Pixels:
    """The ink in an image file: dark on light or light on dark, photographed, scanned or drawn.

    Raises:
        ImageFileError: it is no such picture.
    """
    brightness, is_cropped = panel_of(np.asarray(_read_grey(content), np.float32) / 255)
    ink, is_left_out = digit_alone(_ink(brightness))
    return Pixels(ink, is_cropped or is_left_out)


def _read_grey(content: bytes) -> Image.Image:
    if not content:
        raise ImageFileError("This file is empty. Choose a picture of a digit.")
    if len(content) > MAX_BYTES:
        raise ImageFileError(f"This file is larger than {MAX_BYTES // MEGABYTE} MB. Choose a smaller picture.")
    if has_too_many_parts(content):
        raise ImageFileError("This picture is made of too many parts. Save it anew, or choose another one.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large pictures; they are refused below
            opened = Image.open(io.BytesIO(content), formats=FORMATS)
            most = MAX_COSTLY_PIXELS if _is_costly(opened) else MAX_PIXELS
            if opened.width * opened.height > most:
                raise ImageFileError(f"This picture has more than {most // 10**6} megapixels. Choose a smaller one.")
            if opened.format == "BMP" and opened.info["compression"] in RUN_LENGTHS:
                raise ImageFileError("This BMP file is packed. Save the picture as PNG or JPEG.")
            if getattr(opened, "n_frames", 1) > 1:
                raise ImageFileError("This picture is animated. Choose one that stands still.")
            opened.draft("L", (WORKING_SIDE, WORKING_SIDE))  # a JPEG is decoded small at once
            opened.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
            picture = ImageOps.exif_transpose(opened)  # only now: it makes a copy
    except ImageFileError:
        raise
    except UnidentifiedImageError as error:
        raise ImageFileError(_of_other_format(content)) from error
    except Exception as error:  # damaged files fail in Pillow in many ways
        raise ImageFileError("This picture is damaged. Choose another one.") from error
    return _without_transparency(picture)


def _is_costly(opened: Image.Image) -> bool:
    """Whether Pillow decodes it into more than one copy: WebP, transparency, progressive JPEG."""
    return opened.format == "WEBP" or opened.mode not in ("1", "L", "P", "RGB") or "progressive" in opened.info


def _of_other_format(content: bytes) -> str:
    found = [name for name, beginnings in OTHERS.items() if any(content.startswith(beginnings, at) for at in (0, 4))]
    if b"<svg" in content[:LOOKED_AT]:  # it may begin as any XML does
        found.append("an SVG")
    if found:
        return (
            f"This is {found[0]} file, which is not read here. Save the picture as JPEG or PNG, and choose that file."
        )
    return "This is not a picture. Choose a PNG, JPEG, WebP or BMP file."


def _without_transparency(picture: Image.Image) -> Image.Image:
    """In grey; what is transparent becomes paper: white behind dark ink, black behind light ink."""
    if not picture.has_transparency_data:
        return picture.convert("L")
    rgba = picture.convert("RGBA")
    alpha = np.asarray(rgba.getchannel("A"), np.float32)
    if alpha.max() < 128:
        raise ImageFileError("This picture is transparent all over. Choose one with visible ink.")
    if alpha.min() >= 128:
        return rgba.convert("L")
    brightness = float(np.average(np.asarray(rgba.convert("L"), np.float32), weights=alpha))
    paper = Image.new("RGBA", rgba.size, (255, 255, 255, 255) if brightness < 128 else (0, 0, 0, 255))
    paper.alpha_composite(rgba)
    return paper.convert("L")


def _ink(brightness: Picture) -> Picture:
    """0 for paper to 1 for ink, from brightness 0 to 1; shadows that change slowly are paper.

    Paper is what the rim is for the most part, unless that leaves no strokes: a 0 may run along it on all sides.
    """
    rim = np.concatenate([brightness[0], brightness[-1], brightness[:, 0], brightness[:, -1]])
    if np.median(rim) < np.median(np.sort(brightness, axis=None)[[0, -1]]):
        brightness = 1 - brightness  # light ink on dark paper
    for one in (brightness, 1 - brightness):
        ink = _dark_on_light(one)
        if LEAST_INK <= float((ink > 0.5).mean()) < MOST_INK:
            return ink
    raise ImageFileError("No strokes stand out in this picture. Choose one digit on plain paper.")


def _dark_on_light(brightness: Picture) -> Picture:
    darkness = _paper_around(brightness) - brightness
    contrast = float(np.quantile(darkness, 0.999))
    if contrast < LEAST_CONTRAST:
        raise ImageFileError("Nothing stands out in this picture. Choose one with a clear dark or light digit.")
    threshold = max(_otsu(darkness), LEAST_CONTRAST / 2)
    # 0 up to halfway between paper and threshold: a trace of ink on all paper would count as much as the strokes.
    ink = np.clip((darkness - threshold) / (min(threshold, contrast - threshold) + 1e-6) + 0.5, 0, 1)
    return ink.astype(np.float32)


def _paper_around(brightness: Picture) -> Picture:
    """How bright the paper is at each pixel: the brightest nearby, smoothed."""
    grey = Image.fromarray((brightness * 255).astype(np.uint8))
    small = grey.resize((max(1, grey.width // 4), max(1, grey.height // 4)), Image.Resampling.BOX)
    reach = 2 * (max(small.size) // 6) + 1
    smooth = small.filter(ImageFilter.MaxFilter(reach)).filter(ImageFilter.GaussianBlur(reach / 2))
    return np.asarray(smooth.resize(grey.size, Image.Resampling.BILINEAR), np.float32) / 255


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

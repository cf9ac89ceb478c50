"""A picture of a digit, from a file of one's own: what can be read is, within bounds; all else gets a sentence."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.drawing.background import ImageFileError, ink_on_paper
from core.drawing.image_limits import exceeds_chunk_limit
from core.drawing.segmentation import isolate_digit, panel_of
from core.drawing.strokes import Pixels
from core.formatting import MEGABYTE

FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
OTHER_SIGNATURES = {  # how pictures in other formats begin, from the first or the fifth byte on
    "a GIF": (b"GIF8",),
    "a TIFF": (b"II*\x00", b"MM\x00*"),
    "a HEIC or AVIF": tuple(b"ftyp" + brand for brand in (b"heic", b"heix", b"mif1", b"msf1", b"avif")),
    "a PDF": (b"%PDF",),
}
SNIFFED_BYTES = 4096  # bytes at the beginning of a text
MAX_BYTES = 8 * MEGABYTE
MAX_PIXELS = 25_000_000  # 100 MB while it is decoded
MAX_COSTLY_PIXELS = 7_000_000  # 110 MB of what takes up to four times as much for each: see _is_costly
RUN_LENGTHS = (1, 2)  # of a packed BMP file: Pillow unpacks them number by number, for seconds
WORKING_SIDE = 400  # pixels: enough for a digit, quick to work on


def ink_from_file(content: bytes) -> Pixels:
    """The ink in an image file: dark on light or light on dark, photographed, scanned or drawn.

    Raises:
        ImageFileError: it is no such picture.
    """
    brightness, is_cropped = panel_of(np.asarray(_read_grey(content), np.float32) / 255)
    found, in_shadow = ink_on_paper(brightness)
    ink, is_left_out = isolate_digit(found)
    return Pixels(ink, is_cropped or is_left_out, in_shadow)


def _read_grey(content: bytes) -> Image.Image:
    if not content:
        raise ImageFileError("This file is empty. Choose a picture of a digit.")
    if len(content) > MAX_BYTES:
        raise ImageFileError(f"This file is larger than {MAX_BYTES // MEGABYTE} MB. Choose a smaller picture.")
    if exceeds_chunk_limit(content):
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
            picture: Image.Image = opened
            if opened.mode == "1" or (opened.mode == "P" and not opened.has_transparency_data):
                picture = opened.convert("L")  # Pillow would leave out rows of these, and with them thin strokes
            picture.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
            picture = ImageOps.exif_transpose(picture)  # only now: it makes a copy
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
    found = [
        name
        for name, beginnings in OTHER_SIGNATURES.items()
        if any(content.startswith(beginnings, at) for at in (0, 4))
    ]
    if b"<svg" in content[:SNIFFED_BYTES]:  # it may begin as any XML does
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

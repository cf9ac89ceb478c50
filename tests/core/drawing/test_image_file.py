"""Files that people open: photographs, scans, and everything that is neither."""

import contextlib
import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.drawing.background import ImageFileError
from core.drawing.image_file import ink_from_file
from core.drawing.preprocessing import preprocess
from core.drawing.strokes import Pixels
from core.nn.prediction import predict_one


def encoded(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def photo(digit, paper=235, pen=40, size=600, shadow=0, noise=0, mode="L"):
    """A test digit, drawn large on paper, with a shadow across it and the noise of a camera."""
    ink = Image.fromarray(digit).resize((size // 2, size // 2), Image.Resampling.BICUBIC)
    share = np.zeros((size, size), np.float32)
    share[size // 4 : size // 4 + size // 2, size // 3 : size // 3 + size // 2] = np.asarray(ink, np.float32) / 255
    brightness = paper + (pen - paper) * share
    brightness *= 1 - shadow * np.linspace(0, 1, size)[None, :]
    brightness += np.random.default_rng(0).normal(0, noise, brightness.shape)
    return Image.fromarray(brightness.clip(0, 255).astype(np.uint8)).convert(mode)


@pytest.mark.parametrize(
    "look",
    [
        {},
        {"paper": 20, "pen": 240},
        {"shadow": 0.5},
        {"noise": 8},
        {"paper": 180, "pen": 110},
        {"shadow": 0.4, "noise": 6, "mode": "RGB"},
        {"paper": 60, "pen": 230, "shadow": 0.4},
    ],
)
def test_a_digit_is_found_and_read_in_any_light(look, test_set, drawing_model):
    right = 0
    for index in range(20):
        ink = ink_from_file(encoded(photo(test_set.images[index], **look)))
        answer = predict_one(drawing_model.network, preprocess(ink).image)
        right += answer.digit == test_set.labels[index]
    assert right >= 19


def hard_edged(digit, width, paper, pen):
    """A 0, a 1 or a 7 of two colours alone, as a program for drawing makes it without smooth edges."""
    picture = Image.new("L", (400, 400), paper)
    shapes = ImageDraw.Draw(picture)
    if digit == 0:
        shapes.ellipse((110, 60, 290, 340), outline=pen, width=width)
    else:
        ways = {1: [(200, 60), (200, 340)], 7: [(100, 70), (290, 70), (170, 340)]}
        shapes.line(ways[digit], fill=pen, width=width, joint="curve")
    return picture


@pytest.mark.parametrize("width", [5, 14, 28, 50])
@pytest.mark.parametrize(("paper", "pen"), [(255, 0), (235, 0), (0, 255), (200, 90)])
def test_ink_with_hard_edges_is_kept_and_read(drawing_model, width, paper, pen):
    """Where nothing lies between paper and ink every threshold parts them; the lowest made all paper a trace grey."""
    for digit in (0, 1, 7):
        ink = ink_from_file(encoded(hard_edged(digit, width, paper, pen)))
        assert ink.ink[0, 0] == 0
        assert ink.brush == pytest.approx(width, rel=0.25)
        assert predict_one(drawing_model.network, preprocess(ink).image).digit == digit


def test_ink_is_never_thinned_until_none_is_left():
    """A trace of grey beside the strokes makes them seem wide."""
    ink = np.full((100, 100), 0.3, np.float32)
    ink[20:80, 48:52] = 1
    assert Pixels(ink).brush > 10
    assert preprocess(Pixels(ink)).image.max() > 0


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
def test_every_kind_of_file_is_read(kind, test_set, drawing_model):
    ink = ink_from_file(encoded(photo(test_set.images[0]), kind))
    assert predict_one(drawing_model.network, preprocess(ink).image).digit == 7


def test_a_phone_held_sideways_is_turned_upright(test_set, drawing_model):
    sideways = photo(test_set.images[0]).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn me a quarter to the right"
    ink = ink_from_file(encoded(sideways, "JPEG", exif=exif))
    assert predict_one(drawing_model.network, preprocess(ink).image).digit == 7


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_transparent_paper_is_read(ink, test_set, drawing_model):
    alpha = Image.fromarray(np.asarray(photo(test_set.images[0], paper=0, pen=255)))
    picture = Image.new("RGBA", alpha.size, (ink, ink, ink, 255))
    picture.putalpha(alpha)
    found = ink_from_file(encoded(picture))
    assert predict_one(drawing_model.network, preprocess(found).image).digit == 7


def animated():
    frames = [Image.new("L", (50, 50), shade) for shade in (0, 255)]
    return encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])


REFUSED = {
    "empty": (b"", "file is empty"),
    "text": (b"I am a digit, honestly. " * 100, "not a picture"),
    "half a picture": (encoded(photo(np.full((28, 28), 128, np.uint8)))[:500], "damaged"),
    "a gif": (encoded(Image.new("L", (50, 50)), "GIF"), "a GIF file, which is not read here. Save the picture as JPEG"),
    "a tiff": (encoded(Image.new("L", (50, 50)), "TIFF"), "a TIFF file, which"),
    "what an iPhone makes": (b"\0\0\0\x24ftypheic" + bytes(200), "a HEIC or AVIF file, which"),
    "a drawing of lines": (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "an SVG file, which"),
    "a drawing that says it is XML": (b"<?xml version='1.0'?>\n<svg width='9'></svg>", "an SVG file, which"),
    "another text in XML": (b"<?xml version='1.0'?>\n<digits/>", "not a picture"),
    "a document": (b"%PDF-1.7 " + bytes(200), "a PDF file, which"),
    "animated": (animated(), "animated"),
    "50 megapixels": (encoded(Image.new("1", (10_000, 5_000))), "more than 25 megapixels"),
    "too many bytes": (b"\x89PNG\r\n\x1a\n" + bytes(9 * 1024 * 1024), "larger than 8 MB"),
    "all black": (encoded(Image.new("L", (300, 300), 0)), "Nothing stands out"),
    "all white": (encoded(Image.new("RGB", (300, 300), "white")), "Nothing stands out"),
    "transparent": (encoded(Image.new("RGBA", (300, 300))), "transparent all over"),
    "one pixel": (encoded(Image.new("L", (1, 1))), "Nothing stands out"),
    "a line of pixels": (encoded(Image.new("L", (5000, 1))), "Nothing stands out"),
    "noise": (
        encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 300), np.uint8))),
        "No strokes|Nothing",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_digit_is_refused_in_one_sentence(name):
    content, reason = REFUSED[name]
    with pytest.raises(ImageFileError, match=reason) as error:
        ink_from_file(content)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_damaged_files_of_every_kind_raise_nothing_else(test_set):
    """A seeded run over a few hundred damaged files."""
    random = np.random.default_rng(0)
    for kind in ("PNG", "JPEG", "WEBP", "BMP"):
        good = encoded(photo(test_set.images[3], size=120), kind)
        for _ in range(100):
            content = bytearray(good)
            for place in random.integers(len(content), size=random.integers(1, 20)):
                content[place] = random.integers(256)
            with contextlib.suppress(ImageFileError):
                ink_from_file(bytes(content[: random.integers(1, len(content) + 1)]))

"""Pictures that were made to harm, and good ones as large as may be.

python -m tests.hostile.pictures FOLDER      writes them all
"""

import io
import json
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.hostile.good_files import Files, keras_file

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MEGABYTE = 1024 * 1024


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def png(
    width: int,
    height: int,
    *chunks: bytes,
    rows: bytes | None = None,
    colour: int = 0,
    depth: int = 8,
    ends: bool = True,
) -> bytes:
    """A PNG file by its parts; `rows` are compressed, else the picture is empty."""
    head = chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, depth, colour, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows if rows is not None else b"", 9))
    return SIGNATURE + head + b"".join(chunks) + body + (chunk(b"IEND", b"") if ends else b"")


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def seven(width: int, height: int | None = None, mode: str = "L") -> Image.Image:
    """A bar on paper, which is ink."""
    pixels = np.full((height or width, width), 240, np.uint8)
    pixels[pixels.shape[0] // 4 : -pixels.shape[0] // 4, int(width * 0.46) : int(width * 0.54)] = 30
    return Image.fromarray(pixels).convert(mode)


def bombs() -> Files:
    """What is small as a file and large as a picture."""
    yield "50,000 x 50,000", png(50_000, 50_000, rows=bytes(1000))
    yield "2 billion x 2 billion", png(2**31 - 1, 2**31 - 1)
    yield "50,000 x 1,300, one bit", png(50_000, 1300, rows=bytes(1300 * 6251), depth=1)
    yield "a gigabyte of rows behind a small head", png(100, 100, rows=bytes(100 * MEGABYTE))
    yield "a profile of 100 MB", png(100, 100, chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(100 * MEGABYTE), 9)))
    yield "a text of 100 MB", png(100, 100, chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(100 * MEGABYTE), 9)))
    text = chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(MEGABYTE - 10), 9))
    yield "1,000 texts of 1 MB", png(100, 100, *[text] * 1000)
    international = chunk(b"iTXt", b"x\0\1\0\0\0" + zlib.compress(bytes(100 * MEGABYTE), 9))
    yield "an international text of 100 MB", png(100, 100, international)
    yield "200,000 empty chunks", png(100, 100, *[chunk(b"teSt", b"")] * 200_000)
    yield "a chunk that says 4 GB", SIGNATURE + struct.pack(">L", 2**32 - 1) + b"IHDR" + bytes(100)
    yield "a BMP of 60,000 x 60,000", bmp(60_000, 60_000)
    yield "a BMP with a negative size", bmp(-100, -(2**31))
    yield "a BMP of four million runs", bmp(2000, 1900, 8, 1, b"\x01\x80" * 3_900_000)
    yield "a BMP that is one run", bmp(5000, 5000, 8, 1, b"\xff\x80" * 100_000)
    yield "a JPEG of two million markers", b"\xff\xd8" + b"\xff\xe5\0\2" * 2_000_000
    yield "a JPEG of fillings", b"\xff\xd8" + b"\xff" * 8_000_000
    yield "a JPEG of zeros that are escaped", b"\xff\xd8" + b"\xff\0" * 4_000_000
    yield "a JPEG of Photoshop's blocks", photoshop()
    yield "a PNG of 600,000 chunks", png(100, 100, *[chunk(b"teSt", b"")] * 600_000)
    yield "a JPEG of 65,535 x 65,535", jpeg_of_size(65_535, 65_535)
    yield "a JPEG that says 25 megapixels and ends", jpeg_of_size(5000, 5000)
    yield "a WebP of 16,383 x 16,383", webp_of_size(16_383, 16_383)
    progressive = encoded(seven(5000, mode="RGB"), "JPEG", progressive=True, subsampling=0)
    yield "a progressive JPEG of 25 megapixels", progressive
    yield "a thousand scans", thousand_scans()
    yield "a WebP of 25 megapixels", encoded(seven(5000, mode="RGBA"), "WEBP", lossless=True, method=0)
    yield "transparent, 25 megapixels", encoded(seven(5000, mode="RGBA"))
    yield "16 bits, 25 megapixels", encoded(Image.new("I;16", (5000, 5000)))


def bmp(width: int, height: int, depth: int = 24, compression: int = 0, pixels: bytes = bytes(1000)) -> bytes:
    colours = b"".join(bytes([shade, shade, shade, 0]) for shade in range(256)) if depth == 8 else b""
    head = struct.pack("<LllHHLLllLL", 40, width, height, 1, depth, compression, 0, 0, 0, 0, 0)
    begin = 54 + len(colours)
    return b"BM" + struct.pack("<LHHL", begin + len(pixels), 0, 0, begin) + head + colours + pixels


def photoshop() -> bytes:
    """Segments of as many blocks as possible."""
    block = b"8BIM" + struct.pack(">HHL", 1, 0, 0)
    segment = b"Photoshop 3.0\0" + block * 5400
    content = encoded(seven(64), "JPEG")
    return content[:2] + (b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment) * 120 + content[2:]


def jpeg_of_size(width: int, height: int) -> bytes:
    content = encoded(seven(64), "JPEG")
    place = content.index(b"\xff\xc0") + 5
    return content[:place] + struct.pack(">HH", height, width) + content[place + 4 :]


def thousand_scans() -> bytes:
    """A progressive JPEG whose last scan comes a thousand times more: each is a pass over the picture."""
    content = encoded(seven(2600), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * 1000 + content[-2:]


def webp_of_size(width: int, height: int) -> bytes:
    content = bytearray(encoded(seven(64, mode="RGBA"), "WEBP", lossless=True))
    place = content.index(b"VP8L") + 9
    content[place : place + 4] = struct.pack("<L", (width - 1) | (height - 1) << 14)
    return bytes(content)


def animated(kind: str) -> bytes:
    frames = [Image.new("L", (500, 500), shade) for shade in range(50)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def others() -> Files:
    """What only looks like a picture of a digit, or is another kind of picture."""
    good = encoded(seven(200))
    for share in (0.05, 0.3, 0.6, 0.95):
        yield f"cut at {share}", good[: int(len(good) * share)]
    for kind in ("PNG", "WEBP", "GIF"):
        yield f"an animated {kind}", animated(kind)
    frames = chunk(b"acTL", struct.pack(">LL", 2**31 - 1, 0))
    yield "says two billion frames", png(100, 100, frames, rows=bytes(10_100))
    rotated = Image.Exif()
    rotated[0x0112], rotated[0x010E] = 6, "x" * 60_000
    yield "a JPEG with EXIF that is cut", encoded(seven(200), "JPEG", exif=rotated)[:30_000]
    yield "a PNG with EXIF of 7 MB", png(100, 100, chunk(b"eXIf", b"MM\0\x2a\0\0\0\x08" + b"\xff" * 7 * MEGABYTE))
    yield "a PNG with EXIF that leads to itself", png(100, 100, chunk(b"eXIf", exif_loop()))
    yield "SVG", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    yield "SVG with entities", b'<!DOCTYPE x [<!ENTITY a "&b;&b;">]><svg>&a;</svg>'
    yield "PDF", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj"
    yield "EPS", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\n(x) run\n"
    for kind in ("TIFF", "ICO", "GIF", "PPM", "TGA", "ICNS", "DIB", "PCX", "JPEG2000"):
        yield kind, encoded(seven(64), kind)
    yield "a network that begins as a picture", SIGNATURE + keras_file()
    yield "a network", keras_file()
    yield "a script behind a picture's first bytes", SIGNATURE + b"<script>alert(1)</script>"
    yield "PNG of noise", SIGNATURE + np.random.default_rng(0).bytes(100_000)
    yield "JPEG of noise", b"\xff\xd8\xff\xe0" + np.random.default_rng(0).bytes(100_000)
    yield "WebP of noise", b"RIFF\xff\xff\xff\x7fWEBPVP8 " + np.random.default_rng(0).bytes(100_000)
    yield "9 MB", SIGNATURE + bytes(9 * MEGABYTE)
    yield "empty", b""
    yield "no pixels", png(0, 0)
    yield "one pixel high", png(60_000, 1, rows=bytes(60_001))


def crowds() -> Files:
    """Pictures of many parts, among which a digit is looked for."""
    dots, lines, corners = (np.full((1000, 1000), 255, np.uint8) for _ in range(3))
    for place in range(43 * 43):
        row, column = divmod(place, 43)
        dots[row * 23 + 5 : row * 23 + 12, column * 23 + 5 : column * 23 + 12] = 0
    for number in range(58):
        lines[50:950, number * 17 + 5 : number * 17 + 9] = 0
    for number in range(55):
        corners[number * 9 : number * 9 + 3, number * 9 : 1000 - number * 9] = 0
        corners[number * 9 : 1000 - number * 9, number * 9 : number * 9 + 3] = 0
    for name, picture in (("1,849 dots", dots), ("58 lines", lines), ("55 corners, each in the next", corners)):
        yield name, encoded(Image.fromarray(picture))


def exif_loop() -> bytes:
    """A directory of EXIF whose next directory is itself, and whose values lie beyond the end."""
    entry = struct.pack(">HHLL", 0x8769, 4, 1, 8)
    return b"MM\0\x2a\0\0\0\x08" + struct.pack(">H", 1) + entry + struct.pack(">L", 8)


def hostile_pictures() -> Files:
    """All of them, as (name, content)."""
    yield from bombs()
    yield from others()
    yield from crowds()


def good_pictures() -> Files:
    """Pictures of a digit as large as is read, as (name, content)."""
    turned = Image.Exif()
    turned[0x0112] = 6
    for mode in ("1", "L", "P", "RGB"):
        yield f"PNG, 25 megapixels, {mode}", encoded(seven(5000, mode=mode))
    yield "PNG, 25 megapixels, turned", encoded(seven(5000, mode="RGB"), exif=turned)
    yield "JPEG, 25 megapixels, turned", encoded(seven(5000, mode="RGB"), "JPEG", exif=turned)
    yield "JPEG of 8 MB", noisy_jpeg()
    for mode in ("LA", "RGBA"):
        yield f"PNG, 7 megapixels, {mode}", encoded(seven(2640, mode=mode))
    yield "WebP, 7 megapixels", encoded(seven(2640, mode="RGBA"), "WEBP", lossless=True, method=0)
    yield "progressive JPEG, 7 megapixels", encoded(seven(2640, mode="RGB"), "JPEG", progressive=True, subsampling=0)


def noisy_jpeg() -> bytes:
    pixels = np.asarray(seven(4000), np.int16) + np.random.default_rng(0).integers(-12, 13, (4000, 4000), np.int16)
    return encoded(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)), "JPEG", quality=88)


def main() -> None:
    """Write them into a folder, each by its number, and a list of what they are called and whether they are good."""
    folder = Path(sys.argv[1])
    names: list[list[str | bool]] = []
    for good, pictures in ((False, hostile_pictures()), (True, good_pictures())):
        for name, content in pictures:
            (folder / f"{len(names):03d}").write_bytes(content)
            names.append([name, good])
    (folder / "names.json").write_text(json.dumps(names))


if __name__ == "__main__":
    main()

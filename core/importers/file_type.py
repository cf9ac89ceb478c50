"""What a file is, its first bytes say; its name may say anything. What is no network is told what it is."""

import re
import zlib

from core.formatting import MEGABYTE
from core.importers.bounded_zip import names_in_zip
from core.importers.errors import MAX_FILE_BYTES, ModelFileError

KERAS, H5, PLAIN, ARCHIVE = "keras", "h5", "safetensors", "run"
ZIP, HDF5, GZIP = b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"\x1f\x8b"
RUN_FIRST = b"run.json"  # the first member of a run's archive
SNIFFED_BYTES = 4096  # bytes at the beginning of a text

DATA_SET = "This is a data set, not a network: choose a network that was trained on it."
PICTURE = "This is a picture, not a network: choose it under Draw, by Open a picture."
PICKLED = "This file is a Python pickle, which can run any program when it is read: save the weights as .safetensors."
PYTORCH = "This is PyTorch's own format, a Python pickle, which can run any program: save the weights as .safetensors."
ARRAYS = "These are arrays of NumPy: save them as .safetensors, each by its name, and choose that file."
ELSEWHERE = (
    "This is another format ({}), which is not read here: choose a network saved as .keras, .h5 or .safetensors."
)
BEGINNINGS = {
    b"version https://git-lfs": "This is a pointer of Git LFS, which only names the network: download the file itself.",
    b"\x93NUMPY": "This is an array of NumPy, not a network: choose a .keras, .h5 or .safetensors file.",
    b"\x00\x00\x08\x01": DATA_SET,  # MNIST's labels and images: https://yann.lecun.com/exdb/mnist
    b"\x00\x00\x08\x03": DATA_SET,
    b"\x89PNG": PICTURE,
    b"\xff\xd8\xff": PICTURE,
    b"GIF8": "This is a picture, not a network: save it as PNG, and choose it under Draw, by Open a picture.",
    b"%PDF": "This is a PDF document, not a network: choose a .keras, .h5 or .safetensors file.",
    b"GGUF": ELSEWHERE.format("GGUF"),
    b"MATLAB": ELSEWHERE.format("MATLAB"),
    b"\x80\x02": PICKLED,
    b"\x80\x03": PICKLED,
    b"\x80\x04": PICKLED,
    b"\x80\x05": PICKLED,
}
WEB_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*(?:<!doctype\s+html|<html|<head|<\?xml|<!--)", re.IGNORECASE)
ONNX = re.compile(rb"pytorch|onnx|ONNX|sklearn|paddle")  # who made it
TABLE = re.compile(
    rb"[\s\S]{0,20}?(?:label|class|\d+)\s*[,;\t]\s*(?:\"?(?:pixel|1x1)|\d+\s*[,;\t]\s*\d+\s*[,;\t])", re.IGNORECASE
)
IN_ZIP = (  # what a member's name says, and what the archive is then
    (re.compile(r"(?:.*/)?data\.pkl"), PYTORCH),
    (re.compile(r"(?:.*/)?(?:[xy]|[xy]?_?(?:train|test|valid)\w*|\w*(?:images|labels|digits|data)\w*)\.npy"), DATA_SET),
    (re.compile(r".*\.npy"), ARRAYS),
    (re.compile(r"(?:.*/)?saved_model\.pb"), ELSEWHERE.format("SavedModel")),
    (
        re.compile(r".*\.(?:zip|keras|h5|hdf5|safetensors)"),
        "This archive holds another file: unpack it, and choose what is in it.",
    ),
    (re.compile(r".*-ubyte|.*\.csv"), DATA_SET),
)
NO_NETWORK = (
    "This file is of no form that is read here: choose a .keras, .h5 or .safetensors file, or the .zip of a run."
)


def detect_type(content: bytes) -> str:
    """One of the four kinds above.

    Raises:
        ModelFileError: the file is empty, too large, or none of these; the message says what it is, if that is known.
    """
    if not content:
        raise ModelFileError("This file is empty: choose a network that was saved as .keras, .h5 or .safetensors.")
    if len(content) > MAX_FILE_BYTES:
        most = f"{MAX_FILE_BYTES // MEGABYTE} MB"
        raise ModelFileError(
            f"This file is larger than {most}: call model.compile() and save it again, which leaves the optimizer out."
        )
    if content.startswith(ZIP):
        return _kind_of_zip(content)
    if content.startswith(HDF5):
        return H5
    # A .safetensors begins with the length of its header: of 640 bytes, as a pickle of protocol 2 begins.
    if content[8:9] == b"{" and int.from_bytes(content[:8], "little") <= len(content):
        return PLAIN
    for beginning, words in BEGINNINGS.items():
        if content.startswith(beginning):
            raise ModelFileError(words)
    if content[8:9] == b"{":
        return PLAIN
    raise ModelFileError(_of_other(content))


def _kind_of_zip(content: bytes) -> str:
    if content[30 : 30 + len(RUN_FIRST)] == RUN_FIRST:
        return ARCHIVE
    names = names_in_zip(content)
    if "model.weights.h5" not in names:
        for form, words in IN_ZIP:
            if any(form.fullmatch(name) for name in names):
                raise ModelFileError(words)
    return KERAS


def _of_other(content: bytes) -> str:
    """What a file is that begins with no signature."""
    start = content[:SNIFFED_BYTES]
    if start.startswith(GZIP):
        inside = _unpacked(start)
        if inside.startswith((b"\x00\x00\x08\x01", b"\x00\x00\x08\x03")):
            return DATA_SET
        return "This file is packed (gzip): unpack it, and choose what is in it."
    if WEB_PAGE.match(start):
        return "This is a web page, not the network itself: download the file again, by the link to the file."
    if start[:1] == b"\x08" and start[2:3] == b"\x12":  # protobuf: a version, then a name
        return ELSEWHERE.format("ONNX" if ONNX.search(start[:200]) else "SavedModel")
    if start[4:8] == b"TFL3":
        return ELSEWHERE.format("TensorFlow Lite")
    if start.lstrip().startswith(b"{"):
        if b'"nbformat"' in content[-SNIFFED_BYTES:] + start or b'"cells"' in start:
            return "This is a notebook, not a network: run it, and choose the network that it saves."
        if b'"modelTopology"' in start:
            return ELSEWHERE.format("TensorFlow.js")
        if b'"class_name"' in start:
            return "This describes a model without its weights: choose the file that the whole model was saved to."
        return "This is a text in JSON, not a network: choose a .keras, .h5 or .safetensors file."
    if TABLE.match(start):
        return DATA_SET
    return NO_NETWORK


def _unpacked(start: bytes) -> bytes:
    """The first bytes of what is packed."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(start, 16)
    except zlib.error:
        return b""

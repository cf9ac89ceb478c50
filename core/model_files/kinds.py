"""What a file is, its first bytes say; its name may say anything."""

from core.bundle import MEGABYTE
from core.model_files.refusal import MOST_BYTES, ModelFileError

KERAS, H5, PLAIN, ARCHIVE = "keras", "h5", "safetensors", "run"
ZIP, HDF5 = b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"
RUN_FIRST = b"run.json"  # the first member of a run's archive


def kind_of(content: bytes) -> str:
    """One of the four kinds above.

    Raises:
        ModelFileError: the file is empty, too large, or none of these.
    """
    if not content:
        raise ModelFileError("This file is empty: choose a network that was saved as .keras, .h5 or .safetensors.")
    if len(content) > MOST_BYTES:
        most = f"{MOST_BYTES // MEGABYTE} MB"
        raise ModelFileError(f"This file is larger than {most}: save the network without its optimizer.")
    if content.startswith(ZIP):
        return ARCHIVE if content[30 : 30 + len(RUN_FIRST)] == RUN_FIRST else KERAS
    if content.startswith(HDF5):
        return H5
    if content[8:9] == b"{":
        return PLAIN
    raise ModelFileError("This is no network: choose a .keras, .h5 or .safetensors file, or the .zip of a run.")

"""What a file is, its first bytes say; its name may say anything."""

from core.model_files.refusal import MOST_BYTES, ModelFileError
from core.network import Network

KERAS, H5, PLAIN, ARCHIVE = "keras", "h5", "safetensors", "run"
FORMATS = {KERAS: ".keras", H5: ".h5", PLAIN: ".safetensors", ARCHIVE: "a whole run"}
ZIP, HDF5 = b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"
RUN_FIRST = b"run.json"  # the first member of a run's archive


def kind_of(content: bytes) -> str:
    """A key of FORMATS.

    Raises:
        ModelFileError: the file is empty, too large, or none of these.
    """
    if not content:
        raise ModelFileError("This file is empty: choose a network that was saved as .keras, .h5 or .safetensors.")
    if len(content) > MOST_BYTES:
        raise ModelFileError("This file is larger than 16 MB: save the network without its optimizer.")
    if content.startswith(ZIP):
        return ARCHIVE if content[30 : 30 + len(RUN_FIRST)] == RUN_FIRST else KERAS
    if content.startswith(HDF5):
        return H5
    if content[8:9] == b"{":
        return PLAIN
    raise ModelFileError("This is no network: choose a .keras, .h5 or .safetensors file, or the .zip of a run.")


def read_network(content: bytes) -> Network:
    """The dense network in a .keras, .h5 or .safetensors file.

    HDF5's library, which the first two need, is not written for strangers' files: call this in a process that may die.

    Raises:
        ModelFileError: it is no such file, damaged, or holds anything but a dense network with finite weights.
    """
    from core.model_files.keras_files import read_h5, read_keras
    from core.model_files.plain_weights import read_plain_weights

    return {KERAS: read_keras, H5: read_h5, PLAIN: read_plain_weights}[kind_of(content)](content)

"""A stranger's file is either what we know or refused: in one sentence that says what to do."""

from core.formatting import MEGABYTE

MAX_FILE_BYTES = 16 * MEGABYTE  # of a file: the article's network with Adam's numbers takes 8.4 MB in Keras' own format
QUANTIZED = "This network is quantized: only networks whose weights are floats of 16, 32 or 64 bits are read here."


class ModelFileError(ValueError):
    """A file that is not read; the message is one plain sentence for the person who chose it."""

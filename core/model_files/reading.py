"""A dense network is read from a file of any of the three formats.

HDF5's library, which two of them need, is not written for strangers' files: this is for a process that may die.
"""

from core.model_files.keras_files import read_h5, read_keras
from core.model_files.kinds import H5, KERAS, PLAIN, kind_of
from core.model_files.plain_weights import read_plain_weights
from core.network import Network

READERS = {KERAS: read_keras, H5: read_h5, PLAIN: read_plain_weights}


def read_network(content: bytes) -> Network:
    """The network in a .keras, .h5 or .safetensors file.

    Raises:
        ModelFileError: it is no such file, damaged, or holds anything but a dense network with finite weights.
    """
    return READERS[kind_of(content)](content)

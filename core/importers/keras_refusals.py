"""Why a layer of a kind is not read, in a sentence that names it."""

from core.plain_text import plain

CONVOLUTIONS = ("Conv", "SeparableConv", "DepthwiseConv", "AtrousConv", "MaxPool", "AveragePool", "GlobalM", "GlobalA")
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "TimeDistributed", "CuDNN")
READ = "Dense, Flatten, Reshape, Rescaling, BatchNormalization, Dropout and activations"
SOMETIMES_READ = ("Softmax", "ELU", "LeakyReLU", "ReLU", "Rescaling")
MAX_NAME_LENGTH = 40


def refusal_of(kind: str) -> str:
    """Why a layer of a kind is not read."""
    if kind.startswith(CONVOLUTIONS):
        return f"This network is convolutional: it has a layer {shown(kind)}, and only dense networks are read here."
    if kind.startswith(RECURRENT):
        return f"This network is recurrent: it has a layer {shown(kind)}, and only dense networks are read here."
    if kind == "Lambda":
        return (
            "This model has a layer Lambda, which is code, and nothing in a file is run here: if it only changes the "
            "pixels, save the model's weights alone, as .weights.h5, and choose that file."
        )
    if kind in SOMETIMES_READ:
        return f"This model has a layer {shown(kind)} with settings that are not read here: choose another model."
    return f"This model has a layer {shown(kind)}, which is not read here: read are {READ}."


def shown(name: str) -> str:
    """A name from a file, for a page; what is none is not shown."""
    return (
        plain(name) if name.isidentifier() and name.isascii() and len(name) <= MAX_NAME_LENGTH else "of an unknown kind"
    )

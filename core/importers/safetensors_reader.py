"""This app's own networks: plain weights, with their names and activations (core/nn/weights_file.py writes them)."""

from collections.abc import Mapping
from typing import Any

from core.importers.errors import ModelFileError
from core.importers.layer_spec import check_chain, network_of
from core.importers.model_parts import PROBABLE
from core.importers.safetensors_format import Span, arrays_of
from core.importers.strict_json import parse_json
from core.nn.more_activations import activation_of
from core.nn.network import NORMS, Dense, Network

MAX_ACTIVATIONS_BYTES = 4096  # bytes
DAMAGED = "The list of activations in this file is damaged: save the network again."
OTHER = "This .safetensors file does not hold a dense network of this app: choose one that was saved here."


def is_our_own(metadata: Mapping[str, Any]) -> bool:
    """Whether a file says that it is this app's."""
    return "activations" in metadata


def read_plain_weights(content: bytes, precision: str = "F32") -> Network:
    """The network in a file as core/nn/weights_file.py writes it, with numbers of 32 (F32) or 16 bits (F16).

    Raises:
        ModelFileError: it is anything else.
    """
    return network_of_arrays(*arrays_of(content), precision)


def network_of_arrays(metadata: Mapping[str, Any], arrays: Mapping[str, Span], precision: str = "F32") -> Network:
    """The same from what such a file holds.

    Raises:
        ModelFileError: it is anything else.
    """
    names = _activations(metadata.get("activations"))
    wanted = [f"layer{number}.{part}" for number in range(len(names)) for part in ("weights", "biases")]
    if set(arrays) != set(wanted) or any(array.precision != precision for array in arrays.values()):
        raise ModelFileError(OTHER)
    kernels, biases = ([arrays[name] for name in wanted[part::2]] for part in (0, 1))
    if not all(
        len(one.shape) == 2 and other.shape == one.shape[1:] for one, other in zip(kernels, biases, strict=True)
    ):
        raise ModelFileError(OTHER)
    check_chain([(one.shape[0], one.shape[1]) for one in kernels])
    if names[-1] not in PROBABLE:
        raise ModelFileError("This network does not end in probabilities: add a Softmax layer and save it again.")
    layers = [
        Dense(one.numbers(), other.numbers(), name) for one, other, name in zip(kernels, biases, names, strict=True)
    ]
    network = network_of(layers)
    norm = metadata.get("norm", "")
    if norm not in NORMS:
        raise ModelFileError(DAMAGED)
    return Network(network.layers, norm)


def _activations(value: Any) -> list[str]:
    if not isinstance(value, str):
        raise ModelFileError(OTHER)
    names = parse_json(
        b'{"names": %s}' % value.encode(errors="replace"), MAX_ACTIVATIONS_BYTES, "The list of activations in this file"
    )["names"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ModelFileError(DAMAGED)
    try:
        for name in names:
            activation_of(name)
    except ValueError:
        raise ModelFileError(
            "This network has an unknown activation: it was saved by a newer version of this app."
        ) from None
    return names

"""Plain weights (.safetensors) are a list of names and places, then nothing but numbers, one after the other.

Format: https://huggingface.co/docs/safetensors: the length of the header as 8 bytes, the header as JSON, the numbers.
"""

from typing import Any

import numpy as np

from core.activations import Array
from core.model_files.refusal import ModelFileError
from core.model_files.shapes import Layer, check_layers, finite, network_of
from core.model_files.strict_json import parse_json
from core.network import MOST_LAYERS, Network

MOST_HEADER = 16 * 1024  # bytes
PRECISIONS: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}


def read_plain_weights(content: bytes, precision: str = "F32") -> Network:
    """The network in a file as core/models.py writes it, with numbers of 32 (F32) or 16 bits (F16, checkpoints).

    Raises:
        ModelFileError: it is anything else.
    """
    size = int.from_bytes(content[:8], "little")
    if size > min(MOST_HEADER, len(content) - 8):
        raise ModelFileError("This is no .safetensors file of this app: choose one that was saved here.")
    header = parse_json(content[8 : 8 + size], MOST_HEADER, "The list of weights in this file")
    layers = _layers(header)
    check_layers(layers)
    arrays = _arrays(layers, header, content[8 + size :], precision)
    return network_of(layers, arrays)


def _layers(header: dict[str, Any]) -> list[Layer]:
    metadata = header.get("__metadata__")
    said = metadata.get("activations") if isinstance(metadata, dict) else None
    if not isinstance(said, str):
        raise ModelFileError("This .safetensors file does not name its activations: choose one that was saved here.")
    names = parse_json(b'{"names": %s}' % said.encode(), MOST_HEADER, "The list of activations in this file")["names"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ModelFileError("The list of activations in this file is damaged: save the network again.")
    if len(names) > MOST_LAYERS + 1:
        raise ModelFileError(f"This network has too many layers: at most {MOST_LAYERS} hidden ones can be read.")
    return [Layer(*_shape(header, number), name) for number, name in enumerate(names)]


def _shape(header: dict[str, Any], number: int) -> tuple[int, int]:
    told = header.get(f"layer{number}.weights")
    shape = told.get("shape") if isinstance(told, dict) else None
    if not isinstance(shape, list) or len(shape) != 2 or not all(type(size) is int for size in shape):
        raise ModelFileError("This .safetensors file does not hold a dense network: choose one that was saved here.")
    return shape[0], shape[1]


def _arrays(layers: list[Layer], header: dict[str, Any], numbers: bytes, precision: str) -> list[tuple[Array, Array]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for number, layer in enumerate(layers):
        shapes[f"layer{number}.weights"] = layer.weights_shape
        shapes[f"layer{number}.biases"] = (layer.units,)
    if set(header) - {"__metadata__"} != set(shapes):
        raise ModelFileError("This .safetensors file holds other arrays than a dense network: choose one saved here.")
    places = {name: _place(header[name], shape, precision) for name, shape in shapes.items()}
    end = 0
    for first, last in sorted(places.values()):
        if first != end:
            raise ModelFileError("The weights in this file overlap or leave gaps: save the network again.")
        end = last
    if end != len(numbers):
        raise ModelFileError("This file is not as long as its weights: save or download it again.")
    kind = PRECISIONS[precision]
    found = {
        name: finite(np.frombuffer(numbers[first:last], kind).reshape(shapes[name]))
        for name, (first, last) in places.items()
    }
    return [(found[f"layer{n}.weights"], found[f"layer{n}.biases"]) for n in range(len(layers))]


def _place(told: Any, shape: tuple[int, ...], precision: str) -> tuple[int, int]:
    """Where an array's numbers begin and end, in bytes."""
    if not isinstance(told, dict) or set(told) != {"dtype", "shape", "data_offsets"} or told["dtype"] != precision:
        raise ModelFileError("The weights in this file are not of 32 bits: save the network as float32.")
    offsets = told["data_offsets"]
    if told["shape"] != list(shape) or not isinstance(offsets, list) or len(offsets) != 2:
        raise ModelFileError("The weights in this file have another shape than its layers: save the network again.")
    first, last = offsets
    size = int(np.prod(shape)) * PRECISIONS[precision].itemsize
    if type(first) is not int or type(last) is not int or last - first != size:
        raise ModelFileError("The weights in this file have another size than its layers: save the network again.")
    return first, last

"""Networks as plain weights: a file of tensors, read and written without running anything."""

import json

import numpy as np
import safetensors
import safetensors.numpy

from core.nn.network import Dense, Network


def network_from_safetensors(content: bytes) -> Network:
    """The network in a file of plain weights: tensors layer0.weights, layer0.biases, layer1.weights...

    Raises:
        ValueError: the tensors are not those of a dense network.
    """
    try:
        header_size = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + header_size])["__metadata__"]
        tensors = safetensors.numpy.load(content)
        return Network(
            tuple(
                Dense(tensors[f"layer{number}.weights"], tensors[f"layer{number}.biases"], activation)
                for number, activation in enumerate(json.loads(metadata["activations"]))
            ),
            metadata.get("norm", ""),
        )
    except (KeyError, TypeError, ValueError, safetensors.SafetensorError) as error:
        raise ValueError("This file does not hold a dense network.") from error


def network_to_safetensors(network: Network) -> bytes:
    """A file of plain weights, as network_from_safetensors reads it."""
    tensors = {
        f"layer{number}.{part}": np.ascontiguousarray(array)  # else its memory is written as it lies
        for number, layer in enumerate(network.layers)
        for part, array in (("weights", layer.weights), ("biases", layer.biases))
    }
    activations = json.dumps([layer.activation for layer in network.layers])
    norm = {"norm": network.norm} if network.norm else {}
    content: bytes = safetensors.numpy.save(tensors, {"activations": activations, **norm})
    return content

"""What outlives a training: all that an exact continuation needs, and the network with what it reaches."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from core.data.mnist import Digits
from core.explain.interventions import dead_units
from core.nn.evaluation import Evaluation, evaluate
from core.nn.network import Dense, Network
from core.nn.prediction import predict
from core.nn.weights_file import network_from_safetensors, network_to_safetensors
from core.runs.array_files import outputs_to_npy
from core.runs.atomic_files import write_atomic
from core.runs.run import INITIAL_WEIGHTS, MODEL, SCORES, TEST_OUTPUTS
from core.worker.datasets import mnist


def from_keras(model: Any) -> Network:
    """A Keras model as it is now, in NumPy."""
    layers = [layer for layer in model.layers if hasattr(layer, "kernel")]
    return Network(
        tuple(Dense(layer.kernel.numpy(), layer.bias.numpy(), layer.activation.__name__) for layer in layers)
    )


def to_keras(model: Any, network: Network) -> None:
    """Give a Keras model the weights and biases of a network of the same build.

    Raises:
        ValueError: the network is built otherwise.
    """
    model.set_weights([array for layer in network.layers for array in (layer.weights, layer.biases)])


def save_training_state(path: Path, model: Any, optimizer: Any, **progress: Any) -> None:
    """Write the parameters, the optimizer's numbers and the progress."""
    arrays = {f"model{n}": v.numpy() for n, v in enumerate(model.variables)}
    arrays |= {f"optimizer{n}": v.numpy() for n, v in enumerate(optimizer.variables)}
    file = io.BytesIO()
    np.savez(file, **arrays, **progress)
    write_atomic(path, file.getvalue())


def load_training_state(path: Path, model: Any, optimizer: Any) -> dict[str, Any] | None:
    """Take up what `save_training_state` has written: the progress; None if nothing was written."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as state:
        for name, variables in (("model", model.variables), ("optimizer", optimizer.variables)):
            for number, variable in enumerate(variables):
                variable.assign(state[f"{name}{number}"])
        return {name: state[name] for name in state if not name.startswith(("model", "optimizer"))}


def dead_layers(network: Network, digits: Digits, evaluation: Evaluation) -> list[int]:
    """The hidden layers of relu, from 0, all of whose units give 0 to each of the digits: no gradient gets through.

    `evaluation` is of the same digits. Behind such a layer each digit looks like every other, so only where all answers
    are the same one the activations are looked at: that spares all other networks the time.
    """
    if len(set(evaluation.predictions.tolist())) > 1:
        return []
    hidden = enumerate(zip(network.layers, dead_units(network, digits.images), strict=False))
    return [number for number, (layer, silent) in hidden if layer.activation == "relu" and silent.all()]


def export_network(folder: Path, model: Any, loss: str, **progress: Any) -> None:
    """Write the network in three formats, its answers to the test set and its scores."""
    network, (_, test) = from_keras(model), mnist()
    evaluation, value = evaluate(network, test, loss)
    write_atomic(folder / MODEL, network_to_safetensors(network))
    for ending in ("keras", "h5"):
        beside = folder / f".beside.{ending}"  # Keras writes to a path only
        model.save(beside)
        write_atomic(folder / f"model.{ending}", beside.read_bytes())
        beside.unlink()
    write_atomic(folder / TEST_OUTPUTS, outputs_to_npy(evaluation.probabilities))
    scores = {"accuracy": evaluation.accuracy, "loss": value, **progress}
    if (folder / INITIAL_WEIGHTS).exists():
        before = network_from_safetensors((folder / INITIAL_WEIGHTS).read_bytes())
        scores["accuracy_before"] = float((predict(before, test.images).argmax(axis=1) == test.labels).mean())
    write_atomic(folder / SCORES, json.dumps(scores).encode())

"""A run as a training leaves it."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from core.data.mnist import load_test_set
from core.nn.network import initial_network
from core.nn.prediction import predict
from core.nn.weights_file import network_to_safetensors
from core.runs.atomic_files import write_atomic
from core.runs.config import TrainingConfig
from core.runs.events import EpochEvent
from core.runs.run import Run
from core.runs.states import RunState


def trained_run(
    owner: str,
    title: str = "Quick",
    state: str = "finished",
    config: TrainingConfig | None = None,
    folder: Path | None = None,
    **status: Any,
) -> Run:
    """A run as a training leaves it, made without Keras: 64 updates, two epochs, a network that has not learned."""
    config = config or TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2)
    run = Run.create(config, title, owner, folder)
    network = initial_network(
        config.layer_units, ("relu",) * len(config.hidden_layers) + (config.last_activation,), seed=0
    )
    test = load_test_set()
    outputs = predict(network, test.images)
    write_atomic(run.path / "model.safetensors", network_to_safetensors(network))
    write_atomic(run.path / "model.keras", b"keras")
    write_atomic(run.path / "model.h5", b"h5" * 600_000)
    np.save(run.path / "test_answers.npy", outputs.astype(np.float16))
    accuracy = float((outputs.argmax(axis=1) == test.labels).mean())
    write_atomic(run.path / "scores.json", json.dumps({"accuracy": accuracy, "loss": 2.3}).encode())
    images, labels = test.images[:25], test.labels[:25]
    weights, gradients = network.layers[0].weights.T[:20].reshape(-1, 28, 28), np.array([0.5, 0.1])
    live: dict[str, Any] = {"step": 2, "images": images, "labels": labels, "answers": outputs[:25], "weights": weights}
    np.savez(run.path / "live.npz", **live, gradients=gradients)
    run.set_status(RunState.RUNNING, **(status if state == "running" else {}))
    steps = np.linspace(2.3, 0.5, 64).round(3).tolist()
    run.add_event({"type": "steps", "epoch": 1, "step": 64, "loss": steps, "right": [16] * 64, "seconds": 1.0})
    for epoch, loss in enumerate((1.0, 0.5)):
        end: EpochEvent = {
            "type": "epoch",
            "epoch": epoch,
            "step": 32 * (epoch + 1),
            "seconds": 1.0,
            "loss": loss,
            "accuracy": 0.5,
            "val_loss": loss,
            "val_accuracy": 0.6,
        }
        run.add_event(end)
    if state != "running":
        run.set_status(RunState(state), **status)
    return run

"""Runs that were trained and kept their networks, made without Keras."""

from pathlib import Path

import numpy as np

from core.explain.loss_landscape import LossLandscape, compute_landscape, landscape_to_npz
from core.nn.network import Dense, Network, initial_network
from core.runs.checkpoints import checkpoint_steps, load_checkpoint, save_checkpoint
from core.runs.config import TrainingConfig
from core.runs.landscape import LANDSCAPE_FILE
from core.runs.run import INBOX, Run
from core.runs.states import RunState

SMALL = TrainingConfig(hidden_layers=(6,), training_images=2000, loss="binary_crossentropy", shuffled_labels=True)


def network(scale: float, bad: float | None = None) -> Network:
    """A network of the small build, the farther from its first weights the larger `scale`."""
    random = np.random.default_rng(7)
    start = initial_network((784, 6, 10), ("relu", "sigmoid"), seed=3)
    layers = [
        Dense(
            layer.weights + np.float32(scale) * random.normal(size=layer.weights.shape), layer.biases, layer.activation
        )
        for layer in start.layers
    ]
    if bad is not None:
        layers[0].weights[0, 0] = bad
    return Network(tuple(layers))


def keep(run: Run, **scales: float) -> None:
    for step, scale in scales.items():
        save_checkpoint(run.path / "checkpoints", network(scale), int(step.removeprefix("at_")), epoch_end=False)


def make_run(folder: Path, owner: str = "me") -> Run:
    """A run that was trained."""
    run = Run.create(SMALL, "", owner, folder)
    (folder / INBOX / run.id).unlink()
    keep(run, at_0=0.0, at_1=0.02, at_5=0.05)
    run.set_status(RunState.FINISHED, step=5)
    return run


def a_landscape(run: Run) -> LossLandscape:
    """A hill of a run as it is now, of three digits: enough to be one."""
    kept = checkpoint_steps(run.path / "checkpoints")
    networks = [load_checkpoint(path) for path in kept.values()]
    return compute_landscape(
        networks, list(kept), np.ones((3, 784), np.float32), np.eye(10, dtype=np.float32)[:3], SMALL.loss
    )


def make_landscape(run: Run) -> None:
    (run.path / LANDSCAPE_FILE).write_bytes(landscape_to_npz(a_landscape(run)))

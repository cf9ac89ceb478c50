"""A bundled network is trained from its first random weights to its last epoch, and kept on its way."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.data.mnist import flatten, load_test_set, one_hot, to_inputs
from core.runs.checkpoints import checkpoint_file
from core.runs.config import TrainingConfig
from core.worker.artifacts import from_keras
from core.worker.compiled_step import MAX_STEPS_PER_CALL, CompiledTrainer, batches_of_epoch, build_model

ARTICLE_LAYERS = (784, 100)  # units; 694,950 parameters
Batch = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]


@dataclass(frozen=True)
class BundleSettings:
    """How one of the networks is trained."""

    epochs: int
    batch_size: int
    learning_rate: float
    decay: str  # of the learning rate: "none", or "cosine" down to 0
    optimizer: str = "adam"
    loss: str = "categorical_crossentropy"


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training leaves."""

    model: Any  # of Keras
    history: dict[str, Any]  # loss per batch, and per epoch what was measured
    checkpoints: dict[str, bytes]  # the network on its way, by file names; empty if it was not to be kept


def train(
    settings: BundleSettings,
    data: Callable[[int, int], Batch],
    seed: int,
    watch_test_set: bool,
    keep_steps: tuple[int, ...] = (),
    keep_epochs: tuple[int, ...] = (),
) -> Trained:
    """Train the network, and keep it as it was after some updates and at the ends of some epochs, counted from 1."""
    model = build_model(TrainingConfig(hidden_layers=ARTICLE_LAYERS, seed=seed))
    checkpoints: dict[str, bytes] = {}

    def keep(step: int, epoch_end: bool) -> None:
        name, content = checkpoint_file(from_keras(model), step, epoch_end)
        checkpoints[name] = content

    if 0 in keep_steps:
        keep(0, epoch_end=False)
    batches: list[npt.NDArray[np.float32]] = []
    epochs: dict[str, list[float]] = {key: [] for key in ("step", "loss", "seconds")}
    with ThreadPoolExecutor(1) as beside:  # the next epoch's digits are distorted while this one's are learned
        prepared = beside.submit(data, seed, 0)
        for number in range(settings.epochs):
            images, labels = prepared.result()
            if number == 0:
                updates = -(-len(images) // settings.batch_size)
                trainer = CompiledTrainer(model, _optimizer(settings, updates), settings.loss)
            prepared = beside.submit(data, seed, number + 1)
            began = time.monotonic()
            losses = []
            for step, part in _learn(trainer, (images, labels), settings.batch_size, number * updates, keep_steps):
                losses.append(part)
                epoch_end = step == (number + 1) * updates
                if step in keep_steps or (epoch_end and number + 1 in keep_epochs):
                    keep(step, epoch_end)
            batches.append(np.concatenate(losses))
            epochs["seconds"].append(time.monotonic() - began)
            epochs["loss"].append(float(batches[-1].mean()))
            epochs["step"].append((number + 1) * updates)
            if watch_test_set:
                for key, value in evaluate(model).items():
                    epochs.setdefault(f"val_{key}", []).append(value)
            print(
                f"epoch {number + 1}/{settings.epochs}",
                {k: round(v[-1], 4) for k, v in epochs.items()},
                flush=True,
            )
    return Trained(model, {"batches": _thinned(np.concatenate(batches)), "epochs": epochs}, checkpoints)


def _learn(
    trainer: CompiledTrainer, digits: Batch, batch_size: int, step: int, cuts: Iterable[int]
) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
    """Learn from an epoch's digits, some batches at a time: each time the update reached, and the batches' losses.

    `step` updates were taken before; none of `cuts` is passed by.
    """
    images, labels = tf.constant(flatten(digits[0])), tf.constant(digits[1].astype(np.int32))

    def next_count() -> int:
        return min([MAX_STEPS_PER_CALL, *(cut - step for cut in cuts if cut > step)])

    for part in batches_of_epoch(np.arange(len(digits[0]), dtype=np.int32), batch_size, 0, next_count):
        losses = trainer.steps(images, labels, part).losses
        step += len(part)
        yield step, losses


def _optimizer(settings: BundleSettings, updates: int) -> Any:
    rate: Any = settings.learning_rate
    if settings.decay == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, settings.epochs * updates)
    optimizer = keras.optimizers.get(settings.optimizer)
    optimizer.learning_rate = rate
    return optimizer


def _thinned(losses: npt.NDArray[np.float32], points: int = 400) -> dict[str, list[float]]:
    """Each of the first updates by itself, then means of equal stretches; `step` is a stretch's last update."""
    first = min(20, len(losses))
    edges = np.unique(np.r_[np.arange(first), np.linspace(first, len(losses), points - first).round()].astype(int))
    means = [float(part.mean()) for part in np.split(losses, edges[1:-1])]
    return {"step": [int(edge) for edge in edges[1:]], "loss": [round(value, 5) for value in means]}


def evaluate(model: Any) -> dict[str, float]:
    """Loss and accuracy on the 10,000 test digits."""
    test = load_test_set()
    outputs = model.predict(to_inputs(test.images), batch_size=1000, verbose=0)
    losses = keras.losses.categorical_crossentropy(one_hot(test.labels), outputs)
    right = outputs.argmax(axis=1) == test.labels
    return {"loss": float(np.mean(losses)), "accuracy": float(right.mean())}

"""A bundled network is trained from its first random weights to its last epoch, and tells its run what happens."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.data.mnist import flatten, load_test_set
from core.nn.evaluation import evaluate
from core.nn.learning_rate_schedules import SCHEDULES
from core.runs.checkpoints import checkpoint_file
from core.runs.config import TrainingConfig
from core.runs.events import EpochEvent, Event
from core.worker.artifacts import from_keras
from core.worker.compiled_step import (
    MAX_STEPS_PER_CALL,
    CompiledTrainer,
    Steps,
    batches_of_epoch,
    build_model,
    build_optimizer,
)

Batch = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training leaves."""

    model: Any  # of Keras
    events: list[Event]  # epochs' ends are among them if the test set was watched
    checkpoints: dict[str, bytes]  # the network on its way, by file names; empty if it was not to be kept
    seconds: float  # of learning


def train(
    config: TrainingConfig,
    data: Callable[[int, int], Batch],
    watch_test_set: bool,
    keep_steps: tuple[int, ...] = (),
    keep_epochs: tuple[int, ...] = (),
) -> Trained:
    """Train the network, and keep it as it was after some updates and at the ends of some epochs, counted from 1.

    `data` gives an epoch's images and labels in their order, for (seed, epoch).
    """
    model, updates = build_model(config), config.updates_per_epoch
    trainer = CompiledTrainer(model, _optimizer(config), config.loss)
    events: list[Event] = []
    checkpoints: dict[str, bytes] = {}
    seconds = 0.0

    def keep(step: int, epoch_end: bool) -> None:
        name, content = checkpoint_file(from_keras(model), step, epoch_end)
        checkpoints[name] = content

    if 0 in keep_steps:
        keep(0, epoch_end=False)
    with ThreadPoolExecutor(1) as beside:  # the next epoch's digits are distorted while this one's are learned
        prepared = beside.submit(data, config.seed, 0)
        for number in range(config.epochs):
            digits = prepared.result()
            prepared = beside.submit(data, config.seed, number + 1)
            parts = []
            began = time.monotonic()
            for step, part in _learn(trainer, digits, config.batch_size, number * updates, keep_steps):
                now = seconds + time.monotonic() - began
                parts.append(part)
                events.append(
                    {
                        "type": "steps",
                        "epoch": number,
                        "step": step,
                        "loss": [round(float(loss), 5) for loss in part.losses],
                        "right": part.correct.tolist(),
                        "seconds": round(now, 3),
                    }
                )
                epoch_end = step == (number + 1) * updates
                if step in keep_steps or (epoch_end and number + 1 in keep_epochs):
                    keep(step, epoch_end)
            seconds = now
            if watch_test_set:
                events.append(_end_of_epoch(config, model, number, parts, seconds))
            print(f"epoch {number + 1}/{config.epochs}", _last_in_words(parts, events[-1]), flush=True)
    return Trained(model, events, checkpoints, seconds)


def _learn(
    trainer: CompiledTrainer, digits: Batch, batch_size: int, step: int, cuts: Iterable[int]
) -> Iterator[tuple[int, Steps]]:
    """Learn from an epoch's digits, some batches at a time: each time the update reached, and what the steps gave.

    `step` updates were taken before; none of `cuts` is passed by.
    """
    images, labels = tf.constant(flatten(digits[0])), tf.constant(digits[1].astype(np.int32))

    def next_count() -> int:
        return min([MAX_STEPS_PER_CALL, *(cut - step for cut in cuts if cut > step)])

    for batches in batches_of_epoch(np.arange(len(digits[0]), dtype=np.int32), batch_size, 0, next_count):
        part = trainer.steps(images, labels, batches)
        step += len(batches)
        yield step, part


def _end_of_epoch(config: TrainingConfig, model: Any, number: int, parts: list[Steps], seconds: float) -> EpochEvent:
    """What is told at an epoch's end; the last batch may be smaller and counts less."""
    losses = np.concatenate([part.losses for part in parts])
    sizes = np.full(len(losses), config.batch_size)
    sizes[-1] -= sizes.sum() - config.examples_per_epoch
    evaluation, loss = evaluate(from_keras(model), load_test_set(), config.loss)
    return {
        "type": "epoch",
        "epoch": number,
        "step": (number + 1) * config.updates_per_epoch,
        "loss": round(float(np.average(losses, weights=sizes)), 6),
        "accuracy": round(sum(int(part.correct.sum()) for part in parts) / config.examples_per_epoch, 6),
        "val_loss": round(loss, 6),
        "val_accuracy": round(evaluation.accuracy, 6),
        "seconds": round(seconds, 3),
    }


def _last_in_words(parts: list[Steps], event: Event) -> str:
    return f"loss {np.mean(np.concatenate([part.losses for part in parts])):.4f}" + (
        f", on the test digits {event['val_loss']:.4f}" if event["type"] == "epoch" else ""
    )


def _optimizer(config: TrainingConfig) -> Any:
    """With Keras' own schedule, if there is one: its rounding is what the bundled networks were trained with."""
    optimizer, schedule = build_optimizer(config), SCHEDULES[config.learning_rate_schedule]
    if schedule.keras_class:
        made = getattr(keras.optimizers.schedules, schedule.keras_class)
        optimizer.learning_rate = made(**schedule.keras_arguments(config.learning_rate, config.updates))
    return optimizer

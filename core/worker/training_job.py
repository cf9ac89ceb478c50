"""One run is trained: batch after batch, telling its folder what happens, until it is done or told to stop.

It runs in a process of its own, forked from the training service, with one TensorFlow thread.
"""

import contextlib
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.data.mnist import PIXELS, Digits, flatten
from core.heap import trim_heap
from core.nn.evaluation import evaluate
from core.nn.weights_file import network_from_safetensors
from core.runs.array_files import PREVIEW_DIGITS, preview_to_npz, read_user_drawings
from core.runs.atomic_files import write_atomic
from core.runs.checkpoints import save_checkpoint
from core.runs.commands import EPOCH, REASON_EPOCH_END, REASON_UNATTENDED, CommandLog
from core.runs.config import TrainingConfig
from core.runs.eta import calibrate
from core.runs.events import EpochEvent
from core.runs.learning_rate_changes import schedule_factors
from core.runs.presets import PRESETS
from core.runs.run import (
    CHECKPOINTS,
    INITIAL_WEIGHTS,
    PREVIEW,
    TRAINING_STATE,
    VIEWER_HEARTBEAT,
    Run,
)
from core.runs.states import Outcome, RunState
from core.worker.artifacts import (
    dead_layers,
    export_network,
    from_keras,
    load_training_state,
    save_training_state,
    to_keras,
)
from core.worker.compiled_step import (
    MAX_STEPS_PER_CALL,
    CompiledTrainer,
    batches_of_epoch,
    build_model,
    build_optimizer,
)
from core.worker.datasets import datasets, digits_of_epoch, order_of_epoch
from core.worker.preview import preview_of

UNATTENDED_SECONDS = 180.0  # seconds without anybody watching, after which a run is stopped and kept
COMMAND_POLL_SECONDS = 0.15  # seconds between looks at what is wanted
PREVIEW_SECONDS = 1.0  # seconds between pictures


Prepared = dict[TrainingConfig, CompiledTrainer]  # compiled steps by their settings


class TrainingJob:
    """The training of one run."""

    def __init__(self, run: Run, clock: Callable[[], float] = time.monotonic, prepared: Prepared | None = None) -> None:
        self.run, self.clock = run, clock
        self.began = clock()
        self.start: float | None = None  # seconds until all was ready to learn; None before
        self.config = run.config()
        data, self.validation = datasets(self.config)
        self.user_drawings = read_user_drawings(run)
        if len(self.user_drawings or ()) != self.config.own_drawings or self.config.template_images:
            raise ValueError("The drawings that this run is to learn from are not in its folder.")
        self.trainer = _trainer(self.config, prepared or {})
        self.model, self.optimizer = self.trainer.model, self.trainer.optimizer
        self.commands = CommandLog(run.path)
        self.rate = self.config.learning_rate  # as it is set; its schedule has it fall from there
        self.step, self.seconds = 0, 0.0  # updates taken; time spent in them, without what was compiled before
        self.losses: list[float] = []  # of this epoch so far
        self.correct = 0
        self.seconds_per_step = 0.003  # seconds for an update, lately
        self.first = data.take(np.arange(min(len(data), PREVIEW_DIGITS)))
        self.images_of = _images_of(self.config, data, self.user_drawings)
        self.viewer_heartbeat, self.last_viewed = b"", clock()
        self.last_preview = -math.inf
        self.restored = self._restore()

    # What is learned, in order: epoch by epoch, each with a new order of the images.

    def train(self) -> None:
        """Train until the last epoch is done, or somebody says stop or pause, or the loss is no number."""
        self.run.set_status(RunState.RUNNING, pid=os.getpid())
        if not self.restored:
            self._save_checkpoint()
            self._write_preview()
        state, more = self._epochs() or Outcome(RunState.FINISHED, {})
        if state != RunState.DIVERGED:
            self._save_training_state()
            export_network(self.run.path, self.model, self.config.loss, step=self.step, seconds=round(self.seconds, 2))
            more = {"step": self.step, **more}
        if state == RunState.FINISHED:
            with contextlib.suppress(OSError):
                calibrate(self.run.path.parent, self.config, self.step, self.seconds, self.start)
        self.run.set_status(state, **more)

    def _epochs(self) -> Outcome | None:
        """All epochs that are left; None, or the state in which the training ended early and why."""
        for epoch in range(self.step // self.config.updates_per_epoch, self.config.epochs):
            if (ending := self._epoch(epoch)) is not None:
                return ending
        return None

    def _epoch(self, epoch: int) -> Outcome | None:
        """One pass over the training images."""
        images, labels = self.images_of(epoch)
        if self.start is None:
            self.trainer.compile(images, labels, _batch_sizes(self.config))
            self.start = self.clock() - self.began
        self._apply_learning_rate()
        for batches in self._batches(epoch):
            began = self.clock()
            rates = self.rate * schedule_factors(self.config, self.step + np.arange(len(batches)))
            steps = self.trainer.steps(images, labels, batches, rates)
            took = self.clock() - began
            self.seconds += took
            self.seconds_per_step = took / len(batches)
            finite = np.isfinite(steps.losses)
            if not finite.all():
                good = int(np.argmin(finite))
                self._log_steps(epoch, steps.losses[:good])
                return Outcome(RunState.DIVERGED, {"step": self.step + good + 1, "learning_rate": self.rate})
            self.step += len(batches)
            self.losses += steps.losses.tolist()
            self.correct += int(steps.correct.sum())
            self._log_steps(epoch, steps.losses, steps.correct)
            if self._is_checkpoint():
                self._save_checkpoint()
            if self.clock() - self.last_preview > PREVIEW_SECONDS:
                self._write_preview()
            if self.step % self.config.updates_per_epoch and (ending := self._stop_requested()):
                return ending
        return self._end_of_epoch(epoch)

    def _end_of_epoch(self, epoch: int) -> Outcome | None:
        network = from_keras(self.model)
        evaluation, loss = evaluate(network, self.validation, self.config.loss)
        if not math.isfinite(loss):
            return Outcome(RunState.DIVERGED, {"step": self.step, "learning_rate": self.rate})
        dead = dead_layers(network, self.validation, evaluation)
        event: EpochEvent = {
            "type": "epoch",
            "epoch": epoch,
            "step": self.step,
            "loss": round(self._epoch_loss(), 6),
            "accuracy": round(self.correct / self.config.examples_per_epoch, 6),
            "val_loss": round(loss, 6),
            "val_accuracy": round(evaluation.accuracy, 6),
            "seconds": round(self.seconds, 3),
        }
        if dead:
            event["dead_layers"] = dead
        self.run.add_event(event)
        self.losses, self.correct = [], 0
        self._save_checkpoint(epoch_end=True)
        self._write_preview()
        self._save_training_state()
        if epoch + 1 == self.config.epochs:
            return None
        return self._stop_requested() or (
            Outcome(RunState.PAUSED, {"reason": REASON_EPOCH_END}) if self.commands.current().goal == EPOCH else None
        )

    def _epoch_loss(self) -> float:
        """The mean over the digits, as Keras has it: the last batch may be smaller and counts less."""
        sizes = np.full(len(self.losses), self.config.batch_size)
        sizes[-1] -= sizes.sum() - self.config.examples_per_epoch
        return float(np.average(self.losses, weights=sizes))

    def _batches(self, epoch: int) -> Iterator[npt.NDArray[np.int32]]:
        """The indices of an epoch's batches from where it stands, some batches at a time."""
        done = self.step - epoch * self.config.updates_per_epoch
        return batches_of_epoch(order_of_epoch(self.config, epoch), self.config.batch_size, done, self._next_count)

    def _next_count(self) -> int:
        """So many batches that commands are heard in time and no step at a power of two is passed by."""
        until_power = (1 << self.step.bit_length()) - self.step if self.step else 1
        return max(
            1, min(MAX_STEPS_PER_CALL, until_power, int(COMMAND_POLL_SECONDS / max(self.seconds_per_step, 1e-4)))
        )

    # What others want.

    def _stop_requested(self) -> Outcome | None:
        """Whether to end now: asked to, or nobody watches any more."""
        desired = self.commands.current()
        self._apply_learning_rate()
        if desired.stop_outcome:
            return desired.stop_outcome
        lease = (self.run.path / VIEWER_HEARTBEAT).read_bytes()
        if lease != self.viewer_heartbeat:
            self.viewer_heartbeat, self.last_viewed = lease, self.clock()
        if not desired.unattended and self.clock() - self.last_viewed > UNATTENDED_SECONDS:
            return Outcome(RunState.STOPPED, {"reason": REASON_UNATTENDED})
        return None

    def _apply_learning_rate(self) -> None:
        wanted = self.commands.current().learning_rate
        if wanted is not None and np.float32(wanted) != np.float32(self.rate):
            self.rate = wanted
            self.run.add_event({"type": "learning_rate", "step": self.step, "value": wanted})

    # What is told.

    def _log_steps(self, epoch: int, losses: npt.NDArray[Any], right: npt.NDArray[Any] | None = None) -> None:
        self.run.add_event(
            {
                "type": "steps",
                "epoch": epoch,
                "step": self.step,
                "loss": [round(float(loss), 5) for loss in losses],
                "right": [] if right is None else right.tolist(),
                "seconds": round(self.seconds, 3),
            }
        )

    def _write_preview(self) -> None:
        """The answers to some digits, the first layer's weights, the gradients, for those who watch."""
        self.last_preview = self.clock()
        gradients = self.trainer.gradient_norms(flatten(self.first.images), self.first.labels.astype(np.int32))
        preview = preview_of(from_keras(self.model), self.step, self.validation, gradients)
        write_atomic(self.run.path / PREVIEW, preview_to_npz(preview))

    # What is kept.

    def _is_checkpoint(self) -> bool:
        return self.step & (self.step - 1) == 0

    def _save_checkpoint(self, epoch_end: bool = False) -> None:
        save_checkpoint(self.run.path / CHECKPOINTS, from_keras(self.model), self.step, epoch_end)
        trim_heap()  # compiling the first step leaves 50 MB behind

    def _save_training_state(self) -> None:
        progress = {
            "step": self.step,
            "seconds": self.seconds,
            "losses": np.array(self.losses),
            "right": self.correct,
            "rate": self.rate,
        }
        save_training_state(self.run.path / TRAINING_STATE, self.model, self.optimizer, **progress)

    def _restore(self) -> bool:
        """Take up a run where it was left, or begin with the network that it was given."""
        begin = self.run.path / INITIAL_WEIGHTS
        if begin.exists():
            to_keras(self.model, network_from_safetensors(begin.read_bytes()))
        progress = load_training_state(self.run.path / TRAINING_STATE, self.model, self.optimizer)
        if progress is None:
            return False
        self.step, self.seconds = int(progress["step"]), float(progress["seconds"])
        self.losses, self.correct = progress["losses"].tolist(), int(progress["right"])
        # Before there were schedules, the rate that was set stood in the optimizer.
        self.rate = float(progress.get("rate", self.optimizer.learning_rate.numpy()))
        return True


def _images_of(config: TrainingConfig, data: Digits, own: Digits | None) -> Callable[[int], tuple[Any, Any]]:
    """What an epoch shows, by its number: images, (count, 784) uint8, and labels, (count,) int32.

    Most trainings show the same in each epoch. They keep the tensors and not the digits beside them, which are 43 MB.
    """

    def tensors(digits: Digits) -> tuple[Any, Any]:
        return tf.constant(flatten(digits.images)), tf.constant(digits.labels.astype(np.int32))

    if config.distortion or own:
        return lambda epoch: tensors(digits_of_epoch(config, data, own, epoch))
    same = tensors(data)
    return lambda epoch: same


def set_threads() -> None:
    """One thread a job: two side by side then finish as soon as one after the other."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def train_run(run: Run, prepared: Prepared | None = None) -> None:
    """Train a run in this process, from its beginning or from where it was left."""
    if prepared is None:
        set_threads()
    keras.backend.clear_session()
    TrainingJob(run, prepared=prepared).train()


def prepare(presets: Iterable[str]) -> Prepared:
    """Start TensorFlow in this process and compile the steps of some presets, for whatever seed and rate."""
    set_threads()
    prepared: Prepared = {}
    for name in presets:
        config = PRESETS[name].config
        trainer = CompiledTrainer(build_model(config), build_optimizer(config), config.loss)
        count = config.examples_per_epoch
        images, labels = tf.zeros((count, PIXELS), tf.uint8), tf.zeros(count, tf.int32)
        trainer.compile(images, labels, _batch_sizes(config))
        trainer.gradient_norms(np.zeros((PREVIEW_DIGITS, PIXELS), np.uint8), np.zeros(PREVIEW_DIGITS, np.int32))
        prepared[_as_compiled(config)] = trainer
    del images, labels
    trim_heap()
    return prepared


def _as_compiled(config: TrainingConfig) -> TrainingConfig:
    """Settings that share the compiled steps: without what is a number in a variable, or only chooses the digits."""
    return replace(config, seed=0, learning_rate=1.0, learning_rate_schedule="constant", epochs=1, validate_on="test")


def _trainer(config: TrainingConfig, prepared: Prepared) -> CompiledTrainer:
    """Model, optimizer and compiled steps, with fresh weights from the seed."""
    model = build_model(config)
    trainer = prepared.get(_as_compiled(config))
    prepared.clear()  # of the others nothing is used any more
    if trainer is None:
        return CompiledTrainer(model, build_optimizer(config), config.loss)
    trainer.model.set_weights(model.get_weights())
    return trainer


def _batch_sizes(config: TrainingConfig) -> list[int]:
    """Of the whole batches of an epoch, and of the smaller one at its end, as far as there are such."""
    whole, rest = divmod(config.examples_per_epoch, config.batch_size)
    return [config.batch_size] * (whole > 0) + [rest] * (rest > 0)

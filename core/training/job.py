"""One run is trained: batch after batch, telling its folder what happens, until it is done or told to stop.

It runs in a process of its own, forked from the training service, with one TensorFlow thread.
"""

import io
import json
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.digits import Digits, flatten, load_test_set, load_training_set, one_hot, split_indices, to_inputs
from core.distortion import Distortion, distort
from core.evaluation import Evaluation
from core.losses import LOSSES
from core.models import network_to_safetensors
from core.network import Dense, Network, forward
from core.recognition import predict
from core.training.checkpoints import keep_checkpoint
from core.training.config import TrainingConfig
from core.training.run_folder import DIVERGED, FINISHED, PAUSED, RUNNING, STOPPED, Lines, Run, write_whole
from core.training.steps import MOST, Trainer, build_model, build_optimizer

LEASE = 180.0  # seconds without anybody watching, after which a run is stopped and kept
TICK = 0.15  # seconds between looks at the commands
LIVE = 1.0  # seconds between pictures
SHOWN_DIGITS = 25
SHOWN_UNITS = 36


class Job:
    """The training of one run."""

    def __init__(self, run: Run, clock: Callable[[], float] = time.monotonic) -> None:
        self.run, self.clock = run, clock
        self.config = run.config()
        self.data, self.watched = datasets(self.config)
        self.model = build_model(self.config)
        self.optimizer = build_optimizer(self.config)
        self.trainer = Trainer(self.model, self.optimizer, self.config.loss)
        self.commands = Lines(run.path / "commands.jsonl", from_end=True)
        self.step, self.seconds = 0, 0.0  # updates taken; time spent in them
        self.pace = 0.003  # seconds for an update, lately
        self._tensors: tuple[Any, Any] | None = None  # the training images, when they stay the same
        self.losses: list[float] = []  # of this epoch so far
        self.right = 0
        self.lease, self.seen, self.go_on = b"", clock(), False
        self.shown = -math.inf
        self.restored = self._restore()

    # What is learned, in order: epoch by epoch, each with a new order of the images.

    def train(self) -> None:
        """Train until the last epoch is done, or somebody says stop or pause, or the loss is no number."""
        self.run.set_status(RUNNING, pid=os.getpid())
        if not self.restored:
            self._keep_checkpoint()
            self._show_live()
        first = self.step // self.config.updates_per_epoch
        for epoch in range(first, self.config.epochs):
            if (reason := self._epoch(epoch)) is not None:
                state, more = reason
                if state != DIVERGED:
                    self._keep_state()
                    self._finish(state, **more)
                else:
                    self.run.set_status(state, **more)
                return
        self._finish(FINISHED)

    def _epoch(self, epoch: int) -> tuple[str, dict[str, Any]] | None:
        """One pass over the training images; None, or the state in which it ended early and why."""
        images, labels = self._images_of(epoch)
        for batches in self._batches(epoch):
            began = self.clock()
            steps = self.trainer.steps(images, labels, batches)
            took = self.clock() - began
            self.seconds += took
            self.pace = took / len(batches)
            finite = np.isfinite(steps.losses)
            if not finite.all():
                bad = self.step + int(np.argmin(finite)) + 1
                self._tell_steps(epoch, steps.losses[: int(np.argmin(finite))])
                return DIVERGED, {"step": bad, "learning_rate": self._rate()}
            self.step += len(batches)
            self.losses += steps.losses.tolist()
            self.right += int(steps.right.sum())
            self._tell_steps(epoch, steps.losses, steps.right)
            if self._is_checkpoint():
                self._keep_checkpoint()
            if self.clock() - self.shown > LIVE:
                self._show_live()
            if self.step % self.config.updates_per_epoch and (reason := self._wanted()):
                return reason
        return self._end_of_epoch(epoch)

    def _end_of_epoch(self, epoch: int) -> tuple[str, dict[str, Any]] | None:
        network = self.network()
        evaluation, loss = evaluate(network, self.watched, self.config.loss)
        if not math.isfinite(loss):
            return DIVERGED, {"step": self.step, "learning_rate": self._rate()}
        self.run.add_event(
            {
                "type": "epoch",
                "epoch": epoch,
                "step": self.step,
                "loss": round(self._epoch_loss(), 6),
                "accuracy": round(self.right / self.config.training_images, 6),
                "val_loss": round(loss, 6),
                "val_accuracy": round(evaluation.accuracy, 6),
                "seconds": round(self.seconds, 3),
            }
        )
        self.losses, self.right = [], 0
        self._keep_checkpoint(epoch_end=True)
        self._show_live()
        self._keep_state()
        return self._wanted() if epoch + 1 < self.config.epochs else None

    def _epoch_loss(self) -> float:
        """The mean over the digits, as Keras has it: the last batch may be smaller and counts less."""
        sizes = np.full(len(self.losses), self.config.batch_size)
        sizes[-1] -= sizes.sum() - self.config.training_images
        return float(np.average(self.losses, weights=sizes))

    def _images_of(self, epoch: int) -> tuple[Any, Any]:
        """The training images as tensors: the same in each epoch, unless they are distorted anew."""
        config = self.config
        images = self.data.images
        if config.distortion:
            limits = {name: value * config.distortion for name, value in asdict(Distortion()).items()}
            limits["smoothness"] = Distortion().smoothness
            random = np.random.default_rng((config.seed, epoch, 1))
            images = (distort(images, Distortion(**limits), random) * 255).round().astype(np.uint8)
        elif self._tensors:
            return self._tensors
        self._tensors = tf.constant(flatten(images)), tf.constant(self.data.labels.astype(np.int32))
        return self._tensors

    def _batches(self, epoch: int) -> Iterator[npt.NDArray[np.int32]]:
        """The indices of an epoch's batches from where it stands, some batches at a time.

        Order and dropout follow from (seed, epoch) alone, so that a run can be continued exactly.
        """
        config = self.config
        order = np.random.default_rng((config.seed, epoch)).permutation(config.training_images).astype(np.int32)
        done = self.step - epoch * config.updates_per_epoch
        if done == 0:
            self._seed_dropout(epoch)
        whole = config.training_images // config.batch_size
        while done < whole:
            count = min(self._next_count(), whole - done)
            part = order[done * config.batch_size : (done + count) * config.batch_size]
            yield part.reshape(count, config.batch_size)
            done += count
        if done < config.updates_per_epoch:
            yield order[whole * config.batch_size :][None]

    def _next_count(self) -> int:
        """So many batches that commands are heard in time and no step at a power of two is passed by."""
        until_power = (1 << self.step.bit_length()) - self.step if self.step else 1
        return max(1, min(MOST, until_power, int(TICK / max(self.pace, 1e-4))))

    def _seed_dropout(self, epoch: int) -> None:
        for number, layer in enumerate(layer for layer in self.model.layers if hasattr(layer, "seed_generator")):
            seed = np.random.default_rng((self.config.seed, epoch, 2, number)).integers(0, 2**31, 2)
            layer.seed_generator.state.assign(seed.astype(np.uint32))

    # What others want.

    def _wanted(self) -> tuple[str, dict[str, Any]] | None:
        """What commands and the lease ask for; None to go on."""
        for line in self.commands.new():
            command, value = line.get("command"), line.get("value")
            if command == "pause":
                return PAUSED, {}
            if command == "stop":
                return STOPPED, {"reason": "you stopped it"}
            if command == "time_is_up":
                return STOPPED, {"reason": "it had used up its time"}
            if command == "go_on":
                self.go_on = True
            if command == "learning_rate" and isinstance(value, int | float) and math.isfinite(value) and value > 0:
                self.optimizer.learning_rate.assign(value)
                self.run.add_event({"type": "learning_rate", "step": self.step, "value": value})
        lease = (self.run.path / "lease").read_bytes()
        if lease != self.lease:
            self.lease, self.seen = lease, self.clock()
        if not self.go_on and self.clock() - self.seen > LEASE:
            return STOPPED, {"reason": "nobody was watching any more"}
        return None

    # What is told.

    def _rate(self) -> float:
        return float(self.optimizer.learning_rate.numpy())

    def _tell_steps(self, epoch: int, losses: npt.NDArray[Any], right: npt.NDArray[Any] | None = None) -> None:
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

    def network(self) -> Network:
        """The model as it is now, in NumPy."""
        layers = [layer for layer in self.model.layers if layer.weights and hasattr(layer, "kernel")]
        return Network(
            tuple(Dense(layer.kernel.numpy(), layer.bias.numpy(), layer.activation.__name__) for layer in layers)
        )

    def _show_live(self) -> None:
        """The answers to some digits, the first layer's weights, the gradients, for those who watch."""
        self.shown = self.clock()
        network = self.network()
        digits = self.watched.images[:SHOWN_DIGITS]
        first = network.layers[0].weights[:, :SHOWN_UNITS]
        some = self.data.take(np.arange(min(len(self.data), SHOWN_DIGITS)))
        file = io.BytesIO()
        np.savez(
            file,
            step=self.step,
            answers=predict(network, digits).astype(np.float16),
            weights=first.T.reshape(-1, 28, 28).astype(np.float16),
            gradients=self.trainer.gradient_sizes(flatten(some.images), some.labels.astype(np.int32)),
        )
        write_whole(self.run.path / "live.npz", file.getvalue())

    # What is kept.

    def _is_checkpoint(self) -> bool:
        return self.step & (self.step - 1) == 0

    def _keep_checkpoint(self, epoch_end: bool = False) -> None:
        keep_checkpoint(self.run.path / "checkpoints", self.network(), self.step, epoch_end)

    def _keep_state(self) -> None:
        """All that an exact continuation needs."""
        file = io.BytesIO()
        arrays = {f"model{n}": v.numpy() for n, v in enumerate(self.model.variables)}
        arrays |= {f"optimizer{n}": v.numpy() for n, v in enumerate(self.optimizer.variables)}
        np.savez(file, **arrays, step=self.step, seconds=self.seconds, losses=np.array(self.losses), right=self.right)
        write_whole(self.run.path / "state.npz", file.getvalue())

    def _restore(self) -> bool:
        """Take up a run where it was left."""
        path = self.run.path / "state.npz"
        if not path.exists():
            return False
        with np.load(path, allow_pickle=False) as state:
            for name, variables in (("model", self.model.variables), ("optimizer", self.optimizer.variables)):
                for number, variable in enumerate(variables):
                    variable.assign(state[f"{name}{number}"])
            self.step, self.seconds = int(state["step"]), float(state["seconds"])
            self.losses, self.right = state["losses"].tolist(), int(state["right"])
        return True

    def _finish(self, state: str, **more: Any) -> None:
        """Keep the network as it is, with what it reaches on the test set."""
        network = self.network()
        test = load_test_set()
        evaluation, loss = evaluate(network, test, self.config.loss)
        folder = self.run.path
        write_whole(folder / "model.safetensors", network_to_safetensors(network))
        for ending in ("keras", "h5"):
            beside = folder / f".beside.{ending}"  # Keras writes to a path only
            self.model.save(beside)
            write_whole(folder / f"model.{ending}", beside.read_bytes())
            beside.unlink()
        scores = {"accuracy": evaluation.accuracy, "loss": loss, "step": self.step, "seconds": round(self.seconds, 2)}
        write_whole(folder / "scores.json", json.dumps(scores).encode())
        self.run.set_status(state, step=self.step, **more)


def datasets(config: TrainingConfig) -> tuple[Digits, Digits]:
    """What is learned from, and what is watched."""
    training = load_training_set()
    if config.watched == "test":
        learned, watched = training, load_test_set()
    else:
        to_learn, to_watch = split_indices(training.labels)
        learned, watched = training.take(to_learn), training.take(to_watch)
    if config.training_images < len(learned):
        chosen = np.random.default_rng((config.seed, 3)).permutation(len(learned))[: config.training_images]
        learned = learned.take(chosen)
    if config.shuffled_labels:
        labels = np.random.default_rng((config.seed, 4)).permutation(learned.labels)
        learned = Digits(learned.images, labels)
    return learned, watched


def evaluate(network: Network, digits: Digits, loss: str) -> tuple[Evaluation, float]:
    """The answers to digits, and the mean of the loss that the network was trained with."""
    outputs, losses = [], []
    for start in range(0, len(digits), 1000):
        result = forward(network, to_inputs(digits.images[start : start + 1000]))
        targets = one_hot(digits.labels[start : start + 1000])
        losses.append(LOSSES[loss].value(result.pre_activations[-1], network.layers[-1].activation, targets))
        outputs.append(result.outputs)
    return Evaluation(np.concatenate(outputs), digits.labels), float(np.mean(np.concatenate(losses)))


def set_threads() -> None:
    """One thread a job: two side by side then finish as soon as one after the other."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def train_run(run: Run) -> None:
    """Train a run in this process, from its beginning or from where it was left."""
    set_threads()
    keras.backend.clear_session()
    Job(run).train()

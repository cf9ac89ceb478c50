"""Many small steps cost less when they are compiled into one: many batches in one call.

The model, its loss and its optimizer are Keras' own, and so is every number; only the loop around the
steps is TensorFlow's, compiled (XLA). Images stay bytes until their batch is taken.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.data.mnist import CLASSES, PIXELS
from core.nn.optimizers import OPTIMIZERS
from core.runs.config import TrainingConfig

MAX_STEPS_PER_CALL = 200  # batches in one call


class Steps(NamedTuple):
    """What some steps gave, one entry a batch."""

    losses: npt.NDArray[np.float32]
    correct: npt.NDArray[np.int32]


def batches_of_epoch(
    order: npt.NDArray[np.int32], batch_size: int, done: int, next_count: Callable[[], int]
) -> Iterator[npt.NDArray[np.int32]]:
    """The indices of an epoch's batches, (count, batch_size), so many at a time as `next_count` says each time.

    `order` is that of the epoch's images; `done` batches were taken before. What is left over when there is no whole
    number of batches makes a last, smaller one, as in Keras' fit.
    """
    whole = len(order) // batch_size
    while done < whole:
        count = min(next_count(), whole - done)
        yield order[done * batch_size : (done + count) * batch_size].reshape(count, batch_size)
        done += count
    if done == whole and whole * batch_size < len(order):
        yield order[whole * batch_size :][None]


def build_model(config: TrainingConfig) -> Any:
    """The Keras model of these settings, with fresh weights from its seed."""
    keras.utils.set_random_seed(config.seed)
    settings: dict[str, Any] = {
        "kernel_initializer": config.initializer,
        "kernel_regularizer": keras.regularizers.L2(config.l2) if config.l2 else None,
    }
    layers: list[Any] = [keras.Input((PIXELS,))]
    for units in config.hidden_layers:
        layers.append(keras.layers.Dense(units, activation=config.activation, **settings))
        if config.dropout:
            layers.append(keras.layers.Dropout(config.dropout))
    layers.append(keras.layers.Dense(CLASSES, activation=config.last_activation, **settings))
    return keras.Sequential(layers)


def build_optimizer(config: TrainingConfig) -> Any:
    """The Keras optimizer of these settings."""
    optimizer = OPTIMIZERS[config.optimizer]
    return getattr(keras.optimizers, optimizer.keras_class)(config.learning_rate, **optimizer.keras_arguments)


class CompiledTrainer:
    """A model that takes compiled steps; images are a uint8 tensor (count, 784), labels int32 (count,)."""

    def __init__(self, model: Any, optimizer: Any, loss: str) -> None:
        optimizer.build(model.trainable_variables)
        self.model, self.optimizer, self.loss = model, optimizer, keras.losses.get(loss)
        self._run_steps = tf.function(self._steps_in_one, jit_compile=True)
        # A schedule of Keras' own has no rate that could be set.
        self._sets_rates = isinstance(optimizer.learning_rate, keras.Variable)

    def _forward(self, images: Any, labels: Any, training: bool) -> tuple[Any, Any]:
        outputs = self.model(tf.cast(images, tf.float32) / 255, training=training)
        value = tf.reduce_mean(self.loss(tf.one_hot(labels, CLASSES), outputs))
        return tf.add_n([value, *self.model.losses]), outputs  # with what L2 adds

    def _step(self, images: Any, labels: Any) -> tuple[Any, Any]:
        """One update by one batch: its loss, and how many answers were right."""
        weights = self.model.trainable_variables
        with tf.GradientTape() as tape:
            value, outputs = self._forward(images, labels, training=True)
        self.optimizer.apply(tape.gradient(value, weights), weights)
        answers = tf.argmax(outputs, axis=1, output_type=tf.int32)
        return value, tf.reduce_sum(tf.cast(answers == labels, tf.int32))

    def _steps_in_one(self, images: Any, labels: Any, order: Any, rates: Any, count: Any) -> tuple[Any, Any]:
        losses = tf.TensorArray(tf.float32, size=MAX_STEPS_PER_CALL, element_shape=())
        rights = tf.TensorArray(tf.int32, size=MAX_STEPS_PER_CALL, element_shape=())
        number = 0
        while number < count:  # tf.range would be compiled anew for each count
            if self._sets_rates:
                self.optimizer.learning_rate.assign(rates[number])
            batch = order[number]
            value, right = self._step(tf.gather(images, batch), tf.gather(labels, batch))
            losses = losses.write(number, value)
            rights = rights.write(number, right)
            number += 1
        return losses.stack(), rights.stack()

    def compile(self, images: Any, labels: Any, batch_sizes: Iterable[int]) -> None:
        """Compile the steps for batches of these sizes, which takes seconds; nothing is learned."""
        for size in batch_sizes:
            order, rates = tf.zeros((MAX_STEPS_PER_CALL, size), tf.int32), tf.zeros(MAX_STEPS_PER_CALL)
            self._run_steps(images, labels, order, rates, tf.constant(0))

    def steps(
        self,
        images: Any,
        labels: Any,
        order: npt.NDArray[np.int32],
        rates: npt.NDArray[np.float64] | None = None,
    ) -> Steps:
        """Take one step for each row of `order`, the indices of a batch; at most MAX_STEPS_PER_CALL.

        `rates` has the learning rate of each, (count,); without them it stays as it is.
        """
        count = len(order)
        padded = np.zeros((MAX_STEPS_PER_CALL, order.shape[1]), np.int32)  # one shape for all calls: compiled once
        padded[:count] = order
        padded_rates = np.zeros(MAX_STEPS_PER_CALL, np.float32)
        if self._sets_rates:
            padded_rates[:count] = self.optimizer.learning_rate.numpy() if rates is None else rates
        losses, right = self._run_steps(
            images, labels, tf.constant(padded), tf.constant(padded_rates), tf.constant(count)
        )
        return Steps(losses.numpy()[:count], right.numpy()[:count])

    def gradient_norms(self, images: Any, labels: Any) -> npt.NDArray[np.float32]:
        """The length (Euclidean norm) of each layer's weight gradient on some digits; nothing is learned.

        Not compiled: that takes 0.25 s before the first loss, and this once a second takes 0.01.
        """
        kernels = [variable for variable in self.model.trainable_variables if len(variable.shape) == 2]
        with tf.GradientTape() as tape:
            value, _ = self._forward(tf.constant(images), tf.constant(labels), training=False)
        return np.array([tf.norm(gradient) for gradient in tape.gradient(value, kernels)])

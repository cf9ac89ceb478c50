"""A whole epoch in one call, for the bundled models; steps.py does the same for runs that can be stopped.

The model, its loss and its optimizer are Keras' own and so is every number; only the loop around the
steps is TensorFlow's, compiled (XLA). Images stay bytes until their batch is taken.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

Epoch = Callable[[npt.NDArray[np.uint8], npt.NDArray[np.uint8]], npt.NDArray[np.float32]]


def article_network() -> Any:
    """The article's network, with fresh weights: 784 relu, 100 relu, 10 softmax; 694,950 parameters."""
    return keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(784, activation="relu"),
            keras.layers.Dense(100, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def compiled_epoch(model: Any, optimizer: Any, loss: Any, batch_size: int) -> Epoch:
    """A function that takes one step for each batch of (images, labels) and returns each batch's loss.

    Images are (count, 28, 28) uint8 in the order in which they are to be learned, labels (count,). What is
    left over when count is no multiple of batch_size makes a last, smaller batch, as in Keras' fit.
    """
    optimizer.build(model.trainable_variables)
    classes = model.output_shape[-1]

    def step(images: Any, labels: Any) -> Any:
        inputs = tf.cast(images, tf.float32) / 255
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(loss(tf.one_hot(labels, classes), model(inputs, training=True)))
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return value

    @tf.function(jit_compile=True)
    def steps(images: Any, labels: Any) -> Any:
        count = images.shape[0]
        losses = tf.TensorArray(tf.float32, size=count, element_shape=())
        for number in tf.range(count):
            losses = losses.write(number, step(images[number], labels[number]))
        return losses.stack()

    def epoch(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        whole = len(images) // batch_size * batch_size
        parts = [
            (images[:whole], labels[:whole], batch_size),
            (images[whole:], labels[whole:], len(images) - whole),
        ]
        losses = [
            steps(tf.constant(x.reshape(-1, size, 784)), tf.constant(y.reshape(-1, size).astype(np.int32)))
            for x, y, size in parts
            if len(x)
        ]
        return np.concatenate([part.numpy() for part in losses])

    return epoch

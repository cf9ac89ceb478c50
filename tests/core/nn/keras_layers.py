"""What Keras' layers, losses and gradients give, written into a file."""

import json
import sys
from typing import Any

import keras
import numpy as np
import tensorflow as tf


def main() -> None:
    folder, losses, names, models = sys.argv[1], *map(json.loads, sys.argv[2:5])
    given = np.load(folder + "/given.npz")
    said: dict[str, Any] = {}
    for name in names:
        model = keras.models.load_model(f"{models}/{name}/model.keras")
        said[name] = np.concatenate([model(part, training=False) for part in np.split(given["test"], 20)])
    for last in ("softmax", "sigmoid"):
        shape = ((32, "relu"), (16, "tanh"), (10, last))
        model = keras.Sequential([keras.Input((784,)), *(keras.layers.Dense(*layer) for layer in shape)])
        weights = model.get_weights()
        for number, array in enumerate(weights):
            said[f"{last} weights {number}"] = array
        for loss in losses:
            with tf.GradientTape() as tape:
                outputs = model(given["inputs"])
                if (last, loss) not in (("softmax", "categorical_crossentropy"), ("sigmoid", "binary_crossentropy")):
                    outputs = tf.identity(outputs)  # else Keras takes the scores back out and bends them its own way
                value = tf.reduce_mean(keras.losses.get(loss)(given["targets"], outputs))
            said[f"{last} {loss}"] = value
            for number, gradient in enumerate(tape.gradient(value, model.trainable_variables)):
                said[f"{last} {loss} {number}"] = gradient
    own = {
        "gelu_tanh": lambda z: keras.activations.gelu(z, approximate=True),
        "leaky_relu(0.3)": lambda z: keras.activations.leaky_relu(z, 0.3),
        "elu(0.7)": lambda z: keras.activations.elu(z, 0.7),
        "celu(0.7)": lambda z: keras.activations.celu(z, 0.7),
        "hard_sigmoid(0.166666667)": keras.activations.hard_sigmoid,
    }
    for name in json.loads(sys.argv[5]):
        z = tf.constant(given["sums"])
        with tf.GradientTape() as tape:
            tape.watch(z)
            a = (own[name] if name in own else getattr(keras.activations, name))(z)
        said[name] = np.stack([a, tape.gradient(a, z)])
    arrays: dict[str, Any] = {key: np.asarray(value) for key, value in said.items()}
    np.savez(folder + "/said.npz", **arrays)


if __name__ == "__main__":
    main()

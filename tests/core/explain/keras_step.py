"""What Keras' steps do, written into the folder argv[1]."""

import sys

import keras
import numpy as np


def main() -> None:
    given = np.load(sys.argv[1] + "/given.npz")
    units, activations = given["units"].tolist(), given["activations"].tolist()
    said = {}
    for name, rate in (("sgd", 0.1), ("adam", 0.001)):
        layers = [keras.layers.Dense(count, activation=a) for count, a in zip(units[1:], activations, strict=True)]
        model = keras.Sequential([keras.Input((units[0],)), *layers])
        model.set_weights([given[f"array{n}"] for n in range(6)])
        optimizer = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}[name](rate)
        model.compile(optimizer, "categorical_crossentropy")
        for step in range(int(given["steps"])):
            said[f"{name} loss {step}"] = model.train_on_batch(given[f"x{step}"], given[f"y{step}"])
            for n, array in enumerate(model.get_weights()):
                said[f"{name} {step} {n}"] = array
    np.savez(sys.argv[1] + "/said.npz", **said)


if __name__ == "__main__":
    main()

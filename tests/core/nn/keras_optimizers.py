"""What Keras' optimizers do: 200 steps each, written into a file."""

import json
import sys
from typing import Any

import keras
import numpy as np

from core.descent.surfaces import SURFACES


def main() -> None:
    keras.config.set_floatx("float64")
    file, grounds, rates, steps, exact = sys.argv[1], *map(json.loads, sys.argv[2:6])
    makers = {
        "sgd": lambda rate: keras.optimizers.SGD(rate),
        "momentum": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
        "nesterov": lambda rate: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True),
        "adagrad": keras.optimizers.Adagrad,
        "rmsprop": keras.optimizers.RMSprop,
        "adam": lambda rate: keras.optimizers.Adam(rate, **exact["adam"]),
        "adam as it is": keras.optimizers.Adam,
    }
    said: dict[str, Any] = {}
    for ground in grounds:
        for name, maker in makers.items():
            optimizer = maker(rates[ground][name.split()[0]])
            weights = keras.Variable(np.array(SURFACES[ground].start), dtype="float64")
            path = [np.array(weights)]
            for _ in range(steps):
                optimizer.apply([keras.ops.convert_to_tensor(SURFACES[ground].gradient(path[-1]))], [weights])
                path.append(np.array(weights))
            said[f"{ground} {name}"] = np.array(path)
    np.savez(file, **said)


if __name__ == "__main__":
    main()

"""What Keras' optimizers do, of the classes that ours name: 200 steps each; and its schedules. Written into a file."""

import json
import sys
from typing import Any

import keras
import numpy as np

from core.descent.surfaces import SURFACES
from core.nn.learning_rate_schedules import SCHEDULES
from core.nn.optimizers import OPTIMIZERS


def main() -> None:
    keras.config.set_floatx("float64")
    file, grounds, rates, steps, exact, totals, rate = sys.argv[1], *map(json.loads, sys.argv[2:8])
    cases = [*((name, name, exact.get(name, {})) for name in OPTIMIZERS), ("adam as it is", "adam", {})]
    said: dict[str, Any] = {}
    for ground in grounds:
        for case, name, more in cases:
            known = OPTIMIZERS[name]
            made = getattr(keras.optimizers, known.keras_class)
            optimizer = made(rates[ground][name], **known.keras_arguments, **more)
            weights = keras.Variable(np.array(SURFACES[ground].start), dtype="float64")
            path = [np.array(weights)]
            for _ in range(steps):
                optimizer.apply([keras.ops.convert_to_tensor(SURFACES[ground].gradient(path[-1]))], [weights])
                path.append(np.array(weights))
            said[f"{ground} {case}"] = np.array(path)
    for name, schedule in SCHEDULES.items():
        for updates in totals if schedule.keras_class else []:
            made = getattr(keras.optimizers.schedules, schedule.keras_class)
            rates_of = made(**schedule.keras_arguments(rate, updates))
            said[f"{name} {updates}"] = np.array([float(rates_of(step)) for step in range(updates)])
    np.savez(file, **said)


if __name__ == "__main__":
    main()

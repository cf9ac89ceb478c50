#!/usr/bin/env bash
# The documentation of Keras 3.15.1 says of LambdaCallback "that the callbacks expects positional arguments", two for a
# batch as for an epoch. A batch's functions get the second one by its name, `logs`: one that calls it anything else ends the
# training at its first batch with a TypeError. An epoch's functions get it by position, and any name will do.
#
# Seen on 2026-11-29, Python 3.11, JAX 0.10.2:
#   on_train_batch_end, (batch, logs): trained
#   on_train_batch_end, (batch, told): TypeError: <lambda>() got an unexpected keyword argument 'logs'
#   on_epoch_end, (epoch, told): trained
#   on_train_end, (told): trained
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 numpy==2.4.6
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/venv/bin/python" - <<'PYTHON'
import keras
import numpy as np

print(f"Keras {keras.__version__}, backend {keras.backend.backend()}")
print(" ".join(part for part in keras.callbacks.LambdaCallback.__doc__.split("\n\n")[1].split()))


def trained_with(**functions):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    try:
        model.fit(np.ones((4, 1)), np.ones(4), verbose=0, callbacks=[keras.callbacks.LambdaCallback(**functions)])
    except TypeError as error:
        return f"TypeError: {error}"
    return "trained"


found = {
    "on_train_batch_end, (batch, logs)": trained_with(on_train_batch_end=lambda batch, logs: None),
    "on_train_batch_end, (batch, told)": trained_with(on_train_batch_end=lambda batch, told: None),
    "on_epoch_end, (epoch, told)": trained_with(on_epoch_end=lambda epoch, told: None),
    "on_train_end, (told)": trained_with(on_train_end=lambda told: None),
}
for what, came in found.items():
    print(f"{what}: {came}")
came = list(found.values())
assert came[0] == came[2] == came[3] == "trained"
assert "unexpected keyword argument 'logs'" in came[1]
PYTHON

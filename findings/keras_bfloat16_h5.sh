#!/usr/bin/env bash
# Keras 3.15.1 saves a network whose weights are bfloat16 as .h5 without an error, two bytes a weight that HDF5 knows nothing of,
# and cannot load the file again. As .keras and as .weights.h5, where it notes the type beside each array, it can.
#
# Seen on 2026-11-30, Python 3.11, backend JAX:
#   .keras: the same answers
#   .h5: TypeError
#   .weights.h5: the same answers
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 numpy==2.4.6
cat > "$folder/again.py" <<'PYTHON'
import os
import sys

import keras
import numpy as np


def model():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, dtype="bfloat16")])


def loaded(ending):
    path = os.path.join(sys.argv[1], "model" + ending)
    if ending == ".weights.h5":
        first.save_weights(path)
        second = model()
        second.load_weights(path)
        return second
    first.save(path)
    return keras.saving.load_model(path)


first, inputs = model(), np.ones((1, 4), np.float32)
seen = {}
for ending in (".keras", ".h5", ".weights.h5"):
    try:
        same = np.array_equal(np.asarray(loaded(ending)(inputs)), np.asarray(first(inputs)))
        seen[ending] = "the same answers" if same else "other answers"
    except (TypeError, ValueError) as error:
        seen[ending] = type(error).__name__
    print(f"{ending}: {seen[ending]}")
assert seen[".keras"] == seen[".weights.h5"] == "the same answers"
assert seen[".h5"] in ("TypeError", "ValueError")
PYTHON
KERAS_BACKEND=jax "$folder/venv/bin/python" -W ignore "$folder/again.py" "$folder"

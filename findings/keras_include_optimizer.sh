#!/usr/bin/env bash
# Keras 3.15.1 takes `model.save("model.keras", include_optimizer=False)` without a word and writes the optimizer all the same:
# the word counts for .h5 only. `save_weights` writes it, too, of a compiled model. After Adam a file is three times as large as
# its network. What helps is `model.compile()` before: the new optimizer has no numbers yet.
#
# Seen on 2026-11-30, Python 3.11, backend JAX, kilobytes of a network of 159,010 parameters:
#   .keras 1883, .keras without its optimizer 1883, .h5 1885, .h5 without its optimizer 637, .weights.h5 1881,
#   .keras compiled anew 639
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 numpy==2.4.6
cat > "$folder/sizes.py" <<'PYTHON'
import os
import sys

import keras
import numpy as np

folder = sys.argv[1]
model = keras.Sequential(
    [keras.Input((784,)), keras.layers.Dense(200, activation="relu"), keras.layers.Dense(10, activation="softmax")]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
model.fit(np.zeros((32, 784), np.float32), np.zeros(32), verbose=0)
own = 4 * model.count_params()


def kilobytes(ending, save):
    path = os.path.join(folder, "model" + ending)
    save(path)
    size = os.path.getsize(path)
    return size >> 10, size / own


seen = {
    ".keras": kilobytes(".keras", model.save),
    ".keras without its optimizer": kilobytes(".keras", lambda path: model.save(path, include_optimizer=False)),
    ".h5": kilobytes(".h5", model.save),
    ".h5 without its optimizer": kilobytes(".h5", lambda path: model.save(path, include_optimizer=False)),
    ".weights.h5": kilobytes(".weights.h5", model.save_weights),
}
model.compile()
seen[".keras compiled anew"] = kilobytes(".keras", model.save)
print(", ".join(f"{name} {size}" for name, (size, _) in seen.items()))
times = [round(share) for _, share in seen.values()]
assert times == [3, 3, 3, 1, 3, 1], times
PYTHON
KERAS_BACKEND=jax "$folder/venv/bin/python" -W ignore "$folder/sizes.py" "$folder"

#!/usr/bin/env bash
# Keras 3.15.1 loads an .h5 file of Keras 2 (here tf_keras 2.21.0, the same format) whose layer has the activation hard_sigmoid,
# and says nothing; but Keras 2 meant 0.2 z + 0.5 by that name, and Keras 3 means z / 6 + 0.5. The network answers otherwise.
# gelu, leaky_relu, elu, selu, swish and softplus mean the same in both.
#
# Seen on 2026-11-30, Python 3.11, TensorFlow 2.21.0, at -3.5, -2.5, ... 3.5:
#   saved  0 0 0.2 0.4 0.6 0.8 1 1
#   loaded 0 0.0833 0.25 0.417 0.583 0.75 0.917 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  tensorflow-cpu==2.21.0 tf_keras==2.21.0 keras==3.15.1 numpy==2.4.6
cat > "$folder/again.py" <<'PYTHON'
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tf_keras

inputs, path = np.arange(-3.5, 4, dtype=np.float32)[:, None], os.path.join(sys.argv[1], "model.h5")
for name in ("hard_sigmoid", "gelu", "leaky_relu", "elu", "selu", "swish", "softplus"):
    layers = [tf_keras.Input((1,)), tf_keras.layers.Dense(1, activation=name, kernel_initializer="ones")]
    saved = tf_keras.Sequential(layers)
    saved.save(path)
    loaded = keras.saving.load_model(path)
    answers = [np.asarray(model(inputs)).reshape(-1) for model in (saved, loaded)]
    differ = float(np.abs(answers[0] - answers[1]).max())
    if name == "hard_sigmoid":
        for word, numbers in zip(("saved ", "loaded"), answers, strict=True):
            print(word, *(f"{number:.3g}" for number in numbers))
        assert 0.08 < differ < 0.09, differ
    else:
        assert differ < 1e-6, (name, differ)
PYTHON
"$folder/venv/bin/python" -W ignore "$folder/again.py" "$folder" 2> /dev/null

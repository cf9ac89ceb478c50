#!/usr/bin/env bash
# What `import keras` takes depends on what else is installed: Keras 3.15.1 imports scikit-learn if that is there, for wrappers that
# nobody has asked for, and TensorFlow 2.21.0, which it imports, brings JAX, if that is there, for its converter to TensorFlow Lite.
# An environment with all three, as one for tests has, waits at each start of a process for two libraries that it does not use.
#
# Seen on 2026-12-01, Python 3.11, backend TensorFlow:
#   keras and tensorflow alone: sklearn no, jax no (1.3 s)
#   scikit-learn and jax beside them: sklearn yes, jax yes (2.2 s)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
pip=("$folder/venv/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" keras==3.15.1 tensorflow-cpu==2.21.0 numpy==2.4.6
cat > "$folder/imported.py" <<'PYTHON'
import sys
import time

began = time.perf_counter()
import keras

found = {name: name in sys.modules for name in ("sklearn", "jax")}
words = ", ".join(f"{name} {'yes' if there else 'no'}" for name, there in found.items())
print(f"{sys.argv[1]}: {words} ({time.perf_counter() - began:.1f} s)")
assert set(found.values()) == {sys.argv[2] == "yes"}
PYTHON
export KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3
see() { "$folder/venv/bin/python" -W ignore "$folder/imported.py" "$@" 2> /dev/null; }
see "keras and tensorflow alone" no > /dev/null  # once before, so that what is measured lies in memory
see "keras and tensorflow alone" no
"${pip[@]}" scikit-learn==1.8.0 jax==0.10.2
see "scikit-learn and jax beside them" yes > /dev/null
see "scikit-learn and jax beside them" yes

#!/usr/bin/env bash
# safetensors 0.8.0, given an array of NumPy that is not contiguous (a transposed kernel, a slice), writes its memory as it
# lies, beside the shape that it seems to have, without an error. What is read again has the right shape and the numbers in
# another order, or, of a slice, what lay beside it. Who saves weights of Keras as PyTorch wants them, `kernel.T`, loses them.
#
# Seen on 2026-11-30, Python 3.11, NumPy 2.4.6:
#   as it is: the same
#   turned: other numbers
#   a column of it: other numbers
#   turned and made contiguous: the same
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check safetensors==0.8.0 numpy==2.4.6
cat > "$folder/turned.py" <<'PYTHON'
import numpy as np
from safetensors.numpy import load, save

kernel = np.arange(6, dtype=np.float32).reshape(3, 2)
seen = []
for name, array in (
    ("as it is", kernel),
    ("turned", kernel.T),
    ("a column of it", kernel[:, :1]),
    ("turned and made contiguous", np.ascontiguousarray(kernel.T)),
):
    again = load(save({"kernel": array}))["kernel"]
    assert again.shape == array.shape
    seen.append(np.array_equal(again, array))
    print(f"{name}: {'the same' if seen[-1] else 'other numbers'}")
assert seen == [True, False, False, True]
PYTHON
"$folder/venv/bin/python" "$folder/turned.py"

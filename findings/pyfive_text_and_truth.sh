#!/usr/bin/env bash
# pyfive 1.3.0 reads an HDF5 attribute that is text as bytes, and a boolean as int8; h5py 3.16.0, whose interface it has,
# gives str and bool. Who moves code for Keras' .h5 files from one to the other gets no error:
# `attrs["backend"] == "tensorflow"` is merely never true any more, and an array of booleans becomes an index.
#
# Seen on 2026-11-29, Python 3.11:
#   h5py 3.16.0:  backend 'tensorflow' str, layer_names ['dense', 'dense_1'], trainable True, mask [ True False]
#   pyfive 1.3.0: backend b'tensorflow' bytes, layer_names [b'dense', b'dense_1'], trainable 1, mask [1 0]
#   [10, 20][mask]: [10] by h5py, [20 10] by pyfive
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check h5py==3.16.0 pyfive==1.3.0 numpy==2.4.6
"$folder/venv/bin/python" - "$folder/file.h5" <<'PYTHON'
import sys

import h5py
import numpy as np
import pyfive

path = sys.argv[1]
with h5py.File(path, "w") as file:  # as Keras writes its attributes
    file.attrs["backend"] = "tensorflow"
    file.attrs["layer_names"] = ["dense", "dense_1"]
    file.attrs["trainable"] = True
    file["mask"] = np.array([True, False])

found = {}
for library in (h5py, pyfive):
    with library.File(path) as file:
        attrs = file.attrs
        found[library.__name__] = (attrs["backend"], list(attrs["layer_names"]), attrs["trainable"], file["mask"][()])
        backend, names, trainable, mask = found[library.__name__]
        print(f"{library.__name__} {library.__version__}: backend {backend!r} {type(backend).__name__}, "
              f"layer_names {names}, trainable {trainable}, mask {mask}, [10, 20][mask] {np.array([10, 20])[mask]}")

backend, names, trainable, mask = found["h5py"]
assert (backend, names, trainable.dtype, mask.dtype) == ("tensorflow", ["dense", "dense_1"], bool, bool)
backend, names, trainable, mask = found["pyfive"]
assert (backend, names) == (b"tensorflow", [b"dense", b"dense_1"])
assert (trainable.dtype, mask.dtype) == (np.int8, np.int8)
assert backend != "tensorflow"
PYTHON

"""Files that were made to harm: each is one idea of an attacker, or of bad luck.

python -m tests.hostile.model_files FOLDER      writes them all
"""

import json
import pickle
import sys
from pathlib import Path

from tests.hostile.archives import archives, runs
from tests.hostile.forms import forms
from tests.hostile.good_files import Files, h5_file, keras_file, keras_members, zipped
from tests.hostile.model_configs import config_texts, configs
from tests.hostile.weight_files import h5_files, noise, plain_weights, weights


def others() -> Files:
    """What is no network at all."""
    yield "empty", b""
    yield "random", noise(100_000)
    yield "random behind a zip's first bytes", b"PK\x03\x04" + noise(100_000)
    yield "pickle", pickle.dumps({"weights": [1.0]})
    yield "a pickle that calls", b"cos\nsystem\n(S'id'\ntR."
    yield "a PNG", b"\x89PNG\r\n\x1a\n" + bytes(1000)
    yield "a text", b"import os; os.system('id')"
    yield "17 MB", b"PK\x03\x04" + bytes(17 * 1024 * 1024)
    yield "a zip of nothing", b"PK\x05\x06" + bytes(18)
    yield "a script behind a safetensors file's place", b"#!/bin/s{"


def hostile_files() -> Files:
    """All of them, as (name, content)."""
    for name, config in configs():
        yield f"keras, {name}", keras_file(config)
        yield f"h5, {name}", h5_file(config)
    for name, text in config_texts():
        yield f"keras, {name}", zipped({**keras_members(), "config.json": text})
    for name, content in weights():
        yield f"keras, {name}", keras_file(weights=content)
    for source in (archives, plain_weights, runs, h5_files, forms, others):
        yield from source()


def main() -> None:
    """Write them into a folder, each by its number, and a list of their names."""
    folder = Path(sys.argv[1])
    names = []
    for number, (name, content) in enumerate(hostile_files()):
        (folder / f"{number:03d}").write_bytes(content)
        names.append(name)
    (folder / "names.json").write_text(json.dumps(names))


if __name__ == "__main__":
    main()

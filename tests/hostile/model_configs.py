"""Configurations of models that were made to harm, or that this app does not show."""

import json

from tests.hostile.good_files import UNITS, Configs, Files, dense, layer, model_config


def configs() -> Configs:
    """Configurations of a .keras and an .h5 file."""
    last = dense(1, 10, "softmax")
    yield "Lambda", model_config(layer("Lambda", "evil", function="os.system"), last)
    yield "Lambda with code", model_config(layer("Lambda", "e", function={"class_name": "__lambda__", "config": {}}))
    yield "TFSMLayer", model_config(layer("TFSMLayer", "evil", filepath="/etc/passwd"), last)
    yield "custom class", model_config({**dense(0, UNITS, "relu"), "module": "evil", "registered_name": "Evil"}, last)
    yield "registered name", model_config({**dense(0, UNITS, "relu"), "registered_name": "pkg>Dense"}, last)
    yield "module path", model_config({**dense(0, UNITS, "relu"), "module": "os"}, last)
    yield "activation of a class", model_config(dense(0, UNITS, {"module": "os", "class_name": "system"}), last)
    yield "activation by its path", model_config(dense(0, UNITS, "keras.utils.get_file"), last)
    yield "Conv2D", model_config(layer("Conv2D", "c", filters=4), last)
    yield "a model in a model, without its weights", model_config(model_config(), last)
    yield "Functional", {**model_config(), "class_name": "Functional"}
    yield "kind of 5,000 letters", model_config(layer("A" * 5000, "c"), last)
    yield "kind with markup", model_config(layer("<script>alert(1)</script>", "c"), last)
    for units in (10**12, -5, 0, "lots", True, 1.5, None, 2049):
        yield f"units {units}", model_config(dense(0, units, "relu"), last)
    yield "no layers", {**model_config(), "config": {"name": "sequential", "layers": []}}
    yield "10,000 layers", model_config(*[dense(n, 10, "relu") for n in range(10_000)])
    yield "eleven hidden layers", model_config(*[dense(n, 10, "relu") for n in range(11)], last)
    yield "eleven answers", model_config(dense(0, UNITS, "relu"), dense(1, 11, "softmax"))
    yield "other inputs", model_config(shape=(785,))
    yield "inputs 1e12", model_config(shape=(10**12,))
    yield "inputs of truths", model_config(shape=(True,))
    yield "no Flatten", model_config(shape=(28, 28))
    yield "a layer name of 101 letters", model_config(layer("Dense", "x" * 101, units=UNITS, activation="relu"), last)
    yield "half a letter in a layer name", model_config(layer("Dense", "\ud800", units=UNITS, activation="relu"), last)
    yield "layers is a dict", {**model_config(), "config": {"name": "s", "layers": {"0": 1, "1": 2}}}
    yield "config is a list", {**model_config(), "config": []}
    yield "another network's", model_config(dense(0, 9, "relu"), last)


def config_texts() -> Files:
    """Configurations that are hardly JSON."""
    text = json.dumps(model_config())
    yield "400 KB of [", b"[" * 400_000
    yield "200 KB of [", b"[" * 200_000
    yield '200 KB of {"a":', b'{"a":' * 40_000
    yield "duplicate keys", text.replace('"class_name"', '"class_name": "Lambda", "class_name"', 1).encode()
    yield "NaN", text.replace(f'"units": {UNITS}', '"units": NaN').encode()
    yield "Infinity", text.replace(f'"units": {UNITS}', '"units": Infinity').encode()
    yield "1e999", text.replace(f'"units": {UNITS}', '"units": 1e999').encode()
    yield "a number of 200,000 digits", text.replace(f'"units": {UNITS}', '"units": ' + "9" * 200_000).encode()
    yield "a text", b'"Sequential"'
    yield "no UTF-8", b'{"class_name": "\xff\xfe"}'
    yield "a megabyte of spaces", text.encode() + b" " * 1024 * 1024
    yield "empty config", b""

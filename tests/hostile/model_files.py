"""Files that were made to harm: each is one idea of an attacker, or of bad luck.

python -m tests.hostile.model_files FOLDER      writes them all
"""

import copy
import io
import json
import pickle
import stat
import struct
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np

from core.network import Dense, Network
from tests.hostile.good_files import (
    NETWORK,
    UNITS,
    dense,
    h5_config,
    h5_file,
    hdf5,
    keras_file,
    keras_members,
    layer,
    model_config,
    run_file,
    safetensors_file,
    write_h5,
    write_weights,
    zipped,
)

GIGABYTE = 1024**3


def configs():
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
    yield "a model in a model", model_config(model_config(), last)
    yield "Functional", {**model_config(), "class_name": "Functional"}
    yield "kind of 5,000 letters", model_config(layer("A" * 5000, "c"), last)
    yield "kind with markup", model_config(layer("<script>alert(1)</script>", "c"), last)
    for units in (10**12, -5, 0, "lots", True, 1.5, None, 1025):
        yield f"units {units}", model_config(dense(0, units, "relu"), last)
    yield "no layers", {**model_config(), "config": {"name": "sequential", "layers": []}}
    yield "10,000 layers", model_config(*[dense(n, 10, "relu") for n in range(10_000)])
    yield "seven hidden layers", model_config(*[dense(n, 10, "relu") for n in range(7)], last)
    yield "eleven answers", model_config(dense(0, UNITS, "relu"), dense(1, 11, "softmax"))
    yield "answers that are no probabilities", model_config(dense(0, UNITS, "relu"), dense(1, 10, "linear"))
    yield "other inputs", model_config(shape=(785,))
    yield "inputs 1e12", model_config(shape=(10**12,))
    yield "inputs of truths", model_config(shape=(True,))
    yield "no Flatten", model_config(shape=(28, 28))
    yield "layer names with ..", model_config(layer("Dense", "../../x", units=UNITS, activation="relu"), last)
    yield "layer name .", model_config(layer("Dense", ".", units=UNITS, activation="relu"), last)
    yield "half a letter in a layer name", model_config(layer("Dense", "\ud800", units=UNITS, activation="relu"), last)
    yield "two activations", model_config(dense(0, UNITS, "relu"), layer("Activation", "a", activation="tanh"), last)
    yield "leaky ReLU", model_config(dense(0, UNITS, "linear"), layer("ReLU", "r", negative_slope=0.1), last)
    yield "float16", model_config(layer("Dense", "d", units=UNITS, activation="relu", dtype="mixed_float16"), last)
    yield "layers is a dict", {**model_config(), "config": {"name": "s", "layers": {"0": 1, "1": 2}}}
    yield "config is a list", {**model_config(), "config": []}
    yield "another network's", model_config(dense(0, 9, "relu"), last)


def config_texts():
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


def _replaced(place, write):
    """The weights of a .keras file with something else in one place."""

    def change(file):
        write_weights(file)
        del file[place]
        write(file)

    return hdf5(change)


def _external(file):
    file["layers/dense/vars"].create_dataset("0", (784, UNITS), "f4", external=[("/etc/passwd", 0, 784 * UNITS * 4)])


def _virtual(file):
    layout = h5py.VirtualLayout((784, UNITS), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(784, UNITS))
    file["layers/dense/vars"].create_virtual_dataset("0", layout)


def _never_written(shape):
    """A data set that declares a shape and stores nothing."""
    return lambda file: file["layers/dense/vars"].create_dataset("0", shape, "f4")


def weights():
    """HDF5 files for a .keras file."""
    first = "layers/dense/vars/0"
    values = NETWORK.layers[0].weights

    def put(value, **more):
        return lambda file: file["layers/dense/vars"].create_dataset("0", data=value, **more)

    yield "declares 3 GiB, stores 0", _replaced(first, _never_written((3 * GIGABYTE // 4,)))
    yield "declares the right shape, stores 0", _replaced(first, _never_written((784, UNITS)))
    yield "declares an exabyte", _replaced(first, _never_written((2**30, 2**28)))
    yield (
        "chunks of zeros, compressed",
        _replaced(
            first,
            lambda file: file["layers/dense/vars"].create_dataset(
                "0", (784, UNITS), "f4", chunks=(784, UNITS), compression="gzip", data=np.zeros((784, UNITS), "f4")
            ),
        ),
    )
    yield "a chunk bomb", _replaced(first, put(np.zeros((4096, 8192), "f4"), chunks=(4096, 8192), compression="gzip"))
    yield "shuffled chunks", _replaced(first, put(values, chunks=(98, UNITS), shuffle=True))
    yield "external storage", _replaced(first, _external)
    yield "virtual data set", _replaced(first, _virtual)

    def link(target):
        return lambda file: file["layers/dense/vars"].__setitem__("0", target)

    yield "external link", _replaced(first, link(h5py.ExternalLink("/etc/passwd", "/x")))
    yield "soft link", _replaced(first, link(h5py.SoftLink("/layers/dense_1/vars/0")))
    yield "soft link to itself", _replaced(first, link(h5py.SoftLink("/layers/dense/vars/0")))
    yield (
        "group by an external link",
        _replaced("layers/dense", lambda file: file.__setitem__("layers/dense", h5py.ExternalLink("other.h5", "/"))),
    )
    yield "a group in the place of weights", _replaced(first, lambda file: file.create_group(first))
    yield "a named type in the place of weights", _replaced(first, lambda file: file.__setitem__(first, np.dtype("f4")))
    yield (
        "object references",
        _replaced(first, lambda file: file["layers"].create_dataset("dense/vars/0", (784, UNITS), h5py.ref_dtype)),
    )
    yield (
        "region references",
        _replaced(
            first, lambda file: file["layers"].create_dataset("dense/vars/0", (784, UNITS), h5py.regionref_dtype)
        ),
    )
    yield (
        "texts",
        _replaced(first, lambda file: file["layers"].create_dataset("dense/vars/0", (784, UNITS), h5py.string_dtype())),
    )
    yield "float64", _replaced(first, put(values.astype("f8")))
    yield "float16 weights", _replaced(first, put(values.astype("f2")))
    yield "the other byte order", _replaced(first, put(values.astype(">f4")))
    yield "integers", _replaced(first, put(values.astype("i4")))
    yield "wrong shape", _replaced(first, put(values.T.copy()))
    yield "one weight", _replaced(first, put(np.float32(1)))
    yield "a layer less", _replaced("layers/dense_1", lambda file: None)
    yield "no weights", hdf5(lambda file: None)
    for bad in (np.nan, np.inf, -np.inf, 3e38):
        spoiled = values.copy()
        spoiled[5, 3] = bad
        yield f"a weight of {bad}", _replaced(first, put(spoiled))
    yield "no HDF5", b"\x89HDF\r\n\x1a\n" + _noise(3000)


def _noise(count):
    return np.random.default_rng(0).bytes(count)


def archives():
    """Zip files of a .keras model."""
    good = keras_members()
    packed = zipfile.ZIP_DEFLATED
    yield "a config of 1 GiB", _bomb("config.json", 64)
    yield "weights of 1 GiB", _bomb("model.weights.h5", 64)
    yield "many members", zipped({**good, **{f"assets/{n}": b"" for n in range(60_000)}})
    yield "a member too much", zipped({**good, "assets/evil.so": b"\x7fELF"})
    yield "../ in a name", zipped({**good, "../../evil": b"x"})
    yield "an absolute name", zipped({**good, "/etc/cron.d/evil": b"x"})
    yield "a folder", zipped({**good, "config.json/": b""})
    yield "a name with an end in it", _ending_name(good)
    yield "a member twice", _twice(good)
    yield "a link", zipped([(_special("config.json", stat.S_IFLNK), b"/etc/passwd"), *list(good.items())[2:]])
    yield "a device", zipped([(_special("config.json", stat.S_IFBLK), b""), *list(good.items())[2:]])
    yield "no weights member", zipped({name: good[name] for name in ("metadata.json", "config.json")})
    yield "no config member", zipped({name: good[name] for name in ("metadata.json", "model.weights.h5")})
    yield "packed with bzip2", zipped(good, zipfile.ZIP_BZIP2)
    yield "packed with LZMA", zipped(good, zipfile.ZIP_LZMA)
    yield "metadata of 1 MB", zipped({**good, "metadata.json": b" " * 1024 * 1024}, packed)
    content = keras_file()
    yield "with a comment", content[:-2] + struct.pack("<H", 3) + b"abc"
    yield "encrypted", _patched(content, b"PK\x01\x02", 8, b"\x01\x00")
    yield "lying sizes", _patched(zipped(good, packed), b"PK\x01\x02", 24, struct.pack("<L", 10))
    yield "says it is large", content[:-22] + b"PK\x06\x07" + bytes(16) + content[-22:]
    yield "a table of a gigabyte", content[:-10] + struct.pack("<L", GIGABYTE) + content[-6:]
    for share in (0.1, 0.5, 0.9, 0.99, 0.9999):
        yield f"cut at {share}", content[: int(len(content) * share)]
    for place in range(200, len(content), len(content) // 8):
        yield f"a bit flipped at {place}", _flipped(content, place)


def _bomb(name, times):
    """A zip file whose member of this name is so many times 16 MB of zeros when unpacked."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, member in keras_members().items():
            if other != name:
                archive.writestr(other, member)
        with archive.open(name, "w", force_zip64=True) as member:
            for _ in range(times):
                member.write(bytes(16 * 1024 * 1024))
    return content.getvalue()


def _twice(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in [*members.items(), ("config.json", b"{}")]:
            archive.writestr(name, member) if name not in archive.namelist() else archive.writestr(
                "config.jsom", member
            )
    return content.getvalue().replace(b"config.jsom", b"config.json")


def _ending_name(members):
    """With a member "config.json" whose name goes on after a zero byte."""
    content = zipped([(name.replace("config.json", "config.json_x"), member) for name, member in members.items()])
    return content.replace(b"config.json_x", b"config.json\0x")


def _special(name, kind):
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o777) << 16
    return info


def _patched(content, signature, offset, value):
    place = content.index(signature) + offset
    return content[:place] + value + content[place + len(value) :]


def _flipped(content, place):
    return content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :]


def plain_weights():
    """Files of safetensors."""
    good = safetensors_file()
    size = int.from_bytes(good[:8], "little")
    header, numbers = json.loads(good[8 : 8 + size]), good[8 + size :]

    def made(change, numbers=numbers):
        changed = copy.deepcopy(header)
        change(changed)
        text = json.dumps(changed).encode()
        return len(text).to_bytes(8, "little") + text + numbers

    def told(name, **values):
        return made(lambda changed: changed[name].update(values))

    first, biases = "layer0.weights", "layer0.biases"
    yield "a header longer than the file", (2**40).to_bytes(8, "little") + good[8:]
    yield "a header of 15 MB", (15 * 2**20).to_bytes(8, "little") + b"{" + b" " * (15 * 2**20)
    yield "a header of [", (10_000).to_bytes(8, "little") + b"{" + b"[" * 9999
    yield "overlapping offsets", told("layer1.biases", data_offsets=[0, 40])
    yield "offsets backwards", told(first, data_offsets=[4 * 784 * UNITS, 0])
    yield "negative offsets", told(first, data_offsets=[-4 * 784 * UNITS, 0])
    yield "offsets beyond the end", told(first, data_offsets=[2**50, 2**50 + 4 * 784 * UNITS])
    yield "offsets that are texts", told(first, data_offsets=["0", "1"])
    yield "shape 1e12", told(first, shape=[10**12, UNITS])
    yield "shape 1e12 twice", told(first, shape=[10**12, 10**12])
    yield "a shape of truths", told(first, shape=[True, True])
    yield "a shape of NaN", _nan(told(first, shape=[784, "NaN"]))
    yield "BF16", told(first, dtype="BF16")
    yield "F16 in the place of F32", told(first, dtype="F16")
    yield "an array too much", made(lambda changed: changed.update(extra={**changed[biases], "data_offsets": [0, 0]}))
    yield "an array less", made(lambda changed: changed.pop(biases))
    yield "a name twice", _same_name_twice(good, header, numbers)
    yield "no activations", made(lambda changed: changed.pop("__metadata__"))
    yield "unknown activation", made(lambda changed: changed["__metadata__"].update(activations='["evil", "softmax"]'))
    yield (
        "a million activations",
        made(lambda changed: changed["__metadata__"].update(activations=json.dumps(["relu"] * 1000))),
    )
    yield (
        "activations that are a program",
        made(lambda changed: changed["__metadata__"].update(activations="__import__('os').system('id')")),
    )
    yield "activations of half a letter", made(lambda changed: changed["__metadata__"].update(activations="\ud800"))
    yield "numbers after the end", good + bytes(4)
    yield "numbers missing", good[:-4]
    for value in (np.nan, np.inf, 1e38):
        spoiled = NETWORK.layers[0].weights.copy()
        spoiled[0, 0] = value
        layers = (Dense(spoiled, NETWORK.layers[0].biases, "relu"), NETWORK.layers[1])
        yield f"a plain weight of {value}", safetensors_file(Network(layers))


def _nan(content):
    return content.replace(b'"NaN"', b"  NaN")


def _same_name_twice(good, header, numbers):
    text = json.dumps(header).replace('"layer0.biases"', '"layer1.biases"').encode()
    return len(text).to_bytes(8, "little") + text + numbers


def runs():
    """Archives of runs."""
    with zipfile.ZipFile(io.BytesIO(run_file())) as archive:
        good = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(good["run.json"])

    def told(**values):
        return zipped({**good, "run.json": json.dumps({**about, **values}).encode()})

    def settings(**values):
        return told(config={**about["config"], **values})

    def events(*lines):
        return zipped({**good, "events.jsonl": b"\n".join(lines) + b"\n"})

    def event(**values):
        whole = {"type": "steps", "epoch": 0, "step": 1, "loss": [2.3], "right": [1], "seconds": 0.1, **values}
        return events(json.dumps({name: value for name, value in whole.items() if value is not ...}).encode())

    yield "a foreign file", zipped({**good, "log.txt": b"x"})
    yield "a run's drawings", zipped({**good, "drawings.npz": b"PK"})
    yield "a run's state", zipped({**good, "state.npz": b"PK"})
    yield "an escaping name", zipped({**good, "checkpoints/../../../evil.safetensors": b"x"})
    yield "an absolute name in a run", zipped({**good, "/checkpoints/000000000-s.safetensors": b"x"})
    yield "no history", zipped({name: member for name, member in good.items() if name != "events.jsonl"})
    yield "a history of one line of 4 MB", events(b'{"type":"steps","loss":[' + b"1," * 2_000_000 + b"1]}")
    yield "a history of 1 GiB", _run_bomb(good, "events.jsonl")
    yield "a long history that is wrong at its end", zipped({**good, **_long_history(about["config"])})
    yield "a million empty lines", events(*[b""] * 1_000_000)
    yield "a line of [", events(b"[" * 60_000)
    yield "an unknown event", event(type="run this")
    yield "an event with a key too much", event(evil=1)
    yield "an event with a key less", event(seconds=...)
    yield "more right answers than digits", event(right=[33])
    yield "a right answer that is a truth", event(right=[True])
    yield "a loss of NaN", events(b'{"type":"steps","epoch":0,"step":1,"loss":[NaN],"right":[1],"seconds":1}')
    yield "a loss that is a text", event(loss=["<script>"])
    yield "a loss of 1e300", event(loss=[1e300])
    yield "a loss below zero", event(loss=[-2.3])
    told_before = {"type": "steps", "epoch": 0, "step": 1, "loss": [2.3], "right": [1], "seconds": 2}
    end = {"type": "epoch", "epoch": 0, "step": 1, "loss": 2, "accuracy": 0.1, "val_loss": 2, "val_accuracy": 0.1}
    for name, after in (
        ("an accuracy of 1e29", {**end, "accuracy": 1e29, "seconds": 3}),
        ("an epoch of -1 seconds", {**end, "seconds": -1}),
        ("a clock that runs backwards", {**told_before, "step": 2, "seconds": 1}),
        ("a learning rate of -7", {"type": "learning_rate", "step": 1, "value": -7}),
    ):
        yield name, events(json.dumps(told_before).encode(), json.dumps(after).encode())
    yield "a step that was never reached", event(step=9)
    yield "a step beyond the end", event(step=11, loss=[1] * 11, right=[1] * 11)
    yield "a step of -1", event(step=-1)
    yield "a step of 1e18", event(step=10**18)
    yield "an epoch too much", event(epoch=1)
    yield "a state that is none", events(b'{"type":"state","state":"evil"}')
    yield "a state with a network that cannot be", told(state="diverged")
    yield "at work for ever", told(state="running")
    yield "a title that is a list", told(title=["evil"])
    yield "a title of half a letter", told(title="\ud800")
    yield "another format", told(format=2)
    yield (
        "scores that are NaN",
        zipped({**good, "run.json": json.dumps({**about, "scores": {"step": float("nan")}}).encode()}),
    )
    yield "scores that are texts", told(scores={"step": "<b>"})
    yield "settings out of range", settings(learning_rate=-1)
    yield "settings with 1e12 units", settings(hidden_layers=[10**12])
    yield "settings with a million layers", settings(hidden_layers=[1] * 5000)
    yield "settings with a truth for a number", settings(epochs=True)
    yield "settings with an unknown name", settings(evil=1)
    yield "settings that are a list", told(config=[1, 2])
    yield "no settings", told(config=None)
    yield "weights that do not fit the settings", settings(hidden_layers=[9])
    yield "an activation that does not fit the settings", settings(activation="tanh")
    other = safetensors_file(Network((NETWORK.layers[0], NETWORK.layers[1])))
    yield "a moment of 32 bits", zipped({**good, "checkpoints/000000005-s.safetensors": other})
    yield "a moment that is none", zipped({**good, "checkpoints/000000005-s.safetensors": b"x" * 100})
    small = {f"checkpoints/{n:09d}-s.safetensors": b"" for n in range(5000)}
    yield "5,000 moments", zipped({**good, **small})


def _long_history(settings):
    """As long as may be, and right but for its last line; with the settings and the network that belong to it."""
    config = {**settings, "hidden_layers": [], "training_images": 55_000, "batch_size": 10, "epochs": 200}
    about = {"format": 1, "title": "long", "state": "finished", "scores": {}, "config": config}
    told = {"type": "steps", "epoch": 0, "loss": [0.12345] * 200, "right": [9] * 200, "seconds": 1.0}
    lines = [json.dumps({**told, "step": 200 * (number + 1)}, separators=(",", ":")) for number in range(1850)]
    return {
        "run.json": json.dumps(about).encode(),
        "events.jsonl": "\n".join([*lines, '{"type":"state","state":"evil"}', ""]).encode(),
    }


def _run_bomb(good, name):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, member in good.items():
            if other != name:
                archive.writestr(other, member)
        with archive.open(name, "w", force_zip64=True) as member:
            for _ in range(64):
                member.write(b'{"type":"state","state":"finished"}\n' * 466_000)
    return content.getvalue()


def h5_files():
    """HDF5 files of the older format."""

    def made(change):
        def write(file):
            write_h5(file)
            change(file)

        return hdf5(write)

    def attribute(value):
        return hdf5(lambda file: write_h5(file, model_config=value))

    yield "no config attribute", hdf5(lambda file: write_h5(file, backend="tensorflow"))
    yield "a config of numbers", attribute(np.arange(1000))
    yield "a list of configs", attribute(["{}", "{}"])
    yield "a config of fixed length", attribute(np.bytes_(h5_config(model_config())))
    yield "an empty config attribute", attribute(h5py.Empty("f4"))
    yield (
        "a config of 15 MB",
        attribute(h5_config(model_config()) + " " * 15 * 2**20),
    )
    yield "weights elsewhere", made(lambda file: file.move("model_weights", "weights"))
    kernel = "model_weights/dense0/sequential/dense0/kernel"

    def linked(file):
        del file[kernel]
        file[kernel] = h5py.ExternalLink("/etc/passwd", "/x")

    yield "external link in .h5", made(linked)
    content = h5_file()
    yield "a text of 4 GB", _lying_text(content)
    for share in (0.01, 0.3, 0.7, 0.95):
        yield f"h5 cut at {share}", content[: int(len(content) * share)]
    yield "h5 behind a user block", bytes(512) + content


def _lying_text(content):
    """The length that the attribute tells of its text, which lies elsewhere in the file."""
    length = len(h5_config(model_config()))
    return content.replace(struct.pack("<L", length), struct.pack("<L", 0xFFFFFFF0))


def others():
    """What is no network at all."""
    yield "empty", b""
    yield "random", _noise(100_000)
    yield "random behind a zip's first bytes", b"PK\x03\x04" + _noise(100_000)
    yield "pickle", pickle.dumps({"weights": [1.0]})
    yield "a pickle that calls", b"cos\nsystem\n(S'id'\ntR."
    yield "a PNG", b"\x89PNG\r\n\x1a\n" + bytes(1000)
    yield "a text", b"import os; os.system('id')"
    yield "17 MB", b"PK\x03\x04" + bytes(17 * 1024 * 1024)
    yield "a zip of nothing", b"PK\x05\x06" + bytes(18)
    yield "a script behind a safetensors file's place", b"#!/bin/s{"


def hostile_files():
    """All of them, as (name, content)."""
    for name, config in configs():
        yield f"keras, {name}", keras_file(config)
        yield f"h5, {name}", h5_file(config)
    for name, text in config_texts():
        yield f"keras, {name}", zipped({**keras_members(), "config.json": text})
    for name, content in weights():
        yield f"keras, {name}", keras_file(weights=content)
    for source in (archives, plain_weights, runs, h5_files, others):
        yield from source()


def main():
    """Write them into a folder, each by its number, and a list of their names."""
    folder = Path(sys.argv[1])
    names = []
    for number, (name, content) in enumerate(hostile_files()):
        (folder / f"{number:03d}").write_bytes(content)
        names.append(name)
    (folder / "names.json").write_text(json.dumps(names))


if __name__ == "__main__":
    main()

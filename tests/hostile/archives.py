"""Archives that were made to harm: of a .keras model, and of a run."""

import io
import json
import stat
import struct
import zipfile
from typing import Any

from core.nn.network import Network
from tests.hostile.good_files import (
    NETWORK,
    Config,
    Files,
    keras_file,
    keras_members,
    run_file,
    safetensors_file,
    zipped,
)

GIGABYTE = 1024**3


def archives() -> Files:
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


def _bomb(name: str, times: int) -> bytes:
    """A zip file whose member of this name is so many times 16 MB of zeros when unpacked."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, member in keras_members().items():
            if other != name:
                archive.writestr(other, member)
        with archive.open(name, "w", force_zip64=True) as file:
            for _ in range(times):
                file.write(bytes(16 * 1024 * 1024))
    return content.getvalue()


def _twice(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in [*members.items(), ("config.json", b"{}")]:
            archive.writestr(name, member) if name not in archive.namelist() else archive.writestr(
                "config.jsom", member
            )
    return content.getvalue().replace(b"config.jsom", b"config.json")


def _ending_name(members: dict[str, bytes]) -> bytes:
    """With a member "config.json" whose name goes on after a zero byte."""
    content = zipped([(name.replace("config.json", "config.json_x"), member) for name, member in members.items()])
    return content.replace(b"config.json_x", b"config.json\0x")


def _special(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o777) << 16
    return info


def _patched(content: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    place = content.index(signature) + offset
    return content[:place] + value + content[place + len(value) :]


def _flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :]


def runs() -> Files:
    """Archives of runs."""
    with zipfile.ZipFile(io.BytesIO(run_file())) as archive:
        good = {name: archive.read(name) for name in archive.namelist()}
    about = json.loads(good["run.json"])

    def told(**values: Any) -> bytes:
        return zipped({**good, "run.json": json.dumps({**about, **values}).encode()})

    def settings(**values: Any) -> bytes:
        return told(config={**about["config"], **values})

    def events(*lines: bytes) -> bytes:
        return zipped({**good, "events.jsonl": b"\n".join(lines) + b"\n"})

    def event(**values: Any) -> bytes:
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


def _long_history(settings: Config) -> dict[str, bytes]:
    """As long as may be, and right but for its last line; with the settings and the network that belong to it."""
    config = {**settings, "hidden_layers": [], "training_images": 55_000, "batch_size": 10, "epochs": 200}
    about = {"format": 1, "title": "long", "state": "finished", "scores": {}, "config": config}
    told = {"type": "steps", "epoch": 0, "loss": [0.12345] * 200, "right": [9] * 200, "seconds": 1.0}
    lines = [json.dumps({**told, "step": 200 * (number + 1)}, separators=(",", ":")) for number in range(1850)]
    return {
        "run.json": json.dumps(about).encode(),
        "events.jsonl": "\n".join([*lines, '{"type":"state","state":"evil"}', ""]).encode(),
    }


def _run_bomb(good: dict[str, bytes], name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, member in good.items():
            if other != name:
                archive.writestr(other, member)
        with archive.open(name, "w", force_zip64=True) as file:
            for _ in range(64):
                file.write(b'{"type":"state","state":"finished"}\n' * 466_000)
    return content.getvalue()

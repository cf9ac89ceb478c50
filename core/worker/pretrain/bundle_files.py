"""A trained model on disk: a Keras file, its plain weights, its history, and the manifest that vouches for them.

Beside them, in a folder, the network as it was on its way, if it was kept.
"""

import hashlib
import json
import platform
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.nn.weights_file import network_to_safetensors
from core.pretrained.registry import MODELS
from core.runs.atomic_files import write_atomic
from core.worker.artifacts import from_keras

PACKAGES = ("numpy", "keras", "tensorflow-cpu", "tensorflow", "pillow", "safetensors")


def write_bundle(
    name: str,
    model: Any,
    history: dict[str, Any],
    checkpoints: Mapping[str, bytes],
    landscape: bytes | None = None,
    folder: Path = MODELS,
    **entry: Any,
) -> None:
    """Write a model's files, its checkpoints by their file names, its loss landscape if there is one, and its entry.

    Each file is complete or as it was before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network = from_keras(model)
    arrays = [array for layer in network.layers for array in (layer.biases, layer.weights)]  # by their names' alphabet
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        model.save(Path(temporary) / "model.keras")  # it writes to a path only
        files = {
            f"{name}.keras": (Path(temporary) / "model.keras").read_bytes(),
            f"{name}.safetensors": network_to_safetensors(network),
            f"{name}-history.json": json.dumps(history).encode(),
        }
    if landscape is not None:
        files[f"{name}-hill.npz"] = landscape
    for file, content in files.items():
        write_atomic(folder / file, content)
    _write_checkpoints(folder / f"{name}-checkpoints", checkpoints)

    manifest_file = folder / "manifest.json"
    manifest = json.loads(manifest_file.read_bytes()) if manifest_file.exists() else {"models": {}}
    scores = entry.pop("scores")
    manifest["models"][name] = {
        "command": f"python -m core.worker.pretrain.cli {name}",
        **entry,
        "versions": {"python": platform.python_version(), **_versions()},
        "seconds": round(sum(history["epochs"]["seconds"])),
        "scores": {
            "test_accuracy": scores["accuracy"],
            "test_loss": scores["loss"],
            **{key: value for key, value in scores.items() if key not in ("accuracy", "loss")},
        },
        "weights_sha256": hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest(),
        "files": _vouched(files),
        **({"checkpoints": _vouched(checkpoints)} if checkpoints else {}),
    }
    write_atomic(manifest_file, (json.dumps(manifest, indent=2) + "\n").encode())
    print(f"{name} test accuracy: {100 * scores['accuracy']:.2f} %")
    for seed, accuracy in scores.get("seeds", {}).items():
        print(f"{name} test accuracy, seed {seed}: {100 * accuracy:.2f} %")
    print(f"{name} weights: {manifest['models'][name]['weights_sha256']}")


def _write_checkpoints(folder: Path, checkpoints: Mapping[str, bytes]) -> None:
    """Write these, and take away what a training before kept at other steps."""
    if checkpoints:
        folder.mkdir(exist_ok=True)
    for file, content in checkpoints.items():
        write_atomic(folder / file, content)
    for path in folder.glob("*.safetensors"):
        if path.name not in checkpoints:
            path.unlink()


def _vouched(files: Mapping[str, bytes]) -> dict[str, dict[str, str | int]]:
    """What the manifest says of files: their hashes and sizes."""
    return {
        file: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)} for file, content in files.items()
    }


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except ModuleNotFoundError:
            continue  # tensorflow or tensorflow-cpu: one of the two
    return found

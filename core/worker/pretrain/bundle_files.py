"""A bundled network on disk: the folder of a run that is finished, and the manifest that vouches for its files."""

import hashlib
import json
import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.bundled_files import MANIFEST
from core.data.mnist import load_test_set
from core.nn.evaluation import evaluate
from core.nn.weights_file import network_to_safetensors
from core.runs.array_files import outputs_to_npy
from core.runs.config import TrainingConfig
from core.runs.landscape import LANDSCAPE_FILE
from core.runs.run import CHECKPOINTS, CONFIG, EVENTS, MODEL, PRETRAINED_FOLDER, SCORES, STATUS, TEST_OUTPUTS
from core.runs.states import RunState
from core.worker.artifacts import from_keras
from core.worker.pretrain.train import Trained

PACKAGES = ("numpy", "keras", "tensorflow-cpu", "tensorflow", "pillow", "safetensors")


def write_bundle(
    name: str,
    title: str,
    config: TrainingConfig,
    trained: Trained,
    landscape: bytes | None = None,
    folder: Path = PRETRAINED_FOLDER,
    **entry: Any,
) -> None:
    """Write a network's run, and in its manifest the entry; what was measured of the same weights before stays there.

    The folder is complete, or as it was before.
    """
    beside, last = folder / f".{name}.new", folder / name
    shutil.rmtree(beside, ignore_errors=True)
    (beside / CHECKPOINTS).mkdir(parents=True)
    network, step = from_keras(trained.model), config.epochs * config.updates_per_epoch
    evaluation, loss = evaluate(network, load_test_set(), config.loss)
    finished = {"state": RunState.FINISHED, "step": step}
    events = [*trained.events, {"type": "state", **finished}]
    scores = {"accuracy": evaluation.accuracy, "loss": loss, "step": step, "seconds": round(trained.seconds, 2)}
    files = {
        CONFIG: json.dumps({"config": config.to_dict(), "title": title, "owner": ""}, indent=1).encode(),
        STATUS: json.dumps(finished).encode(),
        EVENTS: b"".join(json.dumps(event, separators=(",", ":")).encode() + b"\n" for event in events),
        MODEL: network_to_safetensors(network),
        SCORES: json.dumps(scores).encode(),
        TEST_OUTPUTS: outputs_to_npy(evaluation.probabilities),
        **{f"{CHECKPOINTS}/{file}": content for file, content in trained.checkpoints.items()},
    }
    if landscape is not None:
        files[LANDSCAPE_FILE] = landscape
    for file, content in files.items():
        (beside / file).write_bytes(content)
    trained.model.save(beside / "model.keras")  # it writes to a path only
    files["model.keras"] = (beside / "model.keras").read_bytes()

    arrays = [array for layer in network.layers for array in (layer.biases, layer.weights)]
    weights = hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
    manifest = {
        "command": f"python -m core.worker.pretrain.cli {name}",
        **entry,
        "versions": {"python": platform.python_version(), **_versions()},
        "weights_sha256": weights,
        **_measured_before(last / MANIFEST, weights),
        "files": _vouched(files),
    }
    (beside / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    if last.exists():
        shutil.rmtree(last)
    beside.rename(last)
    print(f"{name} test accuracy: {100 * evaluation.accuracy:.2f} %")
    print(f"{name} weights: {weights}")


def _measured_before(manifest: Path, weights: str) -> dict[str, Any]:
    """What a benchmark has measured of a network on drawings by hand, if it is this one."""
    before = json.loads(manifest.read_bytes()) if manifest.exists() else {}
    return {"drawings": before["drawings"]} if before.get("weights_sha256") == weights and "drawings" in before else {}


def _vouched(files: Mapping[str, bytes]) -> dict[str, dict[str, str | int]]:
    """What the manifest says of files: their hashes and sizes."""
    return {
        file: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for file, content in sorted(files.items())
    }


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except ModuleNotFoundError:
            continue  # tensorflow or tensorflow-cpu: one of the two
    return found

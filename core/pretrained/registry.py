"""A trained network is its parameters: learned once, kept in a file, and used without learning again.

Each bundled model lies in core/assets/models twice: as a Keras file, and as the plain weights that the
pages read. The manifest beside them says how it was made and holds every file's hash. The article's network
lies there as it was on its way, too: article-checkpoints.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.bundled_files import BundledFileError, read_verified
from core.explain.loss_landscape import LossLandscape, landscape_from_npz
from core.nn.network import Network
from core.nn.weights_file import network_from_safetensors
from core.paths import ASSETS

MODELS = ASSETS / "models"
PRETRAINED = ("drawing", "article")  # the one that answers first, first


@dataclass(frozen=True, eq=False)
class Model:
    """A network with its name and how it came to be."""

    name: str
    title: str
    description: str
    network: Network
    manifest: dict[str, Any]  # command, seed, versions, settings, scores, files, checkpoints

    @property
    def fingerprint(self) -> bytes:
        """What tells this network from another of the same name: a run that learns on keeps its name."""
        return self.network.layers[0].biases.tobytes()

    @property
    def test_accuracy(self) -> float:
        """The share of MNIST's 10,000 test digits that it gets right, 0 to 1."""
        return float(self.manifest["scores"]["test_accuracy"])


def manifest_entry(name: str, folder: Path = MODELS) -> dict[str, Any]:
    """What the manifest says of a bundled model.

    Raises:
        BundledFileError: the manifest is missing or damaged.
    """
    path = folder / "manifest.json"
    try:
        entry: dict[str, Any] = json.loads(path.read_bytes())["models"][name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundledFileError(path) from error
    return entry


def _read(entry: dict[str, Any], path: Path) -> bytes:
    try:
        sha256 = str(entry["files"][path.name]["sha256"])
    except (KeyError, TypeError) as error:
        raise BundledFileError(path.parent / "manifest.json") from error
    return read_verified(path, sha256)


def load_model(name: str, folder: Path = MODELS) -> Model:
    """A bundled model by its name, one of PRETRAINED.

    Raises:
        BundledFileError: its weights or the manifest are missing or damaged.
    """
    entry = manifest_entry(name, folder)
    network = network_from_safetensors(_read(entry, folder / f"{name}.safetensors"))
    return Model(name, entry["title"], entry["description"], network, entry)


def load_landscape(name: str, folder: Path = MODELS) -> LossLandscape:
    """The loss landscape of a bundled model's training.

    Raises:
        BundledFileError: the landscape or the manifest are missing or damaged.
    """
    entry, path = manifest_entry(name, folder), folder / f"{name}-hill.npz"
    try:
        return landscape_from_npz(_read(entry, path))
    except ValueError as error:
        raise BundledFileError(path) from error


def load_history(name: str, folder: Path = MODELS) -> dict[str, Any]:
    """How the loss fell while a bundled model was trained.

    Raises:
        BundledFileError: the history or the manifest are missing or damaged.
    """
    entry = manifest_entry(name, folder)
    history: dict[str, Any] = json.loads(_read(entry, folder / f"{name}-history.json"))
    return history

"""The files that come with the app: each is checked before it is used, and a broken one is named."""

import hashlib
import json
from pathlib import Path
from typing import Any

from core.paths import ROOT

MANIFEST = "manifest.json"  # in a folder of bundled files: what is in it, with the hash of each


class BundledFileError(RuntimeError):
    """A bundled file is missing or damaged. The message says which one and how to restore it."""

    def __init__(self, path: Path) -> None:
        what = "is damaged" if path.exists() else "is missing"
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)
        super().__init__(f"The file {name} {what}. Restore it with `git checkout -- {name}`.")


def read_verified(path: Path, sha256: str) -> bytes:
    """A bundled file's bytes.

    Raises:
        BundledFileError: the file is missing, or its SHA-256 is another one.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundledFileError(path) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BundledFileError(path)
    return content


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a folder of bundled files says.

    Raises:
        BundledFileError: it is missing or damaged.
    """
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        if not all(isinstance(entry["sha256"], str) for entry in manifest["files"].values()):
            raise TypeError("A hash is no text.")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundledFileError(path) from error
    return manifest


def verified(folder: Path, name: str) -> Path:
    """A file of a folder of bundled files, after it was compared with its hash in the manifest.

    One that neither is there nor should be is not compared.

    Raises:
        BundledFileError: the file or the manifest is missing or damaged, or the manifest does not name the file.
    """
    path, entries = folder / name, read_manifest(folder)["files"]
    if name in entries:
        read_verified(path, entries[name]["sha256"])
    elif path.exists():
        raise BundledFileError(folder / MANIFEST)
    return path

"""The files that come with the app: each is checked before it is used, and a broken one is named."""

import hashlib
from pathlib import Path

from core.paths import ROOT


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

"""What is read of a file."""

from pathlib import Path
from typing import Any

from core.data.mnist import Digits
from core.importers.calibration import Found, find_out
from core.importers.readers import read_network


def found(content: bytes, digits: Digits) -> Found:
    """What is read of a file and found out by trial, as the app does it."""
    read = read_network(content)
    return find_out(read.variants, read.activations, digits)


def saved(model: Any, tmp_path: Path, ending: str = "keras") -> bytes:
    model.save(tmp_path / f"model.{ending}")
    return (tmp_path / f"model.{ending}").read_bytes()

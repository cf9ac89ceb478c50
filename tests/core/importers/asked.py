"""What is read of a file."""

from core.importers.calibration import find_out
from core.importers.readers import read_network


def found(content, digits):
    """What is read of a file and found out by trial, as the app does it."""
    read = read_network(content)
    return find_out(read.variants, read.activations, digits)


def saved(model, tmp_path, ending="keras"):
    model.save(tmp_path / f"model.{ending}")
    return (tmp_path / f"model.{ending}").read_bytes()

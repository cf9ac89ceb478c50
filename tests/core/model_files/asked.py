"""What is read of a file."""

from core.model_files.reading import read_network
from core.model_files.trial import find_out


def found(content, digits):
    """What is read of a file and found out by trial, as the app does it."""
    read = read_network(content)
    return find_out(read.variants, read.activations, digits)


def saved(model, tmp_path, ending="keras"):
    model.save(tmp_path / f"model.{ending}")
    return (tmp_path / f"model.{ending}").read_bytes()

"""A network as it was at some moments of its training: early ones close together, then one an epoch.

A moment is a checkpoint as pages name it (timeline.py).
"""

from pathlib import Path
from typing import Any

import numpy as np

from core.formatting import MEGABYTE
from core.nn.network import Dense, Network
from core.nn.weights_file import network_from_safetensors, network_to_safetensors
from core.runs.atomic_files import write_atomic

MAX_BYTES = 16 * MEGABYTE  # bytes a run


def checkpoint_file(network: Network, step: int, epoch_end: bool) -> tuple[str, bytes]:
    """A checkpoint's name, by its step and whether an epoch ended there, and its content: the network as float16."""
    return f"{step:09d}-{'e' if epoch_end else 's'}.safetensors", network_to_safetensors(_as_type(network, np.float16))


def save_checkpoint(folder: Path, network: Network, step: int, epoch_end: bool) -> None:
    """Write the network as float16; when the folder grows too large, thin it out, evenly in its order."""
    name, content = checkpoint_file(network, step, epoch_end)
    write_atomic(folder / name, content)
    for other in folder.glob(f"{step:09d}-*.safetensors"):
        if other.name != name:
            other.unlink()
    kept = checkpoint_steps(folder)
    for step in set(kept) - set(thinned(list(kept), max(2, MAX_BYTES // len(content)))):
        kept[step].unlink()


def thinned(steps: list[int], most: int) -> list[int]:
    """Of steps in their order so many as are wanted, the first and the last among them; fewer than two are none."""
    kept = list(steps) if most >= 2 else []
    while len(kept) > most:
        kept.remove(_least_missed(kept))
    return kept


def _least_missed(steps: list[int]) -> int:
    """The step, neither first nor last, whose neighbours are nearest to each other (by the logarithm of steps)."""
    place = np.log2(np.array(steps) + 1.0)
    gaps = place[2:] - place[:-2]
    return steps[1 + int(np.argmin(gaps))]


def checkpoint_steps(folder: Path) -> dict[int, Path]:
    """The files by their step, in order. Of two for one step the epoch's end counts: the other is about to go."""
    kept: dict[int, Path] = {}
    for path in sorted(folder.glob("*.safetensors")):
        kept.setdefault(step_of(path.name), path)
    return kept


def step_of(name: str) -> int:
    """The step at which the checkpoint of this file name was kept.

    Raises:
        ValueError: it is no checkpoint's name.
    """
    return int(name[:9])


def load_checkpoint(path: Path) -> Network:
    """The network of a checkpoint, as float32.

    Raises:
        FileNotFoundError: it is no longer kept.
        ValueError: it does not hold a dense network.
    """
    return network_from_checkpoint(path.read_bytes())


def network_from_checkpoint(content: bytes) -> Network:
    """The network in a checkpoint's content, as float32.

    Raises:
        ValueError: it does not hold a dense network.
    """
    return _as_type(network_from_safetensors(content), np.float32)


def _as_type(network: Network, precision: type[np.floating[Any]]) -> Network:
    layers = network.layers
    return Network(
        tuple(Dense(one.weights.astype(precision), one.biases.astype(precision), one.activation) for one in layers)
    )

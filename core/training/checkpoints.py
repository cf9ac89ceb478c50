"""A network as it was at some moments of its training: early ones close together, then one an epoch."""

from pathlib import Path
from typing import Any

import numpy as np

from core.models import network_from_safetensors, network_to_safetensors
from core.network import Dense, Network
from core.training.run_folder import write_whole

BUDGET = 16 * 1024 * 1024  # bytes a run


def keep_checkpoint(folder: Path, network: Network, step: int, epoch_end: bool) -> None:
    """Write the network as float16; when the folder grows too large, thin it out, evenly in its order."""
    content = network_to_safetensors(_as(network, np.float16))
    mark = "e" if epoch_end else "s"
    for other in folder.glob(f"{step:09d}-*.safetensors"):
        other.unlink()
    write_whole(folder / f"{step:09d}-{mark}.safetensors", content)
    kept = checkpoint_steps(folder)
    most = max(2, BUDGET // len(content))
    while len(kept) > most:
        del_step = _least_missed(list(kept))
        kept.pop(del_step).unlink()


def _least_missed(steps: list[int]) -> int:
    """The step, neither first nor last, whose neighbours are nearest to each other (by the logarithm of steps)."""
    place = np.log2(np.array(steps) + 1.0)
    gaps = place[2:] - place[:-2]
    return steps[1 + int(np.argmin(gaps))]


def checkpoint_steps(folder: Path) -> dict[int, Path]:
    """The files by their step, in order."""
    return {int(path.name[:9]): path for path in sorted(folder.glob("*.safetensors"))}


def load_checkpoint(path: Path) -> Network:
    """The network of a checkpoint, as float32."""
    return _as(network_from_safetensors(path.read_bytes()), np.float32)


def _as(network: Network, precision: type[np.floating[Any]]) -> Network:
    layers = network.layers
    return Network(
        tuple(Dense(one.weights.astype(precision), one.biases.astype(precision), one.activation) for one in layers)
    )

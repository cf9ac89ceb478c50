"""A network at each kept moment of its training: what it answers then shows when it learned what.

The moments are close together at first, when much changes at each update, and far apart later. A run keeps some of
its own; the article's network is bundled with those of its training.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.bundled_files import BundledFileError, read_verified
from core.nn.activations import Array
from core.nn.network import Network
from core.nn.prediction import probabilities_of
from core.pretrained.registry import MODELS, load_history, manifest_entry
from core.runs.checkpoints import checkpoint_steps, network_from_checkpoint, step_of
from core.runs.errors import DamagedRunError, RunError, RunGoneError, reading
from core.runs.run import CHECKPOINTS, Run


@dataclass(frozen=True)
class CheckpointInfo:
    """A moment of a training at which the network was kept."""

    step: int  # updates taken until then
    epoch: int | None  # counted from 1, if one ended there

    @property
    def words(self) -> str:
        """The moment for those who read: "epoch 3 (update 5,625)"."""
        if self.step == 0:
            return "before any update"
        update = f"update {self.step:,}"
        return update if self.epoch is None else f"epoch {self.epoch} ({update})"


@dataclass(frozen=True, eq=False)
class CheckpointTimeline:
    """The kept moments of one training, in order."""

    key: str  # a run's id, or a bundled model's name
    title: str
    checkpoints: tuple[CheckpointInfo, ...]
    read: Callable[[int], bytes]  # the checkpoint that was kept at a step

    def network(self, checkpoint: CheckpointInfo | int) -> Network:
        """The network as it was at a moment, or at a moment's step, as float32.

        Raises:
            BundledFileError: a bundled file is missing or damaged.
            RunGoneError: the run was deleted or thinned out meanwhile.
            DamagedRunError: the run's file does not hold a dense network.
        """
        content = self.read(checkpoint.step if isinstance(checkpoint, CheckpointInfo) else checkpoint)
        try:
            return network_from_checkpoint(content)
        except ValueError as error:
            raise DamagedRunError(str(error)) from error


def timeline_of_run(run: Run) -> CheckpointTimeline | None:
    """The moments that a run has kept; None if these are fewer than two, or the run is damaged or was deleted."""
    folder = run.path / CHECKPOINTS
    try:
        title, updates = run.metadata().title, run.config().updates_per_epoch
        with reading(run.path):
            steps = checkpoint_steps(folder)
    except RunError:
        return None
    return (
        CheckpointTimeline(run.id, title, _checkpoint_infos(steps, updates), partial(_read_of_run, folder))
        if len(steps) > 1
        else None
    )


def _read_of_run(folder: Path, step: int) -> bytes:
    """A run's checkpoint, looked up anew: a file gets another name when an epoch ends at its step."""
    with reading(folder.parent):
        if path := checkpoint_steps(folder).get(step):
            return path.read_bytes()
    raise RunGoneError(f"The network of update {step:,} is no longer kept.")


def timeline_of_pretrained(name: str, folder: Path = MODELS) -> CheckpointTimeline:
    """The moments of a bundled model's training.

    Raises:
        BundledFileError: the manifest or the history are missing or damaged, or the model has no moments.
    """
    entry, updates = manifest_entry(name, folder), load_history(name, folder)["epochs"]["step"][0]
    try:
        hashes = {step_of(file): (file, str(told["sha256"])) for file, told in entry["checkpoints"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BundledFileError(folder / "manifest.json") from error

    def read(step: int) -> bytes:
        file, sha256 = hashes[step]
        return read_verified(folder / f"{name}-checkpoints" / file, sha256)

    return CheckpointTimeline(name, entry["title"], _checkpoint_infos(hashes, updates), read)


def _checkpoint_infos(steps: Iterable[int], updates_per_epoch: int) -> tuple[CheckpointInfo, ...]:
    """Moments in their order, each with the epoch that ended there, if one did."""
    return tuple(
        CheckpointInfo(step, None if step == 0 or step % updates_per_epoch else step // updates_per_epoch)
        for step in sorted(steps)
    )


def outputs_over_time(timeline: CheckpointTimeline, images: npt.NDArray[np.float32]) -> Array:
    """What the network of each moment answers, (moments, count, 10), to images, (count, 28, 28) 0 to 1.

    The answers are probabilities, as `probabilities_of` gives them. Where a training diverged, all ten are nan: softmax
    and the division by a sum make them so.

    Raises:
        BundledFileError, RunError: as Moments.network.
    """
    with np.errstate(all="ignore"):  # a training that diverged leaves weights too large to count with
        return np.stack([probabilities_of(timeline.network(checkpoint), images) for checkpoint in timeline.checkpoints])


def stable_since(answers: Sequence[int]) -> int:
    """The index of the moment from which on the answer, one for each moment, never changed again."""
    return max((place for place in range(1, len(answers)) if answers[place] != answers[place - 1]), default=0)


def first_index_of(answers: Sequence[int], digit: int) -> int | None:
    """The index of the first moment at which the answer, one for each moment, was this digit; None if it never was."""
    return next((place for place, answer in enumerate(answers) if answer == digit), None)

"""A network at each kept moment of its training: what it answers then shows when it learned what.

The moments are close together at first, when much changes at each update, and far apart later.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from core.nn.activations import Array
from core.nn.network import Network
from core.nn.prediction import probabilities_of
from core.runs.checkpoints import checkpoint_steps, network_from_checkpoint
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

    key: str  # the run's id
    title: str
    checkpoints: tuple[CheckpointInfo, ...]
    read: Callable[[int], bytes]  # the checkpoint that was kept at a step

    def network(self, checkpoint: CheckpointInfo | int) -> Network:
        """The network as it was at a moment, or at a moment's step, as float32.

        Raises:
            BundledFileError: the run came with the app, and a file of it is missing or damaged.
            RunGoneError: the run was deleted or thinned out meanwhile.
            DamagedRunError: the run's file does not hold a dense network.
        """
        content = self.read(checkpoint.step if isinstance(checkpoint, CheckpointInfo) else checkpoint)
        try:
            return network_from_checkpoint(content)
        except ValueError as error:
            raise DamagedRunError(str(error)) from error


def timeline_of_run(run: Run) -> CheckpointTimeline | None:
    """The moments that a run has kept; None if these are fewer than two, or the run is damaged or was deleted.

    Raises:
        BundledFileError: the run came with the app, and its settings are missing or damaged.
    """
    try:
        title, updates = run.metadata().title, run.config().updates_per_epoch
        with reading(run.path):
            steps = checkpoint_steps(run.path / CHECKPOINTS)
    except RunError:
        return None
    infos = tuple(
        CheckpointInfo(step, None if step == 0 or step % updates else step // updates) for step in sorted(steps)
    )
    return CheckpointTimeline(run.id, title, infos, partial(_read, run)) if len(infos) > 1 else None


def _read(run: Run, step: int) -> bytes:
    """A run's checkpoint, looked up anew: a file gets another name when an epoch ends at its step."""
    with reading(run.path):
        if path := checkpoint_steps(run.path / CHECKPOINTS).get(step):
            return run.file(f"{CHECKPOINTS}/{path.name}").read_bytes()
    raise RunGoneError(f"The network of update {step:,} is no longer kept.")


def outputs_over_time(timeline: CheckpointTimeline, images: npt.NDArray[np.float32]) -> Array:
    """What the network of each moment answers, (moments, count, 10), to images, (count, 28, 28) 0 to 1.

    The answers are probabilities, as `probabilities_of` gives them. Where a training diverged, all ten are nan: softmax
    and the division by a sum make them so.

    Raises:
        BundledFileError, RunError: as CheckpointTimeline.network.
    """
    with np.errstate(all="ignore"):  # a training that diverged leaves weights too large to count with
        return np.stack([probabilities_of(timeline.network(checkpoint), images) for checkpoint in timeline.checkpoints])


def stable_since(answers: Sequence[int]) -> int:
    """The index of the moment from which on the answer, one for each moment, never changed again."""
    return max((place for place in range(1, len(answers)) if answers[place] != answers[place - 1]), default=0)


def first_index_of(answers: Sequence[int], digit: int) -> int | None:
    """The index of the first moment at which the answer, one for each moment, was this digit; None if it never was."""
    return next((place for place, answer in enumerate(answers) if answer == digit), None)

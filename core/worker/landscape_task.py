"""A run's loss landscape is measured from its checkpoints, on digits that it learned from, by its own loss.

It runs in a process of its own, as a training does, and needs NumPy alone.
"""

from collections.abc import Mapping

from core.data.mnist import Digits, one_hot, to_inputs
from core.explain.loss_landscape import LossLandscape, compute_landscape, landscape_to_npz
from core.nn.network import Network
from core.runs.atomic_files import write_atomic
from core.runs.checkpoints import checkpoint_steps, load_checkpoint
from core.runs.landscape import FAILURE_FILE, LANDSCAPE_FILE, is_finite
from core.runs.run import CHECKPOINTS, Run
from core.worker.datasets import datasets

DIGITS = 1000  # over which each loss is the mean: the article's network takes some seconds then


def compute_run_landscape(run: Run) -> None:
    """Write the loss landscape of a run as it is now; or, if there is none to be seen, why.

    The digits are the first that the run learned from, neither distorted nor mixed with drawings of one's own; dropout
    and L2 play no part.

    Raises:
        OSError: the disk is full, or the run was deleted meanwhile.
    """
    config = run.config()
    networks = {step: load_checkpoint(path) for step, path in checkpoint_steps(run.path / CHECKPOINTS).items()}
    finite = {step: network for step, network in networks.items() if is_finite(network)}
    learned, _ = datasets(config)
    try:
        landscape = landscape_of(finite, learned, config.loss)
    except ValueError as error:
        write_atomic(run.path / FAILURE_FILE, str(error).encode())
        return
    write_atomic(run.path / LANDSCAPE_FILE, landscape_to_npz(landscape))
    (run.path / FAILURE_FILE).unlink(missing_ok=True)


def landscape_of(networks: Mapping[int, Network], learned: Digits, loss: str) -> LossLandscape:
    """The loss landscape of networks by their steps, in order, on the first of the digits that they learned from.

    Raises:
        ValueError: as core.explain.loss_landscape.survey.
    """
    inputs, targets = to_inputs(learned.images[:DIGITS]), one_hot(learned.labels[:DIGITS])
    return compute_landscape(list(networks.values()), list(networks), inputs, targets, loss)

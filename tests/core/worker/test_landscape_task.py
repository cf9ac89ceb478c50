"""The hill of a run: from its own checkpoints, its own digits and its own loss."""

import subprocess
import sys

import numpy as np
import pytest

from core.data.mnist import one_hot, to_inputs
from core.nn.network import batch_loss, forward
from core.paths import ROOT
from core.runs.checkpoints import checkpoint_steps, load_checkpoint, save_checkpoint
from core.runs.landscape import (
    FAILURE_FILE,
    LANDSCAPE_FILE,
    LandscapeState,
    LandscapeStatus,
    landscape_status,
    read_landscape,
)
from core.runs.run import INBOX, LANDSCAPE, Run
from core.runs.states import RunState, RunStatus
from core.worker import landscape_task, local_executor
from core.worker.datasets import datasets
from tests.core.runs.landscape_runs import SMALL, keep, make_landscape, make_run, network


@pytest.fixture
def run(tmp_path):
    return make_run(tmp_path)


def test_it_is_made_from_what_the_run_learned_from_by_its_own_loss(run):
    (run.path / FAILURE_FILE).write_text("as it was the last time")
    assert local_executor.run_task(run, LANDSCAPE) == 0
    landscape = read_landscape(run)
    assert (landscape.loss, landscape.digits, landscape.steps.tolist()) == (SMALL.loss, 1000, [0, 1, 5])
    learned, _ = datasets(SMALL)
    inputs, targets = to_inputs(learned.images[:1000]), one_hot(learned.labels[:1000])
    for path, loss in zip(
        checkpoint_steps(run.path / "checkpoints").values(), landscape.plane.path_losses, strict=True
    ):
        kept = load_checkpoint(path)
        assert loss == pytest.approx(batch_loss(kept, forward(kept, inputs), targets, SMALL.loss), rel=1e-5)
    assert landscape_status(run) == LandscapeStatus(LandscapeState.READY)
    assert run.status() == RunStatus(RunState.FINISHED, step=5)


def test_it_is_made_without_keras(run):
    program = (
        "import sys; from pathlib import Path; from core.runs.run import Run; from core.worker import local_executor; "
        "local_executor.run_task(Run(Path(sys.argv[1])), sys.argv[2]); "
        "print(*({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, run.path, LANDSCAPE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
    assert landscape_status(run) == LandscapeStatus(LandscapeState.READY)


def test_of_a_run_that_diverged_it_shows_what_were_numbers(run):
    save_checkpoint(run.path / "checkpoints", network(0.1, np.nan), 8, epoch_end=False)
    landscape_task.compute_run_landscape(run)
    assert read_landscape(run).steps.tolist() == [0, 1, 5]
    assert landscape_status(run) == LandscapeStatus(LandscapeState.READY)


@pytest.mark.parametrize(("scale", "bad", "words"), [(0.1, np.nan, "two moments"), (0.0, None, "did not move")])
def test_where_there_is_no_hill_to_be_seen_it_says_why(tmp_path, scale, bad, words):
    run = Run.create(SMALL, "", "me", tmp_path)
    keep(run, at_0=0.0)
    save_checkpoint(run.path / "checkpoints", network(scale, bad), 3, epoch_end=False)
    assert local_executor.run_task(run, LANDSCAPE) == 0
    (tmp_path / INBOX / run.id).unlink()
    assert landscape_status(run).state == LandscapeState.FAILED
    assert words in landscape_status(run).reason


@pytest.mark.parametrize(("error", "code"), [(OSError(28, "No space left on device"), 4), (MemoryError(), 3)])
def test_no_room_is_told_by_the_exit_code_and_the_hill_before_stays(run, monkeypatch, error, code):
    make_landscape(run)
    kept = (run.path / LANDSCAPE_FILE).read_bytes()

    def full(*_):
        raise error

    monkeypatch.setattr(landscape_task, "write_atomic", full)
    assert local_executor.run_task(run, LANDSCAPE) == code
    assert (run.path / LANDSCAPE_FILE).read_bytes() == kept

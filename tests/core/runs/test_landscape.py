"""What a page is told of a run's hill."""

import subprocess
import sys

import numpy as np
import pytest

from core.paths import ROOT
from core.runs import landscape
from core.runs.checkpoints import save_checkpoint
from core.runs.landscape import (
    LANDSCAPE_FILE,
    LandscapeState,
    LandscapeStatus,
    landscape_status,
    read_landscape,
    request_landscape,
    why_no_landscape,
)
from core.runs.run import Run
from core.runs.states import RunState
from core.worker.scheduler import Scheduler
from tests.core.runs.landscape_runs import SMALL, keep, make_landscape, make_run, network
from tests.core.worker.fakes import Processes


@pytest.fixture
def run(tmp_path):
    return make_run(tmp_path)


def test_trained_on_since_the_hill_is_out_of_date_and_still_there_to_be_seen(run):
    make_landscape(run)
    keep(run, at_8=0.06)
    assert landscape_status(run) == LandscapeStatus(LandscapeState.READY, out_of_date=True)
    request_landscape(run)
    assert landscape_status(run) == LandscapeStatus(LandscapeState.QUEUED, out_of_date=True)
    assert read_landscape(run).steps.tolist() == [0, 1, 5]
    make_landscape(run)
    Scheduler(run.path.parent, Processes()).tick()
    assert landscape_status(run) == LandscapeStatus(LandscapeState.RUNNING)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_hill_of_a_run_that_diverged_is_not_out_of_date_for_what_is_no_number(run, bad):
    make_landscape(run)
    save_checkpoint(run.path / "checkpoints", network(0.1, bad), 8, epoch_end=False)
    assert landscape_status(run) == LandscapeStatus(LandscapeState.READY)


def test_a_damaged_hill_is_none(run):
    (run.path / LANDSCAPE_FILE).write_bytes(b"PK")
    assert read_landscape(run) is None
    assert landscape_status(run) == LandscapeStatus(LandscapeState.NONE)


def test_whether_there_can_be_a_hill_is_said_in_words(run, tmp_path):
    assert why_no_landscape(run) is None
    run.set_status(RunState.RUNNING)
    assert "still learning" in why_no_landscape(run)
    young = Run.create(SMALL, "", "me", tmp_path)
    young.set_status("stopped")
    keep(young, at_0=0.0)
    assert "fewer than two moments" in why_no_landscape(young)


def test_pages_can_ask_without_loading_what_trains():
    program = "import sys, core.runs.landscape; print(*(m for m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(loaded.stdout.split())
    assert landscape.__name__ in loaded
    assert not loaded & {"keras", "tensorflow", "core.worker.datasets", "core.worker.landscape_task"}

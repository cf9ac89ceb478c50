"""Runs and an archive of before names and folders changed (made by df65cb7) open, and go on as they would have then."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from core.importers.run_archive import read_archive
from core.nn.weights_file import network_from_safetensors
from core.paths import ROOT
from core.runs.history import HistoryReader
from core.runs.landscape import read_landscape
from core.runs.run import Run
from core.runs.timeline import timeline_of_run

EARLIER = ROOT / "tests" / "earlier"


@pytest.fixture
def run(request, tmp_path):
    return Run(shutil.copytree(EARLIER / request.param, tmp_path / ("A" * 22)))


@pytest.mark.parametrize("run", ["finished"], indirect=True)
def test_a_finished_run_is_read_with_all_that_belongs_to_it(run):
    config, history = run.config(), HistoryReader(run).update()
    assert (run.metadata().title, run.status().state, run.status().step) == ("finished before", "finished", 20)
    assert (config.hidden_layers, config.validate_on, config.epochs) == ((8,), "validation", 2)
    assert (history.step, len(history.epochs)) == (20, 2)
    assert history.learning_rates == [(8, 0.002)]
    assert run.scores()["step"] == 20
    assert len(timeline_of_run(run).checkpoints) == len(list((run.path / "checkpoints").iterdir()))
    assert read_landscape(run).steps[-1] == 20


def test_an_archive_is_read():
    archived = read_archive((EARLIER / "archive.zip").read_bytes())
    assert (archived.title, archived.state, archived.config.hidden_layers) == ("finished before", "finished", (8,))


@pytest.mark.parametrize("run", ["paused"], indirect=True)
def test_a_paused_run_goes_on_to_the_weights_that_it_would_have_had(run):
    config = run.config()
    assert (run.status().state, config.validate_on, config.own_drawings) == ("paused", "test", 5)
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "tests.core.worker.resume", run.path]
    subprocess.run(command, cwd=ROOT, check=True, env=environment)
    assert run.status().state == "finished"
    now, then = (
        network_from_safetensors(file.read_bytes())
        for file in (run.path / "model.safetensors", EARLIER / "resumed.safetensors")
    )
    for mine, its in zip(now.layers, then.layers, strict=True):  # on the same kind of processor to the bit
        np.testing.assert_allclose(mine.weights, its.weights, rtol=0, atol=1e-5)
        np.testing.assert_allclose(mine.biases, its.biases, rtol=0, atol=1e-5)

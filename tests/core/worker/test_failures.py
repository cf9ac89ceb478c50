"""The service where something is amiss: too little memory, a full disk, a clock that goes backwards."""

import contextlib
import os
import subprocess
import sys

from core.paths import ROOT
from core.runs.atomic_files import JsonlTail
from core.runs.checkpoints import checkpoint_steps
from core.runs.config import TrainingConfig
from core.runs.run import Run
from core.runs.states import RunStatus
from tests.core.worker.strange_service import a_clock_that_goes_backwards, a_small_disk, all_is_well, too_little_memory
from tests.waiting import LIMIT, ended, eventually, weights_hash

SMALL = TrainingConfig(hidden_layers=(16,), training_images=1024, epochs=2)  # whole batches: compiled once


@contextlib.contextmanager
def strange_service(folder, what):
    """The service in a world where something is amiss."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.core.worker.strange_service", what.__name__, folder],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    with program:
        assert program.stdout.readline() == b"ready\n"
        yield
        program.stdin.close()


def test_a_process_that_takes_more_memory_than_it_may_is_ended_and_said_to_be(tmp_path):
    """The limit of the system itself, where the estimate was too low."""
    with strange_service(tmp_path, too_little_memory):
        run = Run.create(SMALL, "", "me", tmp_path)
        eventually(lambda: ended(run))
        assert run.status().state == "failed", (run.status(), (run.path / "log.txt").read_text())
        assert "memory" in run.status().reason


def test_a_full_disk_ends_a_run_in_words_keeps_what_was_there_and_lets_it_go_on_later(tmp_path):
    config = TrainingConfig(hidden_layers=(64,), training_images=2048, epochs=2)  # a state of 0.6 MB
    with strange_service(tmp_path, a_small_disk):
        run = Run.create(config, "", "anna", tmp_path)
        small = Run.create(SMALL, "", "ben", tmp_path)
        eventually(lambda: ended(run) and ended(small))
        assert run.status() == RunStatus("failed", reason="The disk of this server is full")
        assert small.status().state == "finished"  # others go on
        assert not list(run.path.glob(".*"))
        assert checkpoint_steps(run.path / "checkpoints")
    with strange_service(tmp_path, all_is_well):
        run.resume()
        straight = Run.create(config, "", "ben", tmp_path)
        eventually(lambda: ended(run) and ended(straight))
    assert run.status().state == "finished"
    assert weights_hash(run) == weights_hash(straight)


def test_a_clock_that_goes_backwards_changes_nothing(tmp_path):
    with strange_service(tmp_path, a_clock_that_goes_backwards):
        runs = [Run.create(SMALL, "", name, tmp_path) for name in ("anna", "ben", "carl")]
        eventually(lambda: all(ended(run) for run in runs))
    assert [run.status().state for run in runs] == ["finished"] * 3
    for run in runs:
        seconds = [
            line["seconds"] for line in JsonlTail(run.path / "events.jsonl").read_new() if line["type"] == "steps"
        ]
        assert seconds == sorted(seconds)
        assert 0 < seconds[0] < seconds[-1] < LIMIT

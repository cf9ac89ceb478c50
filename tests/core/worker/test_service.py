"""The training service as it is: what it trains, and what happens when somebody is killed."""

import contextlib
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from core.paths import ROOT
from core.runs.atomic_files import JsonlTail
from core.runs.config import TrainingConfig
from core.runs.history import HistoryReader
from core.runs.landscape import LandscapeState, landscape_status, read_landscape, request_landscape
from core.runs.run import Run
from core.runs.service_client import READY, TrainingService, read_queue
from core.runs.states import RunState, RunStatus
from tests.waiting import LIMIT, ended, eventually, weights_hash

SMALL = TrainingConfig(hidden_layers=(16,), training_images=1024, epochs=2)  # whole batches: compiled once
LONG = TrainingConfig(hidden_layers=(16,), training_images=2048, epochs=200)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def temporary(tmp_path_factory):
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def service(folder, temporary):
    service = TrainingService(folder, TMPDIR=str(temporary))
    assert service.ready.wait(LIMIT)
    yield service
    service.shutdown()


def is_clean(temporary):
    """Whether no task has left anything there; one process waits for the next."""
    names = [path.name.split("-")[0] for path in temporary.iterdir()]
    return names in ([], ["prepared"])


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_run_is_trained_and_the_same_again_is_the_same(service, folder, temporary):
    runs = [Run.create(SMALL, "", name, folder) for name in ("anna", "ben")]
    eventually(lambda: all(ended(run) for run in runs))
    assert [run.status().state for run in runs] == ["finished"] * 2
    assert weights_hash(runs[0]) == weights_hash(runs[1])
    eventually(lambda: is_clean(temporary))


def test_the_hill_of_a_run_is_made_and_the_run_stays_as_it_is(service, folder):
    run = Run.create(SMALL, "", "anna", folder)
    request_landscape(run)  # while it still waits itself
    eventually(lambda: landscape_status(run).state == LandscapeState.READY)
    assert run.status() == RunStatus("finished", step=64)
    assert read_landscape(run).steps[[0, -1]].tolist() == [0, 64]
    assert landscape_status(run).out_of_date is False


def test_a_killed_run_can_be_continued_as_if_nothing_had_happened(service, folder, temporary):
    config = TrainingConfig(hidden_layers=(16,), training_images=5000, epochs=12)
    straight, killed = (Run.create(config, "", name, folder) for name in ("anna", "ben"))
    eventually(lambda: (killed.path / "state.npz").exists())
    os.kill(killed.status().pid, signal.SIGKILL)
    eventually(lambda: ended(killed))
    assert killed.status().state == RunState.INTERRUPTED
    killed.resume()
    eventually(lambda: killed.status().state == "finished" and ended(straight))
    eventually(lambda: is_clean(temporary))  # not of the killed process either
    assert weights_hash(killed) == weights_hash(straight)


def test_a_pause_frees_the_place_and_the_run_goes_on_when_asked(service, folder):
    run = Run.create(LONG, "", "me", folder)
    eventually(lambda: run.status().state == RunState.RUNNING and JsonlTail(run.path / "events.jsonl").read_new()[2:])
    run.command("pause")
    eventually(lambda: run.status().state == "paused")
    eventually(lambda: run.id not in read_queue(folder).running)
    run.resume()
    eventually(lambda: run.status().state == RunState.RUNNING)
    run.command("stop")
    eventually(lambda: run.status().state == "stopped")


def test_when_the_service_is_killed_its_jobs_go_too_and_a_new_one_comes(service, folder):
    run = Run.create(LONG, "", "me", folder)
    eventually(lambda: run.status().state == RunState.RUNNING)
    job, old = run.status().pid, service.pid
    os.kill(old, signal.SIGKILL)
    eventually(lambda: not lives(job))
    eventually(lambda: service.pid not in (None, old) and service.ready.is_set())
    assert run.status().state == RunState.INTERRUPTED


def test_when_the_app_is_killed_no_orphan_is_left(tmp_path):
    program = """
import sys
from pathlib import Path
from core.runs.service_client import TrainingService
service = TrainingService(Path(sys.argv[1]))
service.ready.wait()
print(service.pid, flush=True)
input()
"""
    app = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with app:
        pid = int(app.stdout.readline())
        run = Run.create(LONG, "", "me", tmp_path)
        eventually(lambda: run.status().state == RunState.RUNNING)
        job = run.status().pid
        app.kill()
    eventually(lambda: not lives(pid))
    eventually(lambda: not lives(job))
    assert run.status().state == RunState.INTERRUPTED


def test_killed_again_and_again_at_random_moments_a_run_ends_as_if_nothing_had_happened(service, folder):
    config = TrainingConfig(hidden_layers=(16,), training_images=4000, epochs=15, dropout=0.1)
    straight = Run.create(config, "", "anna", folder)
    eventually(lambda: ended(straight))
    killed = Run.create(config, "", "ben", folder)
    random = np.random.default_rng(1)
    for _ in range(3):
        least = len(JsonlTail(killed.path / "events.jsonl").read_new()) + int(random.integers(3, 12))
        eventually(
            lambda least=least: ended(killed) or len(JsonlTail(killed.path / "events.jsonl").read_new()) >= least
        )
        if ended(killed):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(killed.status().pid, signal.SIGKILL)
        eventually(lambda: ended(killed))
        killed.resume()
    eventually(lambda: killed.status().state == "finished")
    assert weights_hash(killed) == weights_hash(straight)
    histories = [HistoryReader(run).update() for run in (killed, straight)]
    assert histories[0].loss.values == histories[1].loss.values
    assert [epoch["val_loss"] for epoch in histories[0].epochs] == [epoch["val_loss"] for epoch in histories[1].epochs]


def test_two_servers_on_one_folder_have_one_queue_and_when_one_ends_the_other_leads(tmp_path):
    first = TrainingService(tmp_path)
    assert first.ready.wait(LIMIT)
    second = TrainingService(tmp_path)
    eventually(lambda: second.state().kind == READY)
    assert first.state().kind == READY
    assert second.pid is None  # it begins no process while another leads
    runs = [Run.create(LONG, "", name, tmp_path) for name in ("anna", "ben", "carl")]
    eventually(lambda: len(read_queue(tmp_path).running) == 2)
    assert len(read_queue(tmp_path).waiting) == 1
    first.shutdown()
    assert {run.status().state for run in runs} == {RunState.INTERRUPTED, "queued"}
    assert second.ready.wait(LIMIT)
    eventually(lambda: len(read_queue(tmp_path).running) == 1)
    second.shutdown()
    assert second.failures == 0


@pytest.mark.skipif(sys.platform == "win32", reason="it is told to end by a signal")
def test_a_service_of_its_own_trains_on_while_web_processes_come_and_go(tmp_path):
    folder = tmp_path / "made by it"
    alone = subprocess.Popen([sys.executable, "-m", "core.worker.service", folder, "--standalone"], cwd=ROOT)
    with alone:
        eventually(lambda: read_queue(folder).ready)
        run = Run.create(LONG, "", "anna", folder)
        for _ in range(3):  # a rolling restart
            web = TrainingService(folder)
            eventually(lambda web=web: web.state().kind == READY)
            assert web.pid is None
            run.send_viewer_heartbeat()
            web.shutdown()
        eventually(lambda: run.status().state == RunState.RUNNING)
        job = run.status().pid
        alone.send_signal(signal.SIGTERM)
    assert alone.returncode == 0
    assert not lives(job)
    assert run.status().state == RunState.INTERRUPTED

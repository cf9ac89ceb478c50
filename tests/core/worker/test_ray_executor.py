"""Runs on a cluster: two machines of two processors each, and a head without any, all on this one."""

import errno
import functools
import os
import subprocess
import sys
import tempfile

import pytest
from ray.cluster_utils import Cluster

from core.paths import ROOT
from core.runs.atomic_files import JsonlTail
from core.runs.commands import REASON_USER
from core.runs.config import TrainingConfig
from core.runs.exit_codes import ExitCode
from core.runs.history import HistoryReader
from core.runs.landscape import LandscapeState, landscape_status, read_landscape, request_landscape
from core.runs.run import Run
from core.runs.service_client import TrainingService, read_queue
from core.runs.states import RunState
from core.worker import ray_executor as clusters
from core.worker.ray_node import RunDelta
from tests import waiting
from tests.waiting import LIMIT, ended, weights_hash

EPOCHS, STEPS = 30, 30 * 63  # a second or two of work: so that a machine can be killed meanwhile
SMALL = [TrainingConfig(hidden_layers=(8 + number,), training_images=2016, epochs=EPOCHS) for number in range(5)]
LONG = TrainingConfig(hidden_layers=(16,), training_images=2048, epochs=200)
eventually = functools.partial(waiting.eventually, limit=3 * LIMIT)  # each machine imports Keras first
QUIET = {"include_dashboard": False, "object_store_memory": 100 * 1024 * 1024}


@pytest.fixture(scope="module")
def cluster():
    # Ray's sockets are below, and their paths may be no longer than a hundred letters: not pytest's own folder.
    with pytest.MonkeyPatch.context() as environment, tempfile.TemporaryDirectory() as folder:
        environment.setenv("RAY_TMPDIR", folder)
        environment.setenv("TMPDIR", folder)
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        environment.setenv("RAY_AUTH_MODE", "disabled")  # whatever this machine's user has set
        # A lost machine is noticed after a second instead of fifteen.
        environment.setenv("RAY_health_check_initial_delay_ms", "500")
        environment.setenv("RAY_health_check_period_ms", "250")
        environment.setenv("RAY_health_check_failure_threshold", "4")
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **QUIET})
        yield cluster
        cluster.shutdown()


@pytest.fixture(scope="module")
def machines(cluster):
    return [cluster.add_node(num_cpus=2, **QUIET) for _ in range(2)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def service(cluster, machines, folder):
    service = TrainingService(folder, RAY_ADDRESS=cluster.address)
    eventually(lambda: read_queue(folder).slots == 4)
    yield service
    service.shutdown()


@pytest.fixture(scope="module")
def trained_here(tmp_path_factory):
    """The hashes of the same five, trained by this machine alone."""
    folder = tmp_path_factory.mktemp("here")
    service = TrainingService(folder, RAY_ADDRESS="")
    runs = begin(folder)
    eventually(lambda: all(ended(run) for run in runs))
    service.shutdown()
    return [weights_hash(run) for run in runs]


def begin(folder):
    return [Run.create(config, "", f"visitor {number}", folder) for number, config in enumerate(SMALL)]


def test_five_runs_end_as_if_they_had_been_trained_here_four_at_a_time(trained_here, service, folder):
    runs, widest = begin(folder), 0

    def are_all_done():
        nonlocal widest
        widest = max(widest, len(read_queue(folder).running))
        return all(ended(run) for run in runs)

    eventually(are_all_done)
    assert [run.status().state for run in runs] == ["finished"] * len(SMALL)
    assert [weights_hash(run) for run in runs] == trained_here
    assert widest == 4
    for run in runs:
        history = HistoryReader(run).update()
        assert history.step == run.status().step == STEPS
        assert [epoch["epoch"] for epoch in history.epochs] == list(range(EPOCHS))
        assert run.scores()["step"] == STEPS
        assert len(list((run.path / "checkpoints").iterdir())) > 6
        assert (run.path / "live.npz").exists()
        assert not list(run.path.glob(".*"))


def test_pause_and_stop_reach_a_run_on_a_machine_and_it_goes_on(service, folder):
    run = Run.create(LONG, "", "me", folder)
    eventually(lambda: HistoryReader(run).update().step > 100)
    run.command("pause")
    eventually(lambda: run.status().state == "paused")
    paused_at = run.status().step
    eventually(lambda: run.id not in read_queue(folder).running)
    run.resume()
    eventually(lambda: run.status().state == RunState.RUNNING and HistoryReader(run).update().step > paused_at)
    run.command("learning_rate", 0.01)
    eventually(lambda: HistoryReader(run).update().learning_rates)
    run.command("stop")
    eventually(lambda: run.status().state == "stopped")
    assert run.status().reason == REASON_USER
    assert HistoryReader(run).update().step == run.status().step == run.scores()["step"]


def test_a_run_that_is_deleted_while_it_works_gives_its_place_back(service, folder):
    run = Run.create(LONG, "", "me", folder)
    eventually(lambda: run.status().state == RunState.RUNNING)
    run.delete()
    eventually(lambda: not read_queue(folder).running)
    assert read_queue(folder).slots == 4


def test_a_hill_is_made_on_a_machine_and_the_run_stays_as_it_is(service, folder):
    run = Run.create(SMALL[0], "", "me", folder)
    eventually(lambda: ended(run))
    before = run.status()
    request_landscape(run)
    eventually(lambda: landscape_status(run).state == LandscapeState.READY)
    assert read_landscape(run).steps[[0, -1]].tolist() == [0, STEPS]
    assert run.status() == before


def test_a_machine_is_killed_and_its_runs_go_on_elsewhere_to_the_same_weights(
    trained_here, service, folder, cluster, machines
):
    runs = begin(folder)
    eventually(lambda: sum((run.path / "state.npz").exists() for run in runs) >= 4)
    cluster.remove_node(machines.pop(), allow_graceful=False)
    eventually(lambda: all(ended(run) for run in runs))
    assert [run.status().state for run in runs] == ["finished"] * len(SMALL)
    assert [weights_hash(run) for run in runs] == trained_here
    moved = [run for run in runs if HistoryReader(run).update().was_migrated]
    assert 1 <= len(moved) <= 2
    for run in moved:
        said = [event.get("reason", "") for event in JsonlTail(run.path / "events.jsonl").read_new()]
        assert any("Its machine was lost" in words for words in said)
        assert HistoryReader(run).update().step == STEPS
    assert read_queue(folder).slots == 2


def test_without_any_machine_runs_wait_and_one_that_joins_is_used(service, folder, cluster, machines):
    run = Run.create(LONG, "", "me", folder)
    eventually(lambda: (run.path / "state.npz").exists())
    cluster.remove_node(machines.pop(), allow_graceful=False)
    eventually(lambda: read_queue(folder).waiting_for == "machine")
    assert run.status().state == "queued"
    machines.append(cluster.add_node(num_cpus=2, **QUIET))
    eventually(lambda: run.status().state == RunState.RUNNING)
    run.command("stop")
    eventually(lambda: run.status().state == "stopped")


def test_what_ray_breaks_is_no_fault_of_a_run_and_what_the_disk_refuses_is(tmp_path, monkeypatch):
    """When the head is lost, Ray's own calls raise an OSError, as a full disk does."""

    def work(heard):
        monkeypatch.setattr(clusters, "_is_ready", heard)
        machine = clusters.NodeHandle(1)
        work = clusters.RemoteTask(machine, Run.create(SMALL[0], "", "me", tmp_path), "train")
        work._call, work._known = object(), {}
        return work

    def broken(_):
        raise OSError(32, "Broken pipe")

    lost = work(broken)
    assert lost.poll() == ExitCode.NODE_LOST
    assert lost.poll() == ExitCode.NODE_LOST  # and stays so
    assert not lost.node.is_ready
    monkeypatch.setattr(clusters.ray, "get", lambda _: RunDelta(b"", {"no folder/state.npz": ((1, 1), b"")}, [], None))
    assert work(lambda _: True).poll() == ExitCode.FILE_ERROR

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(clusters, "write_atomic", full)
    assert work(lambda _: True).poll() == ExitCode.DISK_FULL
    assert not clusters.ray.is_initialized()


@pytest.mark.parametrize(
    ("file", "content"),
    [("status.json", b"{"), ("status.json", b"{}"), ("scores.json", b"["), ("scores.json", b'{"a":1}')],
)
def test_a_damaged_file_of_a_run_is_not_taken_for_a_lost_machine(tmp_path, monkeypatch, file, content):
    run = Run.create(SMALL[0], "", "me", tmp_path)
    run.set_status("finished")
    machine = clusters.NodeHandle(1)
    machine.is_ready = True
    work = clusters.RemoteTask(machine, run, "train")
    work._call, work._known = object(), {}
    monkeypatch.setattr(clusters, "_is_ready", lambda _: True)
    monkeypatch.setattr(clusters.ray, "get", lambda _: RunDelta(b"", {file: ((1, 1), content)}, [], 0))
    assert work.poll() == 0
    assert machine.is_ready


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense"])
def test_at_a_wrong_address_the_service_says_so_and_what_was_begun_waits(tmp_path, address):
    service = TrainingService(tmp_path, RAY_ADDRESS=address)
    assert service.ready.wait(LIMIT)
    run = Run.create(SMALL[0], "", "me", tmp_path)
    eventually(lambda: run.id in read_queue(tmp_path).waiting)
    eventually(lambda: (tmp_path / "service.log").read_text().count("cannot be reached") > 1)  # it tries again
    assert read_queue(tmp_path).waiting_for == "cluster"
    assert run.status().state == "queued"
    service.shutdown()


def test_without_the_variable_nothing_of_ray_is_loaded():
    program = (
        "import sys; from core.runs import service_client; from core.worker import ray_node, service; "
        "service._executor(); print('ray' in sys.modules)"
    )
    environment = {**os.environ, "RAY_ADDRESS": ""}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "False"


def test_without_ray_the_service_says_so_and_this_machine_trains():
    program = "import sys; sys.modules['ray'] = None; from core.worker import service; print(service._executor())"
    environment = {**os.environ, "RAY_ADDRESS": "127.0.0.1:6379"}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert "ForkExecutor" in done.stdout
    assert "Ray is not installed: pip install -r requirements-cluster.txt" in done.stderr

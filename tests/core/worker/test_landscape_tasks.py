"""Hills of runs: asked for by a page, made by the service between trainings, and never to a run's harm."""

import json

import pytest

from core.runs.landscape import (
    FAILURE_FILE,
    LANDSCAPE_FILE,
    LandscapeState,
    LandscapeStatus,
    landscape_status,
    read_landscape,
    request_landscape,
)
from core.runs.run import INBOX, LANDSCAPE, QUEUE_FILE, TRAIN, Run
from core.runs.service_client import Queue, read_queue
from core.runs.states import RunState, RunStatus
from core.worker import scheduler as schedulers
from core.worker import tasks
from core.worker.scheduler import Scheduler
from tests.core.runs.landscape_runs import SMALL, make_landscape, make_run
from tests.core.worker.fakes import Processes


@pytest.fixture
def run(tmp_path):
    return make_run(tmp_path)


@pytest.fixture
def processes():
    return Processes()


@pytest.fixture
def scheduler(tmp_path, processes):
    return Scheduler(tmp_path, processes)


def fill_disk(*_):
    raise OSError(28, "No space left on device")


# From the page's word to the hill.


def test_a_hill_waits_is_made_and_there_and_the_run_is_as_it_was(scheduler, processes, run):
    before = {path.name: path.read_bytes() for path in run.path.iterdir() if path.is_file()}
    assert landscape_status(run) == LandscapeStatus(LandscapeState.NONE)
    assert read_landscape(run) is None
    request_landscape(run)
    assert landscape_status(run) == LandscapeStatus(LandscapeState.QUEUED)  # before the service has looked
    scheduler.tick(begins=False)
    assert landscape_status(run) == LandscapeStatus(LandscapeState.QUEUED)
    scheduler.tick()
    assert landscape_status(run) == LandscapeStatus(LandscapeState.RUNNING)
    assert processes.begun == [(run.id, LANDSCAPE)]
    make_landscape(run)
    assert landscape_status(run) == LandscapeStatus(LandscapeState.RUNNING)  # until the service has seen its end
    processes.finish(1)
    scheduler.tick()
    assert landscape_status(run) == LandscapeStatus(LandscapeState.READY)
    assert read_landscape(run).steps.tolist() == [0, 1, 5]
    assert read_queue(run.path.parent) == Queue(ready=True)
    after = {path.name: path.read_bytes() for path in run.path.iterdir() if path.is_file()}
    assert after.pop(LANDSCAPE_FILE)
    assert after == before


def test_at_no_moment_of_the_services_look_does_it_seem_that_nobody_asked(scheduler, run, monkeypatch):
    """A page may look between any two things that the service does to the disk."""
    seen = []

    def seeing(done):
        def and_see(*arguments, **more):
            result = done(*arguments, **more)
            seen.append(landscape_status(run).state)
            return result

        return and_see

    request_landscape(run)
    monkeypatch.setattr(schedulers, "write_atomic", seeing(schedulers.write_atomic))
    monkeypatch.setattr(type(run.path), "unlink", seeing(type(run.path).unlink))
    scheduler.tick(begins=False)
    assert seen == [LandscapeState.QUEUED, LandscapeState.QUEUED]


def test_asked_twice_it_is_made_once(scheduler, processes, run):
    request_landscape(run)
    request_landscape(run)
    scheduler.tick(begins=False)
    request_landscape(run)
    scheduler.tick()
    request_landscape(run)  # while it is made
    scheduler.tick()
    make_landscape(run)
    processes.finish(1)
    scheduler.tick()
    scheduler.tick()
    assert processes.begun == [(run.id, LANDSCAPE)]
    assert landscape_status(run) == LandscapeStatus(LandscapeState.READY)


def test_first_come_first_served_trainings_and_hills_alike(scheduler, processes, tmp_path):
    runs = [make_run(tmp_path, owner) for owner in ("anna", "ben", "carl", "dora")]
    for one in runs[:3]:
        request_landscape(one)
        scheduler.tick(begins=False)
    training = Run.create(SMALL, "", "emil", tmp_path)
    scheduler.tick(begins=False)
    request_landscape(runs[3])
    scheduler.tick()
    assert read_queue(tmp_path).running == tuple(one.task_id(LANDSCAPE) for one in runs[:2])
    assert read_queue(tmp_path).waiting == (runs[2].task_id(LANDSCAPE), training.id, runs[3].task_id(LANDSCAPE))
    assert read_queue(tmp_path).position(training.id) == 2
    for number in range(1, 4):
        processes.finish(number)
        scheduler.tick()
    assert processes.begun == [
        *((one.id, LANDSCAPE) for one in runs[:3]),
        (training.id, TRAIN),
        (runs[3].id, LANDSCAPE),
    ]


def test_a_run_is_never_trained_while_its_hill_is_made_nor_the_other_way_round(scheduler, processes, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    scheduler.tick()
    request_landscape(run)
    scheduler.tick()
    assert processes.begun == [(run.id, TRAIN)]
    assert landscape_status(run) == LandscapeStatus(LandscapeState.QUEUED)
    run.set_status("paused")
    run.resume()
    processes.finish(1)
    scheduler.tick()
    assert processes.begun[1:] == [(run.id, LANDSCAPE)]
    assert run.status() == RunStatus(RunState.QUEUED)
    processes.finish(2)
    scheduler.tick()
    assert processes.begun[2:] == [(run.id, TRAIN)]
    assert run.status() == RunStatus(RunState.RUNNING)


def test_what_is_wished_of_a_run_is_not_meant_for_its_hill(scheduler, run):
    run.command("stop")
    request_landscape(run)
    scheduler.tick()
    assert landscape_status(run) == LandscapeStatus(LandscapeState.RUNNING)
    assert run.status() == RunStatus(RunState.FINISHED, step=5)


# What can go wrong.


def test_a_deleted_run_waits_no_longer_and_brought_back_nothing_is_left_of_its_asking(scheduler, run):
    request_landscape(run)
    scheduler.tick(begins=False)
    run.delete()
    scheduler.tick(begins=False)
    run.restore()
    assert landscape_status(run) == LandscapeStatus(LandscapeState.NONE)
    run.delete()
    request_landscape(run)  # by a tab that has not heard of it
    scheduler.tick()
    assert read_queue(run.path.parent) == Queue(ready=True)
    assert not list((run.path.parent / INBOX).iterdir())


def test_of_a_run_that_is_deleted_meanwhile_the_process_ends_and_nothing_is_written(scheduler, processes, run):
    request_landscape(run)
    scheduler.tick()
    run.delete()
    scheduler.tick()
    assert processes.codes == {1: -9}
    scheduler.tick()
    assert not scheduler.running
    assert not run.path.exists()
    run.restore()
    assert landscape_status(run) == LandscapeStatus(LandscapeState.NONE)


@pytest.mark.parametrize("begun", [False, True])
def test_a_new_service_makes_what_the_old_one_owed(scheduler, processes, run, begun):
    request_landscape(run)
    scheduler.tick(begins=begun)
    other = Scheduler(run.path.parent, processes)
    other.recover()
    other.tick(begins=False)
    assert landscape_status(run) == LandscapeStatus(LandscapeState.QUEUED)
    other.tick()
    assert processes.begun[-1] == (run.id, LANDSCAPE)
    assert run.status() == RunStatus(RunState.FINISHED, step=5)


def test_when_the_app_ends_the_run_stays_as_it_is_and_its_hill_is_made_the_next_time(scheduler, processes, run):
    request_landscape(run)
    scheduler.tick()
    scheduler.shutdown()
    assert processes.codes == {1: -9}
    assert run.status() == RunStatus(RunState.FINISHED, step=5)
    assert not (run.path / FAILURE_FILE).exists()
    other = Scheduler(run.path.parent, processes)
    other.recover()
    other.tick()
    assert landscape_status(run) == LandscapeStatus(LandscapeState.RUNNING)


def test_a_service_that_was_told_nonsense_begins_with_an_empty_queue(processes, run):
    (run.path.parent / QUEUE_FILE).write_text(
        json.dumps({"running": ["x.hill", f"{run.id}.valley"], "waiting": ["../../etc.hill"]})
    )
    (run.path.parent / INBOX / f"{run.id}.valley").touch()
    other = Scheduler(run.path.parent, processes)
    other.recover()
    other.tick()
    assert not processes.begun
    assert not other.waiting


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, "Its process ended"),
        (3, "There was not enough memory for it"),
        (4, "The disk of this server is full"),
        (127, "It broke down, most likely for want of memory"),
        (-9, "Its process ended"),
    ],
)
def test_a_failure_is_said_in_words_and_one_can_ask_again(scheduler, processes, run, code, reason):
    request_landscape(run)
    scheduler.tick()
    processes.finish(1, code)
    scheduler.tick()
    assert landscape_status(run) == LandscapeStatus(LandscapeState.FAILED, reason)
    assert run.status() == RunStatus(RunState.FINISHED, step=5)
    request_landscape(run)
    assert landscape_status(run) == LandscapeStatus(LandscapeState.QUEUED)
    scheduler.tick()
    assert landscape_status(run) == LandscapeStatus(LandscapeState.RUNNING)


def test_one_that_cannot_be_begun_says_so_and_makes_room(scheduler, run):
    scheduler.executor.start = fill_disk
    request_landscape(run)
    scheduler.tick()
    assert landscape_status(run) == LandscapeStatus(LandscapeState.FAILED, "It could not be begun")
    assert not scheduler.running


def test_what_a_full_disk_does_not_take_now_is_said_later(scheduler, processes, run, monkeypatch):
    request_landscape(run)
    scheduler.tick()
    with monkeypatch.context() as disk:
        for module in (schedulers, tasks):
            disk.setattr(module, "write_atomic", fill_disk)
        processes.finish(1, 4)
        scheduler.tick()
        assert not (run.path / FAILURE_FILE).exists()
    scheduler.tick()
    assert landscape_status(run) == LandscapeStatus(LandscapeState.FAILED, "The disk of this server is full")


def test_one_that_takes_too_long_is_ended_and_the_run_is_not_told_to_stop(scheduler, processes, run):
    now = [0.0]
    scheduler.clock = lambda: now[0]
    request_landscape(run)
    scheduler.tick()
    now[0] = 60 * schedulers.MAX_MINUTES + 1
    scheduler.tick()
    now[0] += schedulers.KILL_GRACE_SECONDS + 1
    scheduler.tick()
    scheduler.tick()
    assert processes.codes == {1: -9}
    assert landscape_status(run) == LandscapeStatus(LandscapeState.FAILED, "Its process ended")
    assert (run.path / "commands.jsonl").read_bytes() == b""


def test_a_damaged_run_is_passed_over(scheduler, processes, tmp_path):
    damaged, other = make_run(tmp_path), make_run(tmp_path)
    (damaged.path / "config.json").write_text("{")
    for one in (damaged, other):
        request_landscape(one)
    scheduler.tick()
    assert processes.begun == [(other.id, LANDSCAPE)]
    assert landscape_status(damaged) == LandscapeStatus(LandscapeState.NONE)

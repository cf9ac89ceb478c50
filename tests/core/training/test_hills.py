"""Hills of runs: asked for by a page, made by the service between trainings, and never to a run's harm."""

import json
import subprocess
import sys

import numpy as np
import pytest

from core.bundle import ROOT
from core.training import hills, turns
from core.training import scheduler as schedulers
from core.training.checkpoints import keep_checkpoint
from core.training.client import Queue, read_queue
from core.training.hills import (
    AT_WORK,
    FAILED,
    FAILURE_FILE,
    HILL_FILE,
    NONE,
    THERE,
    WAITING,
    HillState,
    ask_for_hill,
    hill_state,
    read_hill,
    why_no_hill,
)
from core.training.processes import ThisMachine
from core.training.run_folder import FINISHED, HILL, INBOX, QUEUE_FILE, QUEUED, RUNNING, TRAIN, Run
from core.training.scheduler import Scheduler
from tests.core.training.hill_runs import SMALL, keep, make_hill, make_run, network


@pytest.fixture
def run(tmp_path):
    return make_run(tmp_path)


class Something:
    """At work, by its number."""

    def __init__(self, number, codes):
        self.number, self.codes = number, codes

    def code(self, wait=False):
        return self.codes.get(self.number)

    def kill(self):
        self.codes.setdefault(self.number, -9)


class Processes(ThisMachine):
    """What would work, by number: it ends when a test says how, or when it is killed."""

    def __init__(self):
        self.begun, self.codes = [], {}

    def start(self, run, task):
        if task == TRAIN:
            run.set_status(RUNNING)
        self.begun.append((run.id, task))
        return Something(len(self.begun), self.codes)

    def finish(self, number, code=0):
        """End the process that was begun as the first, second..."""
        self.codes[number] = code


@pytest.fixture
def at_work():
    return Processes()


@pytest.fixture
def service(tmp_path, at_work):
    return Scheduler(tmp_path, at_work)


def fill_disk(*_):
    raise OSError(28, "No space left on device")


# From the page's word to the hill.


def test_a_hill_waits_is_made_and_there_and_the_run_is_as_it_was(service, at_work, run):
    before = {path.name: path.read_bytes() for path in run.path.iterdir() if path.is_file()}
    assert hill_state(run) == HillState(NONE)
    assert read_hill(run) is None
    ask_for_hill(run)
    assert hill_state(run) == HillState(WAITING)  # before the service has looked
    service.look(begins=False)
    assert hill_state(run) == HillState(WAITING)
    service.look()
    assert hill_state(run) == HillState(AT_WORK)
    assert at_work.begun == [(run.id, HILL)]
    make_hill(run)
    assert hill_state(run) == HillState(AT_WORK)  # until the service has seen its end
    at_work.finish(1)
    service.look()
    assert hill_state(run) == HillState(THERE)
    assert read_hill(run).steps.tolist() == [0, 1, 5]
    assert read_queue(run.path.parent) == Queue()
    after = {path.name: path.read_bytes() for path in run.path.iterdir() if path.is_file()}
    assert after.pop(HILL_FILE)
    assert after == before


def test_at_no_moment_of_the_services_look_does_it_seem_that_nobody_asked(service, run, monkeypatch):
    """A page may look between any two things that the service does to the disk."""
    seen = []

    def seeing(done):
        def and_see(*arguments, **more):
            result = done(*arguments, **more)
            seen.append(hill_state(run).state)
            return result

        return and_see

    ask_for_hill(run)
    monkeypatch.setattr(schedulers, "write_whole", seeing(schedulers.write_whole))
    monkeypatch.setattr(type(run.path), "unlink", seeing(type(run.path).unlink))
    service.look(begins=False)
    assert seen == [WAITING, WAITING]


def test_asked_twice_it_is_made_once(service, at_work, run):
    ask_for_hill(run)
    ask_for_hill(run)
    service.look(begins=False)
    ask_for_hill(run)
    service.look()
    ask_for_hill(run)  # while it is made
    service.look()
    make_hill(run)
    at_work.finish(1)
    service.look()
    service.look()
    assert at_work.begun == [(run.id, HILL)]
    assert hill_state(run) == HillState(THERE)


def test_first_come_first_served_trainings_and_hills_alike(service, at_work, tmp_path):
    runs = [make_run(tmp_path, owner) for owner in ("anna", "ben", "carl", "dora")]
    for one in runs[:3]:
        ask_for_hill(one)
        service.look(begins=False)
    training = Run.create(SMALL, "", "emil", tmp_path)
    service.look(begins=False)
    ask_for_hill(runs[3])
    service.look()
    assert read_queue(tmp_path).running == tuple(one.turn_name(HILL) for one in runs[:2])
    assert read_queue(tmp_path).waiting == (runs[2].turn_name(HILL), training.id, runs[3].turn_name(HILL))
    assert read_queue(tmp_path).place(training.id) == 2
    for number in range(1, 4):
        at_work.finish(number)
        service.look()
    assert at_work.begun == [*((one.id, HILL) for one in runs[:3]), (training.id, TRAIN), (runs[3].id, HILL)]


def test_a_run_is_never_trained_while_its_hill_is_made_nor_the_other_way_round(service, at_work, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    service.look()
    ask_for_hill(run)
    service.look()
    assert at_work.begun == [(run.id, TRAIN)]
    assert hill_state(run) == HillState(WAITING)
    run.set_status("paused")
    run.resume()
    at_work.finish(1)
    service.look()
    assert at_work.begun[1:] == [(run.id, HILL)]
    assert run.status() == {"state": QUEUED}
    at_work.finish(2)
    service.look()
    assert at_work.begun[2:] == [(run.id, TRAIN)]
    assert run.status() == {"state": RUNNING}


def test_what_is_wished_of_a_run_is_not_meant_for_its_hill(service, run):
    run.command("stop")
    ask_for_hill(run)
    service.look()
    assert hill_state(run) == HillState(AT_WORK)
    assert run.status() == {"state": FINISHED, "step": 5}


# What can go wrong.


def test_a_deleted_run_waits_no_longer_and_brought_back_nothing_is_left_of_its_asking(service, run):
    ask_for_hill(run)
    service.look(begins=False)
    run.delete()
    service.look(begins=False)
    run.undelete()
    assert hill_state(run) == HillState(NONE)
    run.delete()
    ask_for_hill(run)  # by a tab that has not heard of it
    service.look()
    assert read_queue(run.path.parent) == Queue()
    assert not list((run.path.parent / INBOX).iterdir())


def test_of_a_run_that_is_deleted_meanwhile_the_process_ends_and_nothing_is_written(service, at_work, run):
    ask_for_hill(run)
    service.look()
    run.delete()
    service.look()
    assert at_work.codes == {1: -9}
    service.look()
    assert not service.at_work
    assert not run.path.exists()
    run.undelete()
    assert hill_state(run) == HillState(NONE)


@pytest.mark.parametrize("begun", [False, True])
def test_a_new_service_makes_what_the_old_one_owed(service, at_work, run, begun):
    ask_for_hill(run)
    service.look(begins=begun)
    other = Scheduler(run.path.parent, at_work)
    other.take_over()
    other.look(begins=False)
    assert hill_state(run) == HillState(WAITING)
    other.look()
    assert at_work.begun[-1] == (run.id, HILL)
    assert run.status() == {"state": FINISHED, "step": 5}


def test_when_the_app_ends_the_run_stays_as_it_is_and_its_hill_is_made_the_next_time(service, at_work, run):
    ask_for_hill(run)
    service.look()
    service.end()
    assert at_work.codes == {1: -9}
    assert run.status() == {"state": FINISHED, "step": 5}
    assert not (run.path / FAILURE_FILE).exists()
    other = Scheduler(run.path.parent, at_work)
    other.take_over()
    other.look()
    assert hill_state(run) == HillState(AT_WORK)


def test_a_service_that_was_told_nonsense_begins_with_an_empty_queue(at_work, run):
    (run.path.parent / QUEUE_FILE).write_text(
        json.dumps({"running": ["x.hill", f"{run.id}.valley"], "waiting": ["../../etc.hill"]})
    )
    (run.path.parent / INBOX / f"{run.id}.valley").touch()
    other = Scheduler(run.path.parent, at_work)
    other.take_over()
    other.look()
    assert not at_work.begun
    assert not other.waiting


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, "Its process ended"),
        (3, "There was not enough memory for it"),
        (4, "The disk of this server is full"),
        (-9, "Its process ended"),
    ],
)
def test_a_failure_is_said_in_words_and_one_can_ask_again(service, at_work, run, code, reason):
    ask_for_hill(run)
    service.look()
    at_work.finish(1, code)
    service.look()
    assert hill_state(run) == HillState(FAILED, reason)
    assert run.status() == {"state": FINISHED, "step": 5}
    ask_for_hill(run)
    assert hill_state(run) == HillState(WAITING)
    service.look()
    assert hill_state(run) == HillState(AT_WORK)


def test_one_that_cannot_be_begun_says_so_and_makes_room(service, run):
    service.workplace.start = fill_disk
    ask_for_hill(run)
    service.look()
    assert hill_state(run) == HillState(FAILED, "It could not be begun")
    assert not service.at_work


def test_what_a_full_disk_does_not_take_now_is_said_later(service, at_work, run, monkeypatch):
    ask_for_hill(run)
    service.look()
    with monkeypatch.context() as disk:
        for module in (schedulers, turns):
            disk.setattr(module, "write_whole", fill_disk)
        at_work.finish(1, 4)
        service.look()
        assert not (run.path / FAILURE_FILE).exists()
    service.look()
    assert hill_state(run) == HillState(FAILED, "The disk of this server is full")


def test_one_that_takes_too_long_is_ended_and_the_run_is_not_told_to_stop(service, at_work, run):
    now = [0.0]
    service.clock = lambda: now[0]
    ask_for_hill(run)
    service.look()
    now[0] = 60 * schedulers.MINUTES + 1
    service.look()
    now[0] += schedulers.PATIENCE + 1
    service.look()
    service.look()
    assert at_work.codes == {1: -9}
    assert hill_state(run) == HillState(FAILED, "Its process ended")
    assert (run.path / "commands.jsonl").read_bytes() == b""


def test_a_damaged_run_is_passed_over(service, at_work, tmp_path):
    damaged, other = make_run(tmp_path), make_run(tmp_path)
    (damaged.path / "config.json").write_text("{")
    for one in (damaged, other):
        ask_for_hill(one)
    service.look()
    assert at_work.begun == [(other.id, HILL)]
    assert hill_state(damaged) == HillState(NONE)


# What a page is told.


def test_trained_on_since_the_hill_is_out_of_date_and_still_there_to_be_seen(service, run):
    make_hill(run)
    keep(run, at_8=0.06)
    assert hill_state(run) == HillState(THERE, out_of_date=True)
    ask_for_hill(run)
    assert hill_state(run) == HillState(WAITING, out_of_date=True)
    assert read_hill(run).steps.tolist() == [0, 1, 5]
    make_hill(run)
    service.look()
    assert hill_state(run) == HillState(AT_WORK)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_hill_of_a_run_that_diverged_is_not_out_of_date_for_what_is_no_number(run, bad):
    make_hill(run)
    keep_checkpoint(run.path / "checkpoints", network(0.1, bad), 8, epoch_end=False)
    assert hill_state(run) == HillState(THERE)


def test_a_damaged_hill_is_none(run):
    (run.path / HILL_FILE).write_bytes(b"PK")
    assert read_hill(run) is None
    assert hill_state(run) == HillState(NONE)


def test_whether_there_can_be_a_hill_is_said_in_words(run, tmp_path):
    assert why_no_hill(run) is None
    run.set_status(RUNNING)
    assert "still learning" in why_no_hill(run)
    young = Run.create(SMALL, "", "me", tmp_path)
    young.set_status("stopped")
    keep(young, at_0=0.0)
    assert "fewer than two moments" in why_no_hill(young)


def test_pages_can_ask_without_loading_what_trains():
    program = "import sys, core.training.hills; print(*(m for m in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(loaded.stdout.split())
    assert hills.__name__ in loaded
    assert not loaded & {"keras", "tensorflow", "core.training.training_data", "core.training.surveying"}

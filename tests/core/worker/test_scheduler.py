"""The queue: who is next, and what becomes of those who cannot be begun, are lost or end badly."""

import itertools
import os

import pytest

from core.runs import limits
from core.runs.atomic_files import JsonlTail
from core.runs.commands import REASON_USER
from core.runs.config import TrainingConfig
from core.runs.exit_codes import ExitCode
from core.runs.history import HistoryReader
from core.runs.landscape import request_landscape
from core.runs.run import Run
from core.runs.service_client import Queue, read_queue
from core.runs.states import RunState, RunStatus
from core.worker import scheduler as schedulers
from core.worker.scheduler import Scheduler, pick_fair_share
from tests.core.worker.fakes import Processes

SMALL = TrainingConfig(hidden_layers=(16,), training_images=1000, epochs=2)


@pytest.fixture
def scheduler(tmp_path):
    return Scheduler(tmp_path, Processes())


def test_first_come_first_served_but_one_at_a_time_for_each():
    waiting = ["anna", "anna", "ben"]
    assert pick_fair_share(waiting, [], 2) == 0
    assert pick_fair_share(waiting, ["anna"], 2) == 2
    assert pick_fair_share(waiting, ["anna", "ben"], 2) is None
    assert pick_fair_share([], [], 2) is None


def test_with_more_places_the_one_with_the_fewest_at_work_is_next():
    waiting = ["anna", "anna", "ben", "carl"]
    assert pick_fair_share(waiting, ["anna"], 4) == 2
    assert pick_fair_share(waiting, ["anna", "ben"], 4) == 3
    assert pick_fair_share(waiting, ["anna", "ben", "carl"], 4) == 0


def test_nobody_has_all_places_unless_there_is_one():
    assert pick_fair_share(["anna"], ["anna"] * 2, 4) == 0
    assert pick_fair_share(["anna"], ["anna"] * 3, 4) is None
    assert pick_fair_share(["anna"], [], 1) == 0
    assert pick_fair_share(["anna"], [], 0) == 0  # whether there is a place is for the scheduler to see


def test_thirty_press_train_two_run_and_each_has_a_place(scheduler, tmp_path):
    runs = [Run.create(SMALL, "", f"session {number}", tmp_path) for number in range(30)]
    scheduler.tick()
    told = read_queue(tmp_path)
    assert len(told.running) == 2
    assert sorted(told.running + told.waiting) == sorted(run.id for run in runs)
    assert [told.position(name) for name in told.waiting] == list(range(1, 29))
    assert told.position(told.running[0]) is None


def test_of_one_visitor_one_run_is_trained_at_a_time_though_a_place_is_free(scheduler, tmp_path):
    runs = [Run.create(SMALL, "", "anna", tmp_path) for _ in range(3)]
    scheduler.tick()
    assert len(read_queue(tmp_path).running) == 1
    other = Run.create(SMALL, "", "ben", tmp_path)
    scheduler.tick()
    assert other.id in read_queue(tmp_path).running
    assert set(read_queue(tmp_path).waiting) < {run.id for run in runs}


def test_a_visitor_who_is_alone_on_four_places_has_three_of_them(scheduler, tmp_path):
    scheduler.executor.places = 4
    for _ in range(5):
        Run.create(SMALL, "", "anna", tmp_path)
    scheduler.tick()
    assert len(read_queue(tmp_path).running) == 3
    assert read_queue(tmp_path).slots == 4


def test_a_runs_hill_waits_for_its_training_though_places_are_free(scheduler, tmp_path):
    scheduler.executor.places = 4
    run = Run.create(SMALL, "", "anna", tmp_path)
    request_landscape(run)
    scheduler.tick()
    assert read_queue(tmp_path).running == (run.id,)
    assert read_queue(tmp_path).waiting == (run.task_id("hill"),)
    run.set_status("finished")
    scheduler.running[0].handle.kill()
    scheduler.tick()
    assert read_queue(tmp_path).running == (run.task_id("hill"),)


# A machine is lost: that is no fault of what it had at work.


def lose(scheduler):
    """The machine of what began first of all at work is lost; a round later that is known."""
    lost = scheduler.running[0]
    lost.handle.end(ExitCode.NODE_LOST)
    scheduler.tick()
    return lost.task.run


def test_a_run_whose_machine_is_lost_says_so_and_goes_on_before_all_others(scheduler, tmp_path):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(4)]
    scheduler.tick()
    scheduler.executor.places = 1
    lost = lose(scheduler)
    assert lost.id == runs[0].id
    assert lost.status().state == "queued"
    assert "Its machine was lost" in lost.status().reason
    assert read_queue(tmp_path).waiting[0] == lost.id
    assert JsonlTail(lost.path / "events.jsonl").read_new()[-1]["lost"] is True
    scheduler.executor.places = 2
    scheduler.tick()
    assert lost.status().state == RunState.RUNNING
    assert HistoryReader(lost).update().was_migrated


def test_a_run_that_had_finished_before_its_machine_was_lost_stays_so(scheduler, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    scheduler.tick()
    run.set_status("finished")
    lose(scheduler)
    assert run.status() == RunStatus("finished")
    assert not read_queue(tmp_path).waiting


def test_a_run_that_costs_one_machine_after_the_other_is_given_up_in_words(scheduler, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    scheduler.tick()
    for _ in range(3):
        lose(scheduler)
        assert run.status().state == RunState.RUNNING  # on the next
    lose(scheduler)
    assert run.status().state == RunState.INTERRUPTED
    assert "One machine after the other" in run.status().reason


def test_a_hill_whose_machine_is_lost_is_made_elsewhere_and_no_failure_is_said(scheduler, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    run.set_status("finished")
    request_landscape(run)
    scheduler.tick()
    lose(scheduler)
    assert read_queue(tmp_path).running == (run.task_id("hill"),)
    assert not (run.path / "hill.failed").exists()
    assert run.status() == RunStatus("finished")


def test_a_pause_that_was_wished_before_the_machine_was_lost_is_heeded(scheduler, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    scheduler.tick()
    run.command("pause")
    lose(scheduler)
    assert run.status() == RunStatus("paused")


def test_where_machines_come_and_go_a_new_service_lets_runs_go_on(scheduler, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    run.set_status(RunState.RUNNING)
    scheduler.executor.nodes_can_fail = True
    scheduler.recover()
    assert run.status().state == "queued"
    scheduler.tick()
    assert run.status().state == RunState.RUNNING


def test_without_a_machine_all_wait_and_it_is_told_why(scheduler, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    scheduler.executor.places, scheduler.executor.waiting_for = 0, "machine"
    scheduler.tick()
    assert read_queue(tmp_path) == Queue((), (run.id,), 0, "machine", ready=True)


def test_a_run_asked_for_twice_waits_once(scheduler, tmp_path):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(3)]
    scheduler.tick()
    for run in runs:
        run.enqueue()
    scheduler.tick()
    assert len(read_queue(tmp_path).waiting) == 1


def test_a_run_whose_word_was_lost_is_found_at_the_next_tidying(scheduler, tmp_path):
    """It says that it waits, and a kill or a full disk came before the inbox."""
    now = [0.0]
    scheduler.clock = lambda: now[0]
    scheduler.tick()
    older, younger = (Run.create(SMALL, "", str(number), tmp_path) for number in range(2))
    for run in (younger, older):
        (tmp_path / "inbox" / run.id).unlink()
    scheduler.tick()
    assert read_queue(tmp_path) == Queue(ready=True)
    now[0] = schedulers.RETENTION_SECONDS + 1
    scheduler.tick()
    scheduler.tick()
    assert read_queue(tmp_path).running == (older.id, younger.id)
    now[0] *= 2
    scheduler.tick()
    assert read_queue(tmp_path).running == (older.id, younger.id)
    assert not read_queue(tmp_path).waiting


def test_a_run_that_waits_can_be_paused_stopped_and_deleted(scheduler, tmp_path):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(6)]
    scheduler.tick()
    runs[2].command("pause")
    runs[3].command("stop")
    runs[4].delete()
    scheduler.tick()
    assert read_queue(tmp_path).waiting == (runs[5].id,)
    assert runs[2].status() == RunStatus("paused")
    assert runs[3].status() == RunStatus("stopped", reason=REASON_USER)
    runs[3].resume()
    scheduler.tick()
    assert read_queue(tmp_path).waiting == (runs[5].id, runs[3].id)


def test_who_asks_to_go_on_while_it_still_pauses_is_heard(scheduler, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    scheduler.tick()
    run.command("pause")
    run.set_status("paused")
    run.resume()  # while the process is still about to end
    scheduler.tick()
    scheduler.running[0].handle.kill()
    scheduler.tick()
    assert run.status().state == RunState.RUNNING


def test_a_damaged_run_is_passed_over_and_the_others_go_on(scheduler, tmp_path):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(3)]
    (runs[0].path / "config.json").write_text("{")
    (runs[1].path / "status.json").write_text("")
    scheduler.recover()
    scheduler.tick()
    assert read_queue(tmp_path).running == (runs[2].id,)


@pytest.mark.parametrize("file", ["config.json", "status.json", "commands.jsonl"])
@pytest.mark.parametrize("damage", ["[]", "{}", None])
def test_a_run_that_is_damaged_while_it_waits_harms_no_other(scheduler, tmp_path, file, damage):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(3)]
    scheduler.executor.places = 0
    scheduler.tick()
    path = runs[0].path / file
    path.unlink()
    path.mkdir() if damage is None else path.write_text(damage)
    scheduler.executor.places = 2
    scheduler.tick()
    scheduler.tick()
    assert {runs[1].id, runs[2].id} & set(read_queue(tmp_path).running)
    scheduler.shutdown()
    Scheduler(tmp_path, Processes()).recover()


def test_a_run_that_cannot_be_begun_says_so_and_makes_room(scheduler, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)

    def no_process(*_):
        raise OSError(11, "Resource temporarily unavailable")

    scheduler.executor.start = no_process
    scheduler.tick()
    assert run.status() == RunStatus("failed", reason="It could not be begun")


def test_what_a_full_disk_does_not_take_now_is_said_later(scheduler, tmp_path, monkeypatch):
    run = Run.create(SMALL, "", "me", tmp_path)
    scheduler.tick()

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("core.runs.run.write_atomic", full)
        scheduler.running[0].handle.kill()
        scheduler.tick()
        assert not scheduler.running
        assert run.status().state == RunState.RUNNING
    scheduler.tick()
    assert run.status().state == RunState.INTERRUPTED


def test_a_full_disk_does_not_end_the_service_nor_fill_its_log(scheduler, tmp_path, monkeypatch, caplog):
    run = Run.create(SMALL, "", "me", tmp_path)
    tries = itertools.count()

    def full(path, _):
        raise OSError(28, "No space left on device", f"{path}.{next(tries):08x}.new")

    with monkeypatch.context() as disk:
        disk.setattr(schedulers, "write_atomic", full)
        for _ in range(20):
            scheduler.tick()
    assert caplog.text.count("[Errno 28]") == 1
    scheduler.tick()
    assert read_queue(tmp_path).running == (run.id,)


def test_what_ends_badly_makes_room_and_says_so(scheduler, tmp_path):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(3)]
    scheduler.tick()
    victim = scheduler.running[0]
    victim.handle.kill()
    scheduler.tick()
    assert victim not in scheduler.running
    assert victim.task.run.status() == RunStatus(RunState.INTERRUPTED, reason="Its process ended")
    assert len(read_queue(tmp_path).running) == 2
    assert {run.status().state for run in runs} == {RunState.RUNNING, RunState.INTERRUPTED}


def test_a_run_that_takes_too_long_is_told_and_then_ended_by_force(tmp_path, scheduler):
    now = [0.0]
    scheduler.clock = lambda: now[0]
    run = Run.create(SMALL, "", "me", tmp_path)
    scheduler.tick()
    now[0] = 60 * schedulers.MAX_MINUTES + 1
    scheduler.tick()
    assert [line["command"] for line in JsonlTail(run.path / "commands.jsonl").read_new()] == ["time_is_up"]
    now[0] += schedulers.KILL_GRACE_SECONDS + 1
    scheduler.tick()  # it is killed
    scheduler.tick()
    assert not scheduler.running


def test_a_new_service_takes_over_what_the_old_one_left(scheduler, tmp_path):
    runs = [Run.create(SMALL, "", "me", tmp_path) for _ in range(3)]
    runs[0].set_status(RunState.RUNNING)
    (tmp_path / ".torn.new").mkdir()
    (tmp_path / ".torn.new" / "config.json").touch()
    os.utime(tmp_path / ".torn.new", (0, 0))
    (tmp_path / ".being-written.new").mkdir()
    now = [0.0]
    scheduler.clock = lambda: now[0]
    scheduler.recover()
    assert runs[0].status().state == RunState.INTERRUPTED
    assert [one.run.id for one in scheduler.waiting] == [runs[1].id, runs[2].id]
    scheduler.tick(begins=False)
    os.utime(tmp_path / ".being-written.new", (1, 1))  # it goes on
    now[0] = 2 * schedulers.RETENTION_SECONDS
    scheduler.tick(begins=False)
    assert not (tmp_path / ".torn.new").exists()
    assert (tmp_path / ".being-written.new").exists()


def test_a_run_that_has_just_finished_stays_so_when_the_app_ends(scheduler, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    scheduler.tick()
    run.set_status("finished")  # while its process is still there
    scheduler.shutdown()
    assert run.status() == RunStatus("finished")


def test_without_a_service_the_queue_is_empty(tmp_path):
    assert read_queue(tmp_path) == Queue()


def test_a_run_that_needs_more_memory_than_is_allowed_is_refused_with_the_numbers(scheduler, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MAX_MEMORY_BYTES", limits.PROGRAM_BYTES + 100 * limits.MEGABYTE)
    run = Run.create(TrainingConfig(hidden_layers=(1024,) * 5, batch_size=2048), "", "me", tmp_path)
    scheduler.tick()
    assert run.status().state == "failed"
    assert "this server allows 100 MB" in run.status().reason
    assert not scheduler.running


def test_a_process_that_dies_again_without_having_learned_more_has_failed_and_why_is_guessed(scheduler, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    learned = {"type": "steps", "epoch": 0, "step": 8, "loss": [1.0], "right": [3], "seconds": 0.1}
    ends = []
    for number, before in enumerate((None, None, learned, None), 1):
        scheduler.tick()
        if before:
            run.add_event(before)
        scheduler.executor.finish(number, -9)
        scheduler.tick()
        ends.append((run.status().state, "memory" in run.status().reason))
        run.resume()
    assert ends == [(RunState.INTERRUPTED, False), ("failed", True), (RunState.INTERRUPTED, False), ("failed", True)]

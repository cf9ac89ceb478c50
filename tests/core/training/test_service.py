"""The training service: its queue, and what happens when somebody is killed."""

import contextlib
import hashlib
import itertools
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from core.bundle import ROOT
from core.training import limits
from core.training import scheduler as schedulers
from core.training.checkpoints import checkpoint_steps
from core.training.client import Queue, TrainingService, read_queue
from core.training.config import TrainingConfig
from core.training.hills import THERE, ask_for_hill, hill_state, read_hill
from core.training.history import HistoryReader
from core.training.processes import Process, ThisMachine
from core.training.run_folder import GOING, INTERRUPTED, RUNNING, TRAIN, Run
from core.training.scheduler import Scheduler, next_run
from core.training.whole_files import Lines
from core.training.workplace import LOST

SMALL = TrainingConfig(hidden_layers=(16,), training_images=1000, epochs=2)
LONG = TrainingConfig(hidden_layers=(16,), training_images=2000, epochs=200)
LIMIT = 60  # seconds: no wait is longer, but for a cluster's


def eventually(condition, moment=threading.Event(), limit=LIMIT):  # noqa: B008  an event that never comes: a clock
    """Wait until a condition holds."""
    for _ in range(limit * 50):
        if value := condition():
            return value
        moment.wait(0.02)
    raise AssertionError("This did not happen in time.")


# The queue alone: what would train is a program that waits.


class Machines(ThisMachine):
    """Two places at first; more, none, or another that is lost, as a test wants it."""

    places = 2

    def slots(self):
        return self.places

    def start(self, run, task):
        if task == TRAIN:
            run.set_status(RUNNING)
        program = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        return Process(program.pid, program)


@pytest.fixture
def queue(tmp_path):
    service = Scheduler(tmp_path, Machines())
    yield service
    service.end()


def test_first_come_first_served_but_one_at_a_time_for_each():
    waiting = ["anna", "anna", "ben"]
    assert next_run(waiting, [], 2) == 0
    assert next_run(waiting, ["anna"], 2) == 2
    assert next_run(waiting, ["anna", "ben"], 2) is None
    assert next_run([], [], 2) is None


def test_with_more_places_the_one_with_the_fewest_at_work_is_next():
    waiting = ["anna", "anna", "ben", "carl"]
    assert next_run(waiting, ["anna"], 4) == 2
    assert next_run(waiting, ["anna", "ben"], 4) == 3
    assert next_run(waiting, ["anna", "ben", "carl"], 4) == 0


def test_nobody_has_all_places_unless_there_is_one():
    assert next_run(["anna"], ["anna"] * 2, 4) == 0
    assert next_run(["anna"], ["anna"] * 3, 4) is None
    assert next_run(["anna"], [], 1) == 0
    assert next_run(["anna"], [], 0) == 0  # whether there is a place is for the queue to see


def test_thirty_press_train_two_run_and_each_has_a_place(queue, tmp_path):
    runs = [Run.create(SMALL, "", f"session {number}", tmp_path) for number in range(30)]
    queue.look()
    told = read_queue(tmp_path)
    assert len(told.running) == 2
    assert sorted(told.running + told.waiting) == sorted(run.id for run in runs)
    assert [told.place(name) for name in told.waiting] == list(range(1, 29))
    assert told.place(told.running[0]) is None


def test_of_one_visitor_one_run_is_trained_at_a_time_though_a_place_is_free(queue, tmp_path):
    runs = [Run.create(SMALL, "", "anna", tmp_path) for _ in range(3)]
    queue.look()
    assert len(read_queue(tmp_path).running) == 1
    other = Run.create(SMALL, "", "ben", tmp_path)
    queue.look()
    assert other.id in read_queue(tmp_path).running
    assert set(read_queue(tmp_path).waiting) < {run.id for run in runs}


def test_a_visitor_who_is_alone_on_four_places_has_three_of_them(queue, tmp_path):
    queue.workplace.places = 4
    for _ in range(5):
        Run.create(SMALL, "", "anna", tmp_path)
    queue.look()
    assert len(read_queue(tmp_path).running) == 3
    assert read_queue(tmp_path).slots == 4


def test_a_runs_hill_waits_for_its_training_though_places_are_free(queue, tmp_path):
    queue.workplace.places = 4
    run = Run.create(SMALL, "", "anna", tmp_path)
    ask_for_hill(run)
    queue.look()
    assert read_queue(tmp_path).running == (run.id,)
    assert read_queue(tmp_path).waiting == (run.turn_name("hill"),)
    run.set_status("finished")
    os.kill(queue.at_work[0].work.pid, signal.SIGKILL)
    eventually(lambda: queue.look() or read_queue(tmp_path).running == (run.turn_name("hill"),))


# A machine is lost: that is no fault of what it had at work.


class Lost:
    """Work whose machine is gone."""

    def code(self, wait=False):
        return LOST

    def kill(self):
        pass


def lose(queue, number=0):
    """The machine of something at work is lost; a round later that is known."""
    child = queue.at_work[number]
    child.work.kill()
    child.work.code(wait=True)
    child.work = Lost()
    queue.look()
    return child.turn.run


def test_a_run_whose_machine_is_lost_says_so_and_goes_on_before_all_others(queue, tmp_path):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(4)]
    queue.look()
    queue.workplace.places = 1
    lost = lose(queue)
    assert lost.id == runs[0].id
    assert lost.status()["state"] == "queued"
    assert "Its machine was lost" in lost.status()["reason"]
    assert read_queue(tmp_path).waiting[0] == lost.id
    assert Lines(lost.path / "events.jsonl").new()[-1]["lost"] is True
    queue.workplace.places = 2
    queue.look()
    assert lost.status()["state"] == RUNNING
    assert HistoryReader(lost).update().was_moved


def test_a_run_that_had_finished_before_its_machine_was_lost_stays_so(queue, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    queue.look()
    run.set_status("finished")
    lose(queue)
    assert run.status() == {"state": "finished"}
    assert not read_queue(tmp_path).waiting


def test_a_run_that_costs_one_machine_after_the_other_is_given_up_in_words(queue, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    queue.look()
    for _ in range(3):
        lose(queue)
        assert run.status()["state"] == RUNNING  # on the next
    lose(queue)
    assert run.status()["state"] == INTERRUPTED
    assert "One machine after the other" in run.status()["reason"]


def test_a_hill_whose_machine_is_lost_is_made_elsewhere_and_no_failure_is_said(queue, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    run.set_status("finished")
    ask_for_hill(run)
    queue.look()
    lose(queue)
    assert read_queue(tmp_path).running == (run.turn_name("hill"),)
    assert not (run.path / "hill.failed").exists()
    assert run.status() == {"state": "finished"}


def test_a_pause_that_was_wished_before_the_machine_was_lost_is_heeded(queue, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    queue.look()
    run.command("pause")
    lose(queue)
    assert run.status() == {"state": "paused"}


def test_where_machines_come_and_go_a_new_service_lets_runs_go_on(queue, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    run.set_status(RUNNING)
    queue.workplace.may_be_lost = True
    queue.take_over()
    assert run.status()["state"] == "queued"
    queue.look()
    assert run.status()["state"] == RUNNING


def test_without_a_machine_all_wait_and_it_is_told_why(queue, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    queue.workplace.places, queue.workplace.missing = 0, "machine"
    queue.look()
    assert read_queue(tmp_path) == Queue((), (run.id,), 0, "machine")


def test_a_run_asked_for_twice_waits_once(queue, tmp_path):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(3)]
    queue.look()
    for run in runs:
        run.ask_for_turn()
    queue.look()
    assert len(read_queue(tmp_path).waiting) == 1


def test_a_run_whose_word_was_lost_is_found_at_the_next_tidying(queue, tmp_path):
    """It says that it waits, and a kill or a full disk came before the inbox."""
    now = [0.0]
    queue.clock = lambda: now[0]
    queue.look()
    older, younger = (Run.create(SMALL, "", str(number), tmp_path) for number in range(2))
    for run in (younger, older):
        (tmp_path / "inbox" / run.id).unlink()
    queue.look()
    assert read_queue(tmp_path) == Queue()
    now[0] = schedulers.TIDYING + 1
    queue.look()
    queue.look()
    assert read_queue(tmp_path).running == (older.id, younger.id)
    now[0] *= 2
    queue.look()
    assert read_queue(tmp_path).running == (older.id, younger.id)
    assert not read_queue(tmp_path).waiting


def test_a_run_that_waits_can_be_paused_stopped_and_deleted(queue, tmp_path):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(6)]
    queue.look()
    runs[2].command("pause")
    runs[3].command("stop")
    runs[4].delete()
    queue.look()
    assert read_queue(tmp_path).waiting == (runs[5].id,)
    assert runs[2].status() == {"state": "paused"}
    assert runs[3].status() == {"state": "stopped", "reason": "You stopped it"}
    runs[3].resume()
    queue.look()
    assert read_queue(tmp_path).waiting == (runs[5].id, runs[3].id)


def test_who_asks_to_go_on_while_it_still_pauses_is_heard(queue, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    queue.look()
    run.command("pause")
    run.set_status("paused")
    run.resume()  # while the process is still about to end
    queue.look()
    os.kill(queue.at_work[0].work.pid, signal.SIGKILL)
    eventually(lambda: queue.look() or run.status()["state"] == RUNNING)


def test_a_damaged_run_is_passed_over_and_the_others_go_on(queue, tmp_path):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(3)]
    (runs[0].path / "config.json").write_text("{")
    (runs[1].path / "status.json").write_text("")
    queue.take_over()
    queue.look()
    assert read_queue(tmp_path).running == (runs[2].id,)


@pytest.mark.parametrize("file", ["config.json", "status.json", "commands.jsonl"])
@pytest.mark.parametrize("damage", ["[]", "{}", None])
def test_a_run_that_is_damaged_while_it_waits_harms_no_other(queue, tmp_path, file, damage):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(3)]
    queue.workplace.places = 0
    queue.look()
    path = runs[0].path / file
    path.unlink()
    path.mkdir() if damage is None else path.write_text(damage)
    queue.workplace.places = 2
    queue.look()
    queue.look()
    assert {runs[1].id, runs[2].id} & set(read_queue(tmp_path).running)
    queue.end()
    Scheduler(tmp_path, Machines()).take_over()


def test_a_run_that_cannot_be_begun_says_so_and_makes_room(queue, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)

    def no_process(*_):
        raise OSError(11, "Resource temporarily unavailable")

    queue.workplace.start = no_process
    queue.look()
    assert run.status() == {"state": "failed", "reason": "It could not be begun"}


def test_what_a_full_disk_does_not_take_now_is_said_later(queue, tmp_path, monkeypatch):
    run = Run.create(SMALL, "", "me", tmp_path)
    queue.look()

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("core.training.run_folder.write_whole", full)
        os.kill(queue.at_work[0].work.pid, signal.SIGKILL)
        eventually(lambda: queue.look() or not queue.at_work)
        assert run.status()["state"] == RUNNING
    queue.look()
    assert run.status()["state"] == INTERRUPTED


def test_a_full_disk_does_not_end_the_service_nor_fill_its_log(queue, tmp_path, monkeypatch, capsys):
    run = Run.create(SMALL, "", "me", tmp_path)
    tries = itertools.count()

    def full(path, _):
        raise OSError(28, "No space left on device", f"{path}.{next(tries):08x}.new")

    with monkeypatch.context() as disk:
        disk.setattr(schedulers, "write_whole", full)
        for _ in range(20):
            queue.look()
    assert capsys.readouterr().err.count("[Errno 28]") == 1
    queue.look()
    assert read_queue(tmp_path).running == (run.id,)


def test_what_ends_badly_makes_room_and_says_so(queue, tmp_path):
    runs = [Run.create(SMALL, "", str(number), tmp_path) for number in range(3)]
    queue.look()
    victim = queue.at_work[0]
    os.kill(victim.work.pid, signal.SIGKILL)
    eventually(lambda: queue.look() or victim not in queue.at_work)
    assert victim.turn.run.status() == {"state": INTERRUPTED, "reason": "Its process ended"}
    assert len(read_queue(tmp_path).running) == 2
    assert {run.status()["state"] for run in runs} == {RUNNING, INTERRUPTED}


def test_a_run_that_takes_too_long_is_told_and_then_ended_by_force(tmp_path, queue):
    now = [0.0]
    queue.clock = lambda: now[0]
    run = Run.create(SMALL, "", "me", tmp_path)
    queue.look()
    now[0] = 60 * schedulers.MINUTES + 1
    queue.look()
    assert [line["command"] for line in Lines(run.path / "commands.jsonl").new()] == ["time_is_up"]
    now[0] += schedulers.PATIENCE + 1
    eventually(lambda: queue.look() or not queue.at_work)


def test_a_new_service_takes_over_what_the_old_one_left(queue, tmp_path):
    runs = [Run.create(SMALL, "", "me", tmp_path) for _ in range(3)]
    runs[0].set_status(RUNNING)
    (tmp_path / ".torn.new").mkdir()
    (tmp_path / ".torn.new" / "config.json").touch()
    os.utime(tmp_path / ".torn.new", (0, 0))
    (tmp_path / ".being-written.new").mkdir()
    queue.take_over()
    assert runs[0].status()["state"] == INTERRUPTED
    assert [one.run.id for one in queue.waiting] == [runs[1].id, runs[2].id]
    assert not (tmp_path / ".torn.new").exists()
    assert (tmp_path / ".being-written.new").exists()


def test_a_run_that_has_just_finished_stays_so_when_the_app_ends(queue, tmp_path):
    run = Run.create(SMALL, "", "me", tmp_path)
    queue.look()
    run.set_status("finished")  # while its process is still there
    queue.end()
    assert run.status() == {"state": "finished"}


def test_without_a_service_the_queue_is_empty(tmp_path):
    assert read_queue(tmp_path) == Queue()


# The service as it is.


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def service(folder):
    service = TrainingService(folder)
    assert service.ready.wait(LIMIT)
    yield service
    service.end()


def ended(run):
    return run.status()["state"] not in GOING


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def weights_hash(run):
    return hashlib.sha256((run.path / "model.safetensors").read_bytes()).hexdigest()


def test_a_run_is_trained_and_the_same_again_is_the_same(service, folder):
    runs = [Run.create(SMALL, "", name, folder) for name in ("anna", "ben")]
    eventually(lambda: all(ended(run) for run in runs))
    assert [run.status()["state"] for run in runs] == ["finished"] * 2
    assert weights_hash(runs[0]) == weights_hash(runs[1])


def test_the_hill_of_a_run_is_made_and_the_run_stays_as_it_is(service, folder):
    run = Run.create(SMALL, "", "anna", folder)
    ask_for_hill(run)  # while it still waits itself
    eventually(lambda: hill_state(run).state == THERE)
    assert run.status() == {"state": "finished", "step": 64}
    assert read_hill(run).steps[[0, -1]].tolist() == [0, 64]
    assert hill_state(run).out_of_date is False


def test_a_killed_run_can_be_continued_as_if_nothing_had_happened(service, folder):
    config = TrainingConfig(hidden_layers=(16,), training_images=5000, epochs=12)
    straight, killed = (Run.create(config, "", name, folder) for name in ("anna", "ben"))
    eventually(lambda: (killed.path / "state.npz").exists())
    os.kill(killed.status()["pid"], signal.SIGKILL)
    eventually(lambda: ended(killed))
    assert killed.status()["state"] == INTERRUPTED
    killed.resume()
    eventually(lambda: killed.status()["state"] == "finished" and ended(straight))
    assert weights_hash(killed) == weights_hash(straight)


def test_a_pause_frees_the_place_and_the_run_goes_on_when_asked(service, folder):
    run = Run.create(LONG, "", "me", folder)
    eventually(lambda: run.status()["state"] == RUNNING and Lines(run.path / "events.jsonl").new()[2:])
    run.command("pause")
    eventually(lambda: run.status()["state"] == "paused")
    eventually(lambda: run.id not in read_queue(folder).running)
    run.resume()
    eventually(lambda: run.status()["state"] == RUNNING)
    run.command("stop")
    eventually(lambda: run.status()["state"] == "stopped")


def test_when_the_service_is_killed_its_jobs_go_too_and_a_new_one_comes(service, folder):
    run = Run.create(LONG, "", "me", folder)
    eventually(lambda: run.status()["state"] == RUNNING)
    job, old = run.status()["pid"], service.pid
    os.kill(old, signal.SIGKILL)
    eventually(lambda: not lives(job))
    eventually(lambda: service.pid not in (None, old) and service.ready.is_set())
    assert run.status()["state"] == INTERRUPTED


def test_when_the_app_is_killed_no_orphan_is_left(tmp_path):
    program = """
import sys
from pathlib import Path
from core.training.client import TrainingService
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
        eventually(lambda: run.status()["state"] == RUNNING)
        job = run.status()["pid"]
        app.kill()
    eventually(lambda: not lives(pid))
    eventually(lambda: not lives(job))
    assert run.status()["state"] == INTERRUPTED


def test_a_run_that_needs_more_memory_than_is_allowed_is_refused_with_the_numbers(queue, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MEMORY", limits.PROGRAM + 100 * limits.MEGABYTE)
    run = Run.create(TrainingConfig(hidden_layers=(1024,) * 5, batch_size=2048), "", "me", tmp_path)
    queue.look()
    assert run.status()["state"] == "failed"
    assert "this server allows 100 MB" in run.status()["reason"]
    assert not queue.at_work


STRANGE = """
import {module}
{what}
import sys
from core.training import service
sys.argv = ["service", sys.argv[1]]
service.main()
"""


@contextlib.contextmanager
def strange_service(folder, module, what):
    """The service in a world where something is amiss."""
    program = subprocess.Popen(
        [sys.executable, "-c", STRANGE.format(module=module, what=what), folder],
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
    too_little = "limits.PROGRAM, limits.MEMORY = 0, 500 * limits.MEGABYTE"
    with strange_service(tmp_path, "core.training.limits as limits", too_little):
        run = Run.create(SMALL, "", "me", tmp_path)
        eventually(lambda: ended(run))
        assert run.status()["state"] == "failed"
        assert "memory" in run.status()["reason"]


def test_a_full_disk_ends_a_run_in_words_keeps_what_was_there_and_lets_it_go_on_later(tmp_path):
    config = TrainingConfig(hidden_layers=(64,), training_images=2000, epochs=2)  # a state of 0.6 MB
    with strange_service(tmp_path, "resource", "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))"):
        run = Run.create(config, "", "anna", tmp_path)
        small = Run.create(SMALL, "", "ben", tmp_path)
        eventually(lambda: ended(run) and ended(small))
        assert run.status() == {"state": "failed", "reason": "The disk of this server is full"}
        assert small.status()["state"] == "finished"  # others go on
        assert not list(run.path.glob(".*"))
        assert checkpoint_steps(run.path / "checkpoints")
    with strange_service(tmp_path, "resource", ""):
        run.resume()
        straight = Run.create(config, "", "ben", tmp_path)
        eventually(lambda: ended(run) and ended(straight))
    assert run.status()["state"] == "finished"
    assert weights_hash(run) == weights_hash(straight)


def test_a_clock_that_goes_backwards_changes_nothing(tmp_path):
    back = "import itertools; minutes = itertools.count(); time.time = lambda: 1.7e9 - 60 * next(minutes)"
    with strange_service(tmp_path, "time", back):
        runs = [Run.create(SMALL, "", name, tmp_path) for name in ("anna", "ben", "carl")]
        eventually(lambda: all(ended(run) for run in runs))
    assert [run.status()["state"] for run in runs] == ["finished"] * 3
    for run in runs:
        seconds = [line["seconds"] for line in Lines(run.path / "events.jsonl").new() if line["type"] == "steps"]
        assert seconds == sorted(seconds)
        assert 0 < seconds[0] < seconds[-1] < LIMIT


def test_killed_again_and_again_at_random_moments_a_run_ends_as_if_nothing_had_happened(service, folder):
    config = TrainingConfig(hidden_layers=(16,), training_images=4000, epochs=15, dropout=0.1)
    straight = Run.create(config, "", "anna", folder)
    eventually(lambda: ended(straight))
    killed = Run.create(config, "", "ben", folder)
    random = np.random.default_rng(1)
    for _ in range(5):
        least = len(Lines(killed.path / "events.jsonl").new()) + int(random.integers(3, 12))
        eventually(lambda least=least: ended(killed) or len(Lines(killed.path / "events.jsonl").new()) >= least)
        if ended(killed):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(killed.status()["pid"], signal.SIGKILL)
        eventually(lambda: ended(killed))
        killed.resume()
    eventually(lambda: killed.status()["state"] == "finished")
    assert weights_hash(killed) == weights_hash(straight)
    histories = [HistoryReader(run).update() for run in (killed, straight)]
    assert histories[0].loss.values == histories[1].loss.values
    assert [epoch["val_loss"] for epoch in histories[0].epochs] == [epoch["val_loss"] for epoch in histories[1].epochs]

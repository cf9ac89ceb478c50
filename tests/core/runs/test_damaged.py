"""What a hand or a disk has damaged is one thing's misfortune: the service goes on, and so do the others' runs."""

import json
import re
import shutil

import pytest

from core.runs.atomic_files import MAX_QUARANTINED, QUARANTINE_PREFIX, quarantine
from core.runs.config import TrainingConfig
from core.runs.eta import Speed, read_speed, write_speed
from core.runs.landscape import request_landscape
from core.runs.run import INBOX, Run
from core.runs.service_client import Queue, read_queue
from core.runs.states import RunState
from core.worker.scheduler import RETENTION_SECONDS, Scheduler
from tests.core.worker.fakes import Processes
from tests.damage import WRONG, replace_each

SMALL = TrainingConfig(hidden_layers=(16,), training_images=1000, epochs=2)


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def scheduler(tmp_path, clock):
    return Scheduler(tmp_path, Processes(), lambda: clock[0])


@pytest.fixture
def at_work(scheduler, tmp_path):
    """Somebody's run, which is being trained."""
    run = Run.create(SMALL, "", "anna", tmp_path)
    scheduler.tick()
    assert run.status().state == RunState.RUNNING
    return run


def said_once(caplog, words):
    told = caplog.text
    caplog.clear()
    assert len(re.findall(words, told)) == 1, told
    return told


def test_a_folder_in_the_inbox_is_set_aside_and_what_is_at_work_goes_on(scheduler, at_work, tmp_path, caplog):
    for name in ("a folder", Run.create(SMALL, "", "ben", tmp_path).id[:-1], f"{at_work.id}.hill"):
        (tmp_path / INBOX / name).mkdir()
        (tmp_path / INBOX / name / "something").touch()
        scheduler.tick()
        scheduler.tick()
        said_once(caplog, "it was set aside")
        assert not (tmp_path / INBOX / name).exists()
    assert at_work.status().state == RunState.RUNNING
    assert at_work.id in read_queue(tmp_path).running


def test_a_file_in_the_place_of_the_inbox_is_set_aside_and_who_comes_then_is_trained(scheduler, tmp_path):
    shutil.rmtree(tmp_path / INBOX, ignore_errors=True)
    (tmp_path / INBOX).write_text("")
    scheduler.tick()
    run = Run.create(SMALL, "", "anna", tmp_path)
    scheduler.tick()
    assert run.status().state == RunState.RUNNING


def test_what_is_set_aside_is_bounded_and_the_oldest_goes(tmp_path):
    for number in range(MAX_QUARANTINED + 5):
        (tmp_path / f"thing{number}").mkdir()
        (tmp_path / f"thing{number}" / "inside").touch()
        quarantine(tmp_path / f"thing{number}", tmp_path)
    names = sorted(path.name.split("-")[1] for path in tmp_path.glob(f"{QUARANTINE_PREFIX}*"))
    assert len(names) == MAX_QUARANTINED
    assert "thing0" not in names
    assert f"thing{MAX_QUARANTINED + 4}" in names


@pytest.mark.parametrize("file", ["service.json", "speed.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, None])
def test_what_holds_no_names_and_values_makes_room(scheduler, tmp_path, caplog, file, content):
    path = tmp_path / file
    path.mkdir() if content is None else path.write_bytes(content)
    run = Run.create(SMALL, "", "anna", tmp_path)
    scheduler.recover()
    scheduler.tick()
    said_once(caplog, f"{file} is damaged: it was set aside")
    write_speed(tmp_path, Speed(1.0, 1.0, 1.0, 1.0))
    assert read_queue(tmp_path).running == (run.id,)
    assert read_speed(tmp_path)


@pytest.mark.parametrize("wrong", [wrong for wrong in WRONG if wrong != 3], ids=repr)  # 3 is a speed
def test_a_speed_of_another_kind_is_measured_anew(tmp_path, wrong):
    write_speed(tmp_path, Speed(1e9, 1e9, 1e9, 1e9))
    for damaged in replace_each(json.loads((tmp_path / "speed.json").read_text()), wrong):
        (tmp_path / "speed.json").write_text(json.dumps(damaged))
        assert read_speed(tmp_path) is None


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_queue_of_another_kind_is_empty_or_of_the_right_kind(scheduler, at_work, tmp_path, wrong):
    for damaged in replace_each(json.loads((tmp_path / "service.json").read_text()), wrong):
        (tmp_path / "service.json").write_text(json.dumps(damaged))
        queue = read_queue(tmp_path)
        names = (*queue.running, *queue.waiting)
        assert queue == Queue() or all(isinstance(name, str) for name in names)
        assert isinstance(queue.slots, int)
        assert queue.slots >= 0
        Scheduler(tmp_path, Processes()).recover()


@pytest.mark.parametrize("file", ["config.json", "status.json"])
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_damaged_run_that_waits_does_not_keep_others_from_their_turn(tmp_path, file, wrong):
    """The service is begun anew with it, looks, and tidies up."""
    whole = Run.create(SMALL, "", "anna", tmp_path)
    also = Run.create(SMALL, "", "carl", tmp_path)
    damaged = []
    content = json.loads((whole.path / file).read_text())
    for number, values in enumerate(replace_each(content, wrong)):
        damaged.append(Run.create(SMALL, "", f"ben{number}", tmp_path))
        request_landscape(damaged[-1])
        (damaged[-1].path / file).write_text(json.dumps(values))
    for run in (whole, also):
        (tmp_path / INBOX / run.id).unlink()
    now = [0.0]
    scheduler = Scheduler(tmp_path, Processes(places=100), lambda: now[0])
    scheduler.recover()
    scheduler.tick()
    now[0] = 2 * RETENTION_SECONDS
    scheduler.tick()
    assert {whole.id, also.id} <= set(read_queue(tmp_path).running)
    for number in range(1, len(scheduler.executor.begun) + 1):
        scheduler.executor.finish(number, -9)
    scheduler.tick()
    scheduler.shutdown()

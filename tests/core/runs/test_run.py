"""Run folders: whole or not there, whatever happens."""

import json
import os
import subprocess
import sys

import pytest

from core.paths import ROOT
from core.runs.atomic_files import JsonlTail, write_atomic
from core.runs.config import TrainingConfig
from core.runs.run import INBOX, Run
from core.runs.states import RunState, RunStatus


@pytest.fixture
def run(tmp_path):
    return Run.create(TrainingConfig(epochs=3), "a try", "me", tmp_path)


def test_a_new_run_waits_and_asks_for_its_turn(run, tmp_path):
    assert run.status() == RunStatus(RunState.QUEUED)
    assert run.config() == TrainingConfig(epochs=3)
    assert run.metadata().title == "a try"
    assert [path.name for path in (tmp_path / INBOX).iterdir()] == [run.id]
    assert Run.find(run.id, tmp_path).config() == run.config()


def test_ids_are_long_and_all_different(tmp_path):
    names = {Run.create(TrainingConfig(), "", "me", tmp_path).id for _ in range(20)}
    assert len(names) == 20
    assert {len(name) for name in names} == {22}  # 128 bits


def test_a_run_whose_turn_the_disk_refuses_is_not_begun_at_all(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    Run.create(TrainingConfig(), "", "ben", tmp_path)
    with monkeypatch.context() as disk:
        disk.setattr(Run, "enqueue", full)
        with pytest.raises(OSError, match="No space"):
            Run.create(TrainingConfig(), "", "anna", tmp_path)
    assert Run.of_owner("anna", tmp_path) == []
    assert len(Run.of_owner("ben", tmp_path)) == 1


@pytest.mark.parametrize("name", ["", "..", "../inbox", "inbox", "a" * 22, "a" * 21 + "/", "x" * 400, "a\0" + "b" * 20])
def test_what_is_no_run_is_not_found(run, tmp_path, name):
    assert Run.find(name, tmp_path) is None


def test_the_runs_of_an_owner_are_known_by_what_was_read_of_them_once(tmp_path, monkeypatch):
    mine = [Run.create(TrainingConfig(), "", "me", tmp_path) for _ in range(3)]
    Run.create(TrainingConfig(), "", "somebody", tmp_path)
    youngest_first = [run.id for run in reversed(mine)]
    assert [run.id for run in Run.of_owner("me", tmp_path)] == youngest_first
    monkeypatch.setattr(Run, "metadata", None)  # nothing is read again
    assert [run.id for run in Run.of_owner("me", tmp_path)] == youngest_first
    monkeypatch.undo()
    mine[1].delete()
    assert [run.id for run in Run.of_owner("me", tmp_path)] == [mine[2].id, mine[0].id]
    mine[1].restore()
    assert [run.id for run in Run.of_owner("me", tmp_path)] == youngest_first


def test_a_run_that_could_not_be_read_is_read_again(run, tmp_path):
    content = (run.path / "config.json").read_bytes()
    for damaged in (b"{", b"[]", b"{}"):
        (run.path / "config.json").write_bytes(damaged)
        assert Run.of_owner("me", tmp_path) == []
    assert run.metadata_or_none() is None
    (run.path / "config.json").write_bytes(content)
    assert [one.id for one in Run.of_owner("me", tmp_path)] == [run.id]
    assert run.metadata_or_none().title == "a try"


def test_events_and_commands_are_read_once_and_a_half_line_waits(run):
    lines = JsonlTail(run.path / "events.jsonl")
    run.add_event({"type": "a"})
    with (run.path / "events.jsonl").open("ab") as file:
        file.write(b'{"type":')
    assert [line["type"] for line in lines.read_new()] == ["a"]
    assert lines.read_new() == []
    with (run.path / "events.jsonl").open("ab") as file:
        file.write(b'"b"}\n')
    assert [line["type"] for line in lines.read_new()] == ["b"]


def test_each_watching_leaves_another_lease(run):
    run.send_viewer_heartbeat()
    first = (run.path / "lease").read_bytes()
    run.send_viewer_heartbeat()
    assert (run.path / "lease").read_bytes() != first


def test_200_writers_killed_at_random_moments_leave_no_torn_file(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "tests.core.runs.killed_writers", tmp_path / "state.npz"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert run.stdout.split() == ["0"]


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    write_atomic(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["model.safetensors"]


def test_a_status_is_an_event_too(run):
    run.set_status("finished", step=7)
    assert run.status() == RunStatus("finished", step=7)
    assert json.loads((run.path / "events.jsonl").read_text()) == {"type": "state", "state": "finished", "step": 7}

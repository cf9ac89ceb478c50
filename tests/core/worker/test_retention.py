import json
import os
import time

import pytest

from core.runs.config import TrainingConfig
from core.runs.run import Run
from core.worker import retention
from core.worker.retention import DAY_SECONDS, STALE_SECONDS, TRASH_SECONDS, Retention

NOW = time.time()


@pytest.fixture
def runs(tmp_path):
    """Five finished runs, the first the youngest."""
    runs = []
    for number in range(5):
        run = Run.create(TrainingConfig(), str(number), "me", tmp_path)
        run.set_status("finished")
        (run.path / "model.keras").write_bytes(b"0" * 100_000)
        os.utime(run.path / "events.jsonl", (NOW - number * DAY_SECONDS,) * 2)
        runs.append(run)
    return runs


class Kept:
    """A folder's retention, with a clock that goes when a test says so."""

    def __init__(self, folder):
        self.now = 1000.0
        self.retention = Retention(folder, lambda: self.now)

    def tidy(self, after=0.0, **limits):
        self.now += after
        return self.retention.apply(**{"most": 5, "days": 9, "size": 10**7, **limits})


@pytest.fixture
def kept(tmp_path):
    return Kept(tmp_path)


def event(run):
    run.add_event({"type": "state", "state": "finished"})


def left(runs):
    return [int(run.metadata().title) for run in runs if run.path.exists()]


def test_with_room_and_time_nothing_goes(runs, kept):
    assert kept.tidy() == []
    assert kept.tidy(after=8 * DAY_SECONDS) == []
    assert left(runs) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("limits", [{"most": 2}, {"size": 250_000}])
def test_the_oldest_go_by_number_and_size(runs, kept, limits):
    assert kept.tidy(**limits) == [run.id for run in runs[2:]]
    assert left(runs) == [0, 1]


def test_the_oldest_go_by_the_days_that_were_seen_to_pass(runs, kept):
    kept.tidy()
    event(runs[0])
    event(runs[1])
    kept.tidy(after=DAY_SECONDS)
    assert set(kept.tidy(after=8.5 * DAY_SECONDS)) == {run.id for run in runs[2:]}
    assert left(runs) == [0, 1]
    kept.tidy(after=DAY_SECONDS)
    assert left(runs) == []


@pytest.mark.parametrize("days", [31, 3653, -20_000])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_that_jumps_costs_no_run(runs, kept, tmp_path, monkeypatch, days, restarted):
    runs[1].update_metadata(kept=True)
    runs[2].delete()
    kept.tidy()
    monkeypatch.setattr(time, "time", lambda: NOW + days * DAY_SECONDS)
    for file in tmp_path.iterdir():
        assert file.stat().st_mtime < NOW + DAY_SECONDS
    if restarted:
        kept = Kept(tmp_path)
    assert kept.tidy(after=60.0) == []
    assert left(runs) == [0, 1, 3, 4]
    runs[2].restore()


def test_what_is_begun_after_a_board_without_a_clock_was_told_the_time_is_the_youngest(runs, kept, tmp_path):
    """And so before: what is trained in 1970 is no older than what was trained before the power went."""
    kept.tidy()
    in_1970 = Run.create(TrainingConfig(), "5", "me", tmp_path)
    in_1970.set_status("finished")
    os.utime(in_1970.path / "events.jsonl", (100, 100))
    kept.tidy(after=60.0)
    assert left([*runs, in_1970]) == [0, 1, 2, 3, 5]


def test_a_kept_network_goes_last_never_by_its_age_and_one_at_work_never(runs, kept):
    runs[3].update_metadata(kept=True)
    runs[4].set_status("running")
    os.utime(runs[4].path / "events.jsonl", (NOW - 400 * DAY_SECONDS,) * 2)
    kept.tidy(most=2)
    assert left(runs) == [0, 3, 4]
    kept.tidy(after=400 * DAY_SECONDS)
    assert left(runs) == [3, 4]
    kept.tidy(size=1)
    assert left(runs) == [4]


def test_the_days_go_on_where_the_service_before_was(runs, kept, tmp_path):
    kept.tidy()
    kept.tidy(after=8 * DAY_SECONDS)
    kept.retention.end()
    after = Kept(tmp_path)
    after.tidy()
    assert left(runs) == [0, 1, 2, 3, 4]
    after.tidy(after=1.5 * DAY_SECONDS)
    assert left(runs) == []


@pytest.mark.parametrize("content", ["", "[]", '{"seconds": "1"}', '{"seconds": 1e9, "since": {"a": [1]}}', None])
def test_ages_that_cannot_be_read_make_all_young(runs, tmp_path, content):
    file = tmp_path / retention.AGES_FILE
    file.mkdir() if content is None else file.write_text(content)
    kept = Kept(tmp_path)
    kept.tidy()
    assert left(runs) == [0, 1, 2, 3, 4]
    assert json.loads(file.read_text())["seconds"] == 0
    assert len(list(tmp_path.glob(".damaged-*"))) == 1


def test_a_run_that_went_by_itself_can_be_brought_back_for_an_hour(runs, kept, tmp_path):
    kept.tidy(most=4)
    assert left(runs) == [0, 1, 2, 3]
    kept.tidy(after=TRASH_SECONDS - 1)
    runs[4].restore()
    assert left(runs) == [0, 1, 2, 3, 4]
    kept.tidy(most=4)
    kept.tidy(after=TRASH_SECONDS + 1)
    assert not list(tmp_path.glob(".*.deleted"))
    assert left(runs) == [0, 1, 2, 4]  # what was brought back is the youngest


def test_a_deleted_run_can_be_brought_back_for_an_hour(runs, kept, tmp_path):
    runs[0].delete()
    assert Run.find(runs[0].id, tmp_path) is None
    kept.tidy()
    kept.tidy(after=TRASH_SECONDS - 1)
    runs[0].restore()
    assert Run.find(runs[0].id, tmp_path) is not None
    runs[0].delete()
    kept.tidy()
    kept.tidy(after=TRASH_SECONDS + 1)
    with pytest.raises(OSError, match="No such file"):
        runs[0].restore()


def test_deleted_runs_take_a_quarter_of_the_room_at_most(runs, kept, tmp_path):
    for run in runs[:4]:
        run.delete()
        kept.tidy(after=1.0)
    kept.tidy(size=1_000_000)
    assert {path.name for path in tmp_path.glob(".*.deleted")} == {run.trash_path.name for run in runs[2:4]}


def test_a_damaged_run_stops_nothing(runs, kept):
    (runs[0].path / "status.json").write_text("{")
    kept.tidy(most=2)
    assert left(runs) == [0, 1, 2]


def test_what_a_kill_left_half_written_inside_a_run_is_cleared_away_unless_it_is_at_work(runs, kept):
    for run in runs:
        whole = {path for path in run.path.rglob("*") if path.is_file()}
        for torn in (".state.npz.0123abcd.new", ".beside.keras", "checkpoints/.000000008-s.safetensors.0123abcd.new"):
            (run.path / torn).touch()
    runs[0].set_status("running")
    (runs[1].path / "status.json").write_text("{")  # damaged: not ours to judge
    kept.retention.note_stale_temp_files()
    kept.tidy()
    assert all(len(list(run.path.rglob(".*"))) == 3 for run in runs)  # they may be young
    os.utime(runs[2].path / ".beside.keras", (1, 1))  # somebody writes it
    kept.tidy(after=STALE_SECONDS + 1)
    assert [len(list(run.path.rglob(".*"))) for run in runs] == [3, 3, 1, 0, 0]
    assert {path for path in runs[4].path.rglob("*") if path.is_file()} == whole

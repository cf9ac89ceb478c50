import os
import time

import pytest

from core.training.config import TrainingConfig
from core.training.retention import DAY, TORN, UNDO, clear_away_torn, tidy
from core.training.run_folder import Run

NOW = time.time()


@pytest.fixture
def runs(tmp_path):
    """Five finished runs, the first the youngest: one more day old each."""
    runs = []
    for days in range(5):
        run = Run.create(TrainingConfig(), str(days), "me", tmp_path)
        run.set_status("finished")
        (run.path / "model.keras").write_bytes(b"0" * 100_000)
        os.utime(run.path / "events.jsonl", (NOW - days * DAY, NOW - days * DAY))
        runs.append(run)
    return runs


def left(runs):
    return [int(run.about()["title"]) for run in runs if run.path.exists()]


def test_with_room_and_time_nothing_goes(runs, tmp_path):
    assert tidy(tmp_path, most=5, days=5, size=10**7, now=NOW) == []
    assert left(runs) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("limits", [{"most": 2}, {"days": 1.5}, {"size": 250_000}])
def test_the_oldest_go_by_number_age_and_size(runs, tmp_path, limits):
    gone = tidy(tmp_path, **{"most": 5, "days": 9, "size": 10**7, **limits}, now=NOW)
    assert left(runs) == [0, 1]
    assert gone == [run.id for run in runs[2:]]


def test_a_kept_network_goes_last_and_one_at_work_never(runs, tmp_path):
    runs[3].change(kept=True)
    runs[4].set_status("running")
    os.utime(runs[4].path / "events.jsonl", (NOW - 400 * DAY,) * 2)
    tidy(tmp_path, most=2, days=9, size=10**7, now=NOW)
    assert left(runs) == [0, 3, 4]


def test_a_clock_that_was_set_back_costs_no_run(runs, tmp_path):
    assert tidy(tmp_path, most=5, days=1, size=10**7, now=NOW - 100 * DAY) == []


def test_a_deleted_run_can_be_brought_back_for_an_hour(runs, tmp_path):
    runs[0].delete()
    assert Run.find(runs[0].id, tmp_path) is None
    tidy(tmp_path, most=5, days=9, size=10**7)
    runs[0].undelete()
    assert Run.find(runs[0].id, tmp_path) is not None
    runs[0].delete()
    tidy(tmp_path, most=5, days=9, size=10**7, now=time.time() + UNDO + 1)
    with pytest.raises(OSError, match="No such file"):
        runs[0].undelete()


def test_a_damaged_run_stops_nothing(runs, tmp_path):
    (runs[0].path / "status.json").write_text("{")
    tidy(tmp_path, most=2, days=9, size=10**7, now=NOW)
    assert left(runs) == [0, 1, 2]


def test_what_a_kill_left_half_written_inside_a_run_is_cleared_away_unless_it_is_at_work(runs, tmp_path):
    for run in runs:
        whole = {path for path in run.path.rglob("*") if path.is_file()}
        for torn in (".state.npz.0123abcd.new", ".beside.keras", "checkpoints/.000000008-s.safetensors.0123abcd.new"):
            (run.path / torn).touch()
    runs[0].set_status("running")
    (runs[1].path / "status.json").write_text("{")  # damaged: not ours to judge
    clear_away_torn(tmp_path, time.time())
    assert all(len(list(run.path.rglob(".*"))) == 3 for run in runs)  # they are young
    clear_away_torn(tmp_path, time.time() + TORN + 1)
    assert [len(list(run.path.rglob(".*"))) for run in runs] == [3, 3, 0, 0, 0]
    assert {path for path in runs[4].path.rglob("*") if path.is_file()} == whole

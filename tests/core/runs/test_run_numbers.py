"""A run's number is given once."""

import json
import threading

from core.runs.config import TrainingConfig
from core.runs.run import Run, run_numbers


def made(folder, count=1, owner="anna"):
    return [Run.create(TrainingConfig(), "", owner, folder) for _ in range(count)]


def of_owner(folder, owner="anna"):
    return run_numbers(Run.of_owner(owner, folder))


def test_runs_are_numbered_as_they_are_made_each_owners_by_themselves(tmp_path):
    anna, bert = made(tmp_path, 3), made(tmp_path, 2, "bert")
    assert of_owner(tmp_path) == {run.id: number for number, run in enumerate(anna, 1)}
    assert of_owner(tmp_path, "bert") == {run.id: number for number, run in enumerate(bert, 1)}


def test_a_run_that_is_deleted_takes_its_number_with_it_and_brings_it_back(tmp_path):
    first, second, third = made(tmp_path, 3)
    second.delete()
    assert of_owner(tmp_path) == {first.id: 1, third.id: 3}
    third.delete()  # the last one: its number is not given again while it can be brought back
    (fourth,) = made(tmp_path)
    assert of_owner(tmp_path) == {first.id: 1, fourth.id: 4}
    second.restore()
    third.restore()
    assert of_owner(tmp_path) == {first.id: 1, second.id: 2, third.id: 3, fourth.id: 4}


def test_runs_of_earlier_versions_get_their_numbers_in_their_order_and_keep_them(tmp_path):
    runs = made(tmp_path, 3)
    for run in runs:
        about = json.loads((run.path / "config.json").read_text())
        del about["number"]
        (run.path / "config.json").write_text(json.dumps(about))
    old = [run.path.rename(tmp_path / run.id[::-1]).name for run in runs]  # under names that were never looked at
    assert of_owner(tmp_path) == {name: number for number, name in enumerate(old, 1)}
    Run(tmp_path / old[0]).delete()
    assert of_owner(tmp_path) == {old[1]: 2, old[2]: 3}
    assert Run(tmp_path / old[2]).metadata().number == 3


def test_runs_that_are_begun_at_once_have_numbers_of_their_own(tmp_path):
    threads = [threading.Thread(target=made, args=(tmp_path, 5)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(of_owner(tmp_path).values()) == list(range(1, 21))


def test_a_damaged_run_among_them_is_no_obstacle(tmp_path):
    first, second = made(tmp_path, 2)
    (second.path / "config.json").write_text("{")
    assert run_numbers([second, first])[first.id] == 1
    assert of_owner(tmp_path)[first.id] == 1

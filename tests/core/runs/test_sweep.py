import json

import pytest

from core.runs import limits
from core.runs.config import TrainingConfig
from core.runs.eta import Speed, expected_seconds
from core.runs.run import Run
from core.runs.service_client import Queue
from core.runs.sweep import (
    FIRST_LAYER_UNITS,
    last_sweep,
    point_of,
    runs_of_sweep,
    spaced_values,
    sweep_seconds,
    sweep_seconds_left,
    swept_setting,
    value_of,
    variations,
    why_no_sweep,
)
from tests.core.runs.event_samples import epoch, steps

CONFIG = TrainingConfig(hidden_layers=(20, 30), training_images=100, batch_size=50, epochs=2)
SPEED = Speed(4e10, 5e10, 1.5e10, 2e4)


def test_one_setting_is_varied_and_the_others_stay():
    varied = variations(CONFIG, "learning_rate", [0.1, 0.2])
    assert [one.learning_rate for one in varied] == [0.1, 0.2]
    assert {one.hidden_layers for one in varied} == {(20, 30)}
    with pytest.raises(ValueError, match="must lie between 0.000001 and"):
        variations(CONFIG, "learning_rate", [-1])


def test_the_first_layers_units_are_varied_and_the_other_layers_stay():
    varied = variations(CONFIG, FIRST_LAYER_UNITS, [1, 7])
    assert [one.hidden_layers for one in varied] == [(1, 30), (7, 30)]
    assert [value_of(one, FIRST_LAYER_UNITS) for one in varied] == [1, 7]


def test_each_value_is_tried_with_each_seed():
    varied = variations(TrainingConfig(seed=5), "l2", [0.0, 0.1], seeds=3)
    assert [(one.l2, one.seed) for one in varied] == [(0.0, 5), (0.0, 6), (0.0, 7), (0.1, 5), (0.1, 6), (0.1, 7)]


def test_numbers_from_and_to_are_apart_by_equal_steps_or_equal_factors():
    assert spaced_values(0, 0.8, 5, False) == [0, 0.2, 0.4, 0.6, 0.8]
    assert spaced_values(0.001, 1, 4, True) == [0.001, 0.01, 0.1, 1]
    assert spaced_values(1, 0.001, 4, True) == [0.001, 0.01, 0.1, 1]
    assert spaced_values(3, 3, 8, True) == [3]


def test_the_numbers_from_and_to_stay_as_they_were_typed():
    assert spaced_values(1, 1024, 4, True, whole=True) == [1, 10, 102, 1024]
    assert spaced_values(1000, 1007, 8, False, whole=True) == list(range(1000, 1008))
    assert spaced_values(0.12345, 0.98765, 2, False) == [0.12345, 0.98765]
    assert spaced_values(1, 4, 8, False, whole=True) == [1, 2, 3, 4]  # there are no more


def test_numbers_close_to_each_other_are_told_apart_and_none_is_beyond_the_ends():
    assert spaced_values(0.10001, 0.10004, 4, False) == [0.10001, 0.10002, 0.10003, 0.10004]
    values = spaced_values(0.99996, 1.00004, 5, True)
    assert len(values) == 5
    assert (values[0], values[-1]) == (0.99996, 1.00004)


def test_a_sweep_is_found_among_an_owners_runs_in_the_order_of_its_beginning(tmp_path):
    first, second = (
        [
            Run.create(one, "", "anna", tmp_path, sweep=name, varied=setting)
            for one in variations(CONFIG, setting, [2, 1])
        ]
        for name, setting in (("one", "epochs"), ("two", "seed"))
    )
    Run.create(CONFIG, "", "anna", tmp_path)
    own = Run.of_owner("anna", tmp_path)
    assert [run.id for run in runs_of_sweep(own, "one")] == [run.id for run in first]
    assert swept_setting(first) == "epochs"
    assert last_sweep(own) == "two"
    assert runs_of_sweep(own, "three") == []
    (second[0].path / "config.json").write_text("{")
    assert [run.id for run in runs_of_sweep(own, "two")] == [second[1].id]


def test_only_a_finished_run_has_scores(tmp_path):
    run = Run.create(CONFIG, "", "anna", tmp_path)
    (run.path / "scores.json").write_text(json.dumps({"accuracy": 0.9, "loss": 0.3}))
    run.add_event(epoch(0, 0.5, 0.6, 0.7))
    run.add_event(epoch(1, 0.4, 0.5, 0.8))
    assert point_of(run, "epochs").scores == {}
    run.set_status("stopped")
    assert point_of(run, "epochs").scores == {}
    run.set_status("finished")
    point = point_of(run, "epochs")
    assert (point.value, point.scores) == (2, {"accuracy": 0.9, "val_loss": 0.5, "val_accuracy": 0.8})


@pytest.mark.parametrize("state", ["finished", "diverged"])
def test_a_run_whose_learning_rate_was_changed_by_hand_is_known(tmp_path, state):
    run = Run.create(CONFIG, "", "anna", tmp_path)
    run.add_event(steps(1, [1.0, 1.0]))
    run.set_status(state)
    assert not point_of(run, "learning_rate").is_changed
    run.add_event({"type": "learning_rate", "step": 2, "value": 0.5})
    assert not point_of(run, "learning_rate").is_changed  # nothing was learned with it
    run.add_event(steps(3, [1.0]))
    assert point_of(run, "learning_rate").is_changed


def test_the_time_of_a_sweep_is_shared_by_the_places_that_one_visitor_may_have():
    one = expected_seconds(CONFIG, SPEED)
    assert sweep_seconds([CONFIG] * 6, SPEED, Queue(slots=1)) == pytest.approx(6 * one)
    assert sweep_seconds([CONFIG] * 6, SPEED, Queue(slots=2)) == pytest.approx(6 * one)
    assert sweep_seconds([CONFIG] * 6, SPEED, Queue(slots=4)) == pytest.approx(2 * one)
    assert sweep_seconds([CONFIG] * 2, SPEED, Queue(slots=9)) == pytest.approx(one)


def test_what_is_done_takes_no_more_time(tmp_path):
    runs = [Run.create(CONFIG, "", "anna", tmp_path) for _ in range(3)]
    runs[0].set_status("finished")
    points = [point_of(run, "epochs") for run in runs]
    assert sweep_seconds_left(points, [100, 20, 10], Queue(slots=2)) == 30
    assert sweep_seconds_left(points, [100, 20, 10], Queue(slots=4)) == 20


def test_a_sweep_that_is_too_long_is_refused_with_the_numbers_and_a_cluster_takes_it():
    article = TrainingConfig(epochs=50)
    count = int(60 * limits.MAX_SWEEP_MINUTES / expected_seconds(article, SPEED)) + 1
    assert 3 < count <= limits.MAX_SWEEP_RUNS
    words = why_no_sweep([article] * count, SPEED, Queue(slots=2))
    assert f"These {count} trainings would take about 3" in words
    assert "a sweep here has 30 min" in words
    assert why_no_sweep([article] * (count - 1), SPEED, Queue(slots=2)) is None
    assert why_no_sweep([article] * count, SPEED, Queue(slots=4)) is None
    assert why_no_sweep([article] * count, None, Queue(slots=2)) is None  # not measured yet


def test_a_sweep_has_at_most_as_many_runs_as_can_be_told_apart_and_kept():
    assert "at most 32" in why_no_sweep([CONFIG] * 33, SPEED, Queue())
    assert why_no_sweep([CONFIG] * 32, SPEED, Queue()) is None


def test_what_this_server_cannot_train_is_refused_as_anywhere(monkeypatch):
    monkeypatch.setattr(limits, "MAX_MEMORY_BYTES", limits.PROGRAM_BYTES)
    assert "this server allows 0 MB" in why_no_sweep([CONFIG], SPEED, Queue())

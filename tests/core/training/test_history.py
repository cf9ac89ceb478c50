import json

import numpy as np
import pytest

from core.training.config import TrainingConfig
from core.training.history import History, HistoryReader, smoothed, thinned, verdict
from core.training.run_folder import Run


def steps(first, losses, right=None):
    last = first + len(losses) - 1
    right = [1] * len(losses) if right is None else right
    return {"type": "steps", "epoch": 0, "step": last, "loss": losses, "right": right, "seconds": last / 100}


def epoch(number, loss, val_loss, val_accuracy=0.9):
    values = {"loss": loss, "accuracy": 0.9, "val_loss": val_loss, "val_accuracy": val_accuracy}
    return {"type": "epoch", "epoch": number, "step": 100 * (number + 1), "seconds": 1.0, **values}


def history_of(*events):
    history = History()
    for event in events:
        history.add(event)
    return history


def test_a_reader_takes_in_what_is_new(tmp_path):
    run = Run.create(TrainingConfig(), "", "me", tmp_path)
    reader = HistoryReader(run.path)
    assert reader.update().step == 0
    run.add_event(steps(1, [2.0, 1.5]))
    assert reader.update().losses == [2.0, 1.5]
    run.add_event(steps(3, [1.0]))
    run.add_event({"type": "learning_rate", "step": 3, "value": 0.1})
    history = reader.update()
    assert (history.step, history.losses, history.learning_rates) == (3, [2.0, 1.5, 1.0], [(3, 0.1)])


def test_steps_that_are_told_twice_count_once():
    history = history_of(steps(1, [3.0, 2.0]), epoch(0, 2, 2), steps(101, [9.0]), steps(3, [1.0]))
    assert history.losses == [3.0, 2.0, 1.0]
    assert history.epochs == []  # it had been told after step 100, and is to be told again


def test_thinning_keeps_means_and_the_last_step():
    values = np.random.default_rng(0).random(1875).tolist()
    places, means = thinned(values, 50)
    assert len(places) == 50
    assert places[-1] == 1875
    widths = np.diff(places, prepend=0)
    assert np.average(means, weights=widths) == pytest.approx(np.mean(values))
    few, same = thinned([3.0, 1.0], 50)
    assert few.tolist() == [1, 2]
    assert same.tolist() == [3.0, 1.0]
    assert len(thinned([])[0]) == 0


def test_smoothing_starts_at_the_first_value_and_leaves_a_constant_alone():
    assert smoothed([2.0, 2.0, 2.0]).tolist() == pytest.approx([2, 2, 2])
    assert smoothed([5.0, 1.0])[0] == pytest.approx(5)
    assert 1 < smoothed([5.0, 1.0])[1] < 5


def test_at_first_nothing_is_said():
    assert verdict(history_of(steps(1, [2.3] * 30))) is None


def test_a_diverged_run_is_named_with_its_step_and_what_to_change():
    said = verdict(history_of({"type": "state", "state": "diverged", "step": 4, "learning_rate": 5.0}))
    assert said.kind == "diverged"
    assert "step 4" in said.words
    assert "0.5 instead of 5" in said.words


def test_a_rising_loss_is_named_with_the_step_where_it_rose():
    said = verdict(history_of(steps(1, [2.3] * 40 + [50.0] * 40)))
    assert said.kind == "rising"
    step = int(said.words.split("since step ")[1].split(" ")[0])
    assert 40 <= step <= 50


def test_guessing_is_not_learning():
    said = verdict(history_of(epoch(0, 2.3, 2.3, val_accuracy=0.112)))
    assert said.kind == "not learning"
    assert "11%" in said.words


def test_overfitting_is_dated_by_the_epoch_after_which_other_digits_got_worse():
    falls = [(0.5, 0.30), (0.3, 0.25), (0.2, 0.27), (0.1, 0.29), (0.05, 0.33)]
    said = verdict(history_of(*(epoch(n, loss, val) for n, (loss, val) in enumerate(falls))))
    assert said.kind == "overfitting"
    assert "since epoch 2" in said.words


@pytest.mark.parametrize(("last", "kind"), [(0.2, "falling"), (0.298, "settled")])
def test_still_falling_or_settled(last, kind):
    assert verdict(history_of(epoch(0, 0.5, 0.3), epoch(1, 0.4, last))).kind == kind


def test_events_are_lines_that_other_programs_can_read(tmp_path):
    run = Run.create(TrainingConfig(), "", "me", tmp_path)
    run.add_event(steps(1, [2.0]))
    assert json.loads((run.path / "events.jsonl").read_text()) == steps(1, [2.0])

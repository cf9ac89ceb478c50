import json

import numpy as np
import pytest

from core.training.config import TrainingConfig
from core.training.history import Curve, History, HistoryReader, history_csv, verdict
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
    reader = HistoryReader(run)
    assert reader.update().step == 0
    run.add_event(steps(1, [2.0, 1.5]))
    assert reader.update().loss.values.tolist() == [2.0, 1.5]
    run.add_event(steps(3, [1.0]))
    run.add_event({"type": "learning_rate", "step": 3, "value": 0.1})
    history = reader.update()
    assert (history.step, history.loss.values.tolist(), history.learning_rates) == (3, [2.0, 1.5, 1.0], [(3, 0.1)])


def test_steps_that_are_told_twice_count_once():
    history = history_of(
        steps(1, [3.0, 2.0]),
        epoch(0, 2, 2),
        {"type": "learning_rate", "step": 50, "value": 0.1},
        steps(3, [1.0]),
    )
    assert history.loss.values.tolist() == [3.0, 2.0, 1.0]
    assert history.epochs == []  # it had been told after step 100, and is to be told again
    assert history.learning_rates == []


def test_the_losses_before_it_diverged_are_seen_though_their_digits_were_not_counted():
    history = history_of(steps(1, [3.0, 2.0]), {**steps(3, []), "step": 2, "loss": [9.0, 1e30]})
    assert history.loss.values.tolist() == [3.0, 2.0, 9.0, 1e30]
    assert history.step == 2


def test_a_batch_that_is_smaller_has_its_own_share_of_right_ones():
    history = History(batch_size=32, learned_images=100)  # 32, 32, 32, 4
    history.add(steps(1, [1.0] * 5, [16, 32, 8, 4, 16]))
    assert history.accuracy.values.tolist() == [0.5, 1.0, 0.25, 1.0, 0.5]


def test_a_curve_is_drawn_at_its_ends_and_evenly_between():
    curve = Curve()
    curve.extend([1.0] * 1875, 0)
    places, values, smooth = curve.drawn(50)
    assert values.tolist() == smooth.tolist() == [1.0] * 50
    assert (places[0], places[-1], len(places)) == (1, 1875, 50)
    assert set(np.diff(places)) <= {38, 39}
    curve.extend([1.0], 1)
    assert curve.drawn(50)[0].tolist() == [1, 2]
    assert [part.tolist() for part in Curve().drawn()] == [[], [], []]


def test_a_curve_that_somebody_reads_can_grow():
    curve = Curve()
    curve.extend([1.0, 2.0], 0)
    reading = np.frombuffer(curve.values)
    curve.extend([3.0], 2)  # an array that is being read cannot be resized
    assert reading.tolist() == [1, 2]
    assert curve.values.tolist() == [1, 2, 3]


def test_smoothing_is_a_weighted_mean_that_reaches_back_a_quarter_and_at_most_fifty():
    values = np.random.default_rng(0).random(1000)
    curve = Curve()
    curve.extend(values[:25].tolist(), 0)
    curve.extend([7.0], 20)  # told again
    curve.extend(values[20:].tolist(), 20)
    assert curve.smooth[:4].tolist() == curve.values[:4].tolist()
    for count in (5, 100, 1000):  # what each value weighs in the end, worked out backwards
        weights, left = np.zeros(count), 1.0
        for number in range(count, 0, -1):
            share = min(1.0, max(0.02, 4 / number))
            weights[number - 1], left = left * share, left * (1 - share)
        assert weights.sum() == pytest.approx(1)
        assert curve.smooth[count - 1] == pytest.approx(np.average(values[:count], weights=weights))
        age = np.average(count - 1 - np.arange(count), weights=weights)
        assert age <= min(50, count / 4)


def test_the_table_of_a_history_has_a_line_for_each_update():
    history = History(batch_size=50, learned_images=100)
    history.add(steps(1, [2.0, 1.0, 0.5], [10, 20, 50]))
    history.add({**epoch(0, 1.5, 1.25), "step": 2})
    assert history_csv(history).splitlines() == [
        "epoch,step,loss,accuracy,epoch_loss,epoch_accuracy,val_loss,val_accuracy",
        "1,1,2.0,0.2,,,,",
        "1,2,1.0,0.4,1.5,0.9,1.25,0.9",
        "2,3,0.5,1.0,,,,",
    ]


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
    said = verdict(history_of({**epoch(0, 2.3, 2.3, val_accuracy=0.112), "accuracy": 0.11}))
    assert said.kind == "not learning"
    assert "11%" in said.words


def test_overfitting_is_dated_by_the_epoch_after_which_other_digits_got_worse():
    falls = [(0.5, 0.30), (0.3, 0.25), (0.2, 0.27), (0.1, 0.29), (0.05, 0.33)]
    said = verdict(history_of(*(epoch(n, loss, val) for n, (loss, val) in enumerate(falls))))
    assert said.kind == "overfitting"
    assert "since epoch 2" in said.words


def test_shuffled_labels_are_known_by_heart_and_that_is_said():
    history = history_of({**epoch(0, 0.1, 5.0, val_accuracy=0.11), "accuracy": 0.97})
    assert verdict(history).kind == "by heart"
    assert "97%" in verdict(history).words


def test_all_weights_zero_is_explained_where_it_is_true():
    history = history_of({**epoch(0, 2.3, 2.3, val_accuracy=0.11), "accuracy": 0.11})
    assert "gradient of zero" in verdict(history, TrainingConfig(initializer="zeros")).words
    for other in (TrainingConfig(), TrainingConfig(initializer="zeros", hidden_layers=())):
        assert "gradient of zero" not in verdict(history, other).words


def test_a_loss_that_wavers_or_a_simple_network_is_not_called_overfitting():
    wavers = [(0.35, 0.300), (0.33, 0.290), (0.32, 0.30), (0.31, 0.309)]
    assert verdict(history_of(*(epoch(n, *losses) for n, losses in enumerate(wavers)))).kind == "settled"


def test_what_a_learning_rate_raised_by_hand_has_spoilt_is_said():
    history = history_of(epoch(0, 0.3, 0.2), epoch(1, 0.1, 0.09))
    history.add({"type": "learning_rate", "step": 210, "value": 1.0})
    history.add(epoch(2, 0.4, 0.3))
    said = verdict(history)
    assert said.kind == "worse"
    assert "since the learning rate was changed" in said.words
    assert "0.090 to 0.300" in said.words


def test_one_epoch_without_progress_does_not_make_it_settled():
    losses = [0.5, 0.3, 0.2, 0.205]
    assert verdict(history_of(*(epoch(n, loss, loss) for n, loss in enumerate(losses)))).kind == "falling"
    losses += [0.204, 0.206]
    assert verdict(history_of(*(epoch(n, loss, loss) for n, loss in enumerate(losses)))).kind == "settled"


def test_the_pace_is_that_of_lately_without_what_was_compiled_at_first():
    history = History()
    assert history.pace is None
    for step, seconds in ((1, 5.0), (2, 5.1), (100, 6.0), (200, 7.0)):
        history.add({**steps(1, []), "step": step, "seconds": seconds})
    assert history.pace == pytest.approx(0.01)


@pytest.mark.parametrize(("last", "kind"), [(0.2, "falling"), (0.298, "settled")])
def test_still_falling_or_settled(last, kind):
    assert verdict(history_of(epoch(0, 0.5, 0.3), epoch(1, 0.4, last))).kind == kind


def test_events_are_lines_that_other_programs_can_read(tmp_path):
    run = Run.create(TrainingConfig(), "", "me", tmp_path)
    run.add_event(steps(1, [2.0]))
    assert json.loads((run.path / "events.jsonl").read_text()) == steps(1, [2.0])

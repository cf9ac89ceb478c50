import json
import math

import numpy as np
import pytest

from core.runs.atomic_files import is_integer, is_number
from core.runs.config import TrainingConfig
from core.runs.events import are_counts, are_numbers, is_valid_event
from core.runs.history import History, HistoryReader, HistoryReaders, MetricSeries, history_csv
from core.runs.run import Run
from tests.core.runs.event_samples import epoch, history_of, steps


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


@pytest.mark.parametrize("event", [steps(3, [9.0]), epoch(0, 2, 2)], ids=lambda event: event["type"])
def test_an_event_of_which_something_is_missing_is_left_out_and_the_rest_is_read(tmp_path, event):
    for missing in event:
        run = Run.create(TrainingConfig(), "", "me", tmp_path)
        run.add_event(steps(1, [2.0, 1.5]))
        run.add_event({name: value for name, value in event.items() if name != missing})
        run.add_event(steps(3, [1.0]))
        run.add_event(epoch(1, 1, 1))
        history = HistoryReader(run).update()
        assert history.loss.values.tolist() == [2.0, 1.5, 1.0]
        assert [one["epoch"] for one in history.epochs] == [1]


def test_a_run_is_starting_until_it_has_learned_something_and_again_after_a_pause():
    history = History()
    assert history.is_starting
    for event, is_starting in (
        ({"type": "state", "state": "running"}, True),
        (steps(1, [3.0]), False),
        ({"type": "state", "state": "paused"}, False),
        ({"type": "state", "state": "running"}, True),
        (steps(2, [2.0]), False),
    ):
        history.add(event)
        assert history.is_starting == is_starting


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


def test_a_change_and_an_epoch_that_are_told_again_take_the_place_of_the_later_ones():
    history = history_of(
        steps(1, [3.0] * 300),
        epoch(0, 2, 2),
        epoch(1, 1, 1),
        {"type": "learning_rate", "step": 250, "value": 0.1},
        {"type": "learning_rate", "step": 120, "value": 0.2},  # killed, and begun again at what it had kept
        epoch(1, 9, 9),
        steps(121, [2.0]),
    )
    assert history.learning_rates == [(120, 0.2)]
    assert [one["loss"] for one in history.epochs] == [2]


def counted(compare):
    def count(step, other):
        Step.compared += 1
        return compare(step, other)

    return count


class Step(int):
    """A step that counts how often any of them is compared."""

    compared = 0
    __lt__, __le__, __gt__, __ge__ = map(counted, (int.__lt__, int.__le__, int.__gt__, int.__ge__))


def test_events_are_taken_in_in_linear_time():
    compared = []
    for count in (100, 200):
        history, Step.compared = History(), 0
        for number in map(Step, range(1, count + 1)):
            history.add({**steps(number, [1.0]), "step": Step(number)})
            history.add({"type": "learning_rate", "step": Step(number), "value": 0.1})
            history.add({**epoch(number, 1, 1), "step": Step(number)})
        assert [len(one) for one in (history.epochs, history.learning_rates, history.timings)] == [count] * 3
        compared.append(Step.compared)
    assert 0 < compared[1] <= 2.1 * compared[0]


def test_histories_in_memory_are_bounded_by_the_sum_of_their_updates(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNS_DIR", str(tmp_path))
    names = [Run.create(TrainingConfig(), "", "me", tmp_path).id for _ in range(4)]
    readers, kept = HistoryReaders(most_updates=250), []
    for name in names:
        Run.find(name).add_event(steps(1, [1.0] * 100))
        kept.append(readers.reader(name))
        kept[-1].update()
    assert readers.reader(names[3]) is kept[3]
    assert len(readers) == 2
    assert readers.reader(names[0]) is not kept[0]
    assert readers.reader(names[0]).update().step == 100
    with pytest.raises(FileNotFoundError):
        readers.reader("nobody")


def test_one_history_that_is_too_large_for_all_is_kept_and_so_are_not_too_many(tmp_path, monkeypatch):
    monkeypatch.setenv("RUNS_DIR", str(tmp_path))
    runs = [Run.create(TrainingConfig(), "", "me", tmp_path) for _ in range(3)]
    runs[0].add_event(steps(1, [1.0] * 100))
    readers = HistoryReaders(most_updates=50, most_readers=2)
    large = readers.reader(runs[0].id)
    large.update()
    assert readers.reader(runs[0].id) is large
    for run in runs:
        readers.reader(run.id)
    assert len(readers) == 2


def test_the_losses_before_it_diverged_are_seen_though_their_digits_were_not_counted():
    history = history_of(steps(1, [3.0, 2.0]), {**steps(3, []), "step": 2, "loss": [9.0, 1e30]})
    assert history.loss.values.tolist() == [3.0, 2.0, 9.0, 1e30]
    assert history.step == 2


def test_a_batch_that_is_smaller_has_its_own_share_of_right_ones():
    history = History(batch_size=32, examples_per_epoch=100)  # 32, 32, 32, 4
    history.add(steps(1, [1.0] * 5, [16, 32, 8, 4, 16]))
    assert history.accuracy.values.tolist() == [0.5, 1.0, 0.25, 1.0, 0.5]


def test_a_curve_is_drawn_at_its_ends_and_evenly_between():
    curve = MetricSeries()
    curve.extend([1.0] * 1875, 0)
    places, values, smooth = curve.downsampled(50)
    assert values.tolist() == smooth.tolist() == [1.0] * 50
    assert (places[0], places[-1], len(places)) == (1, 1875, 50)
    assert set(np.diff(places)) <= {38, 39}
    curve.extend([1.0], 1)
    assert curve.downsampled(50)[0].tolist() == [1, 2]
    assert [part.tolist() for part in MetricSeries().downsampled()] == [[], [], []]


def test_a_curve_that_somebody_reads_can_grow():
    curve = MetricSeries()
    curve.extend([1.0, 2.0], 0)
    _, values, smooth = curve.downsampled()  # held while it grows: an array that NumPy looks into cannot be resized
    curve.extend([3.0], 2)
    assert values.tolist() == smooth.tolist() == [1, 2]
    assert curve.values.tolist() == [1, 2, 3]


def test_smoothing_is_a_weighted_mean_that_reaches_back_a_quarter_and_at_most_fifty():
    values = np.random.default_rng(0).random(1000)
    curve = MetricSeries()
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
    history = History(batch_size=50, examples_per_epoch=100)
    history.add(steps(1, [2.0, 1.0, 0.5], [10, 20, 50]))
    history.add({**epoch(0, 1.5, 1.25), "step": 2})
    history.add({"type": "learning_rate", "step": 1, "value": 5.0})
    assert history_csv(history, TrainingConfig(learning_rate=0.2)).splitlines() == [
        "epoch,step,loss,accuracy,epoch_loss,epoch_accuracy,val_loss,val_accuracy,learning_rate",
        "1,1,2.0,0.2,,,,,0.2",
        "1,2,1.0,0.4,1.5,0.9,1.25,0.9,5.0",
        "2,3,0.5,1.0,,,,,5.0",
    ]


def test_events_are_lines_that_other_programs_can_read(tmp_path):
    run = Run.create(TrainingConfig(), "", "me", tmp_path)
    run.add_event(steps(1, [2.0]))
    assert json.loads((run.path / "events.jsonl").read_text()) == steps(1, [2.0])


def test_lists_of_an_event_are_checked_as_each_of_their_numbers_would_be():
    strange = [True, False, None, "1", [], {}, 10**400, -(10**400), -1, 0, 1, 2**53, 2**53 + 1]
    strange += [0.5, -0.5, math.inf, -math.inf, math.nan, 1e308]
    lists = [[], *([one] for one in strange), *([a, b] for a in strange for b in strange)]
    for values in lists:
        assert are_numbers(values) == all(isinstance(one, float) or is_number(one) for one in values), values
        assert are_counts(values) == all(map(is_integer, values)), values


@pytest.mark.parametrize("missing", ["step", "learning_rate"])
def test_an_end_that_does_not_say_where_it_diverged_is_damaged_and_left_out(missing):
    event = {"type": "state", "state": "diverged", "step": 3, "learning_rate": 5.0}
    assert is_valid_event(event)
    assert not is_valid_event({name: value for name, value in event.items() if name != missing})
    assert not is_valid_event({**event, missing: "a word"})

"""A history tells what a training can have done, or it is refused."""

import json
from dataclasses import replace

import pytest

from core.importers import event_checks
from core.importers.errors import ModelFileError
from core.importers.event_checks import checked_events
from core.runs.config import TrainingConfig

CONFIG = TrainingConfig(hidden_layers=(20,), training_images=320, epochs=2)  # ten updates an epoch
BEGUN = {"type": "steps", "epoch": 0, "step": 4, "loss": [2.0] * 4, "right": [3] * 4, "seconds": 0.4}
DONE = {"type": "steps", "epoch": 0, "step": 10, "loss": [0] * 6, "right": [32] * 6, "seconds": 1}
ENDED = {"type": "epoch", "epoch": 0, "step": 10, "loss": 0.0, "accuracy": 1, "val_loss": 1e6, "val_accuracy": 0.0}
ENDED |= {"seconds": 1.0}
RATE = {"type": "learning_rate", "step": 10, "value": 1e20}


def told(*events):
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def test_what_a_training_can_have_done_is_kept_as_it_was_told():
    events = (BEGUN, DONE, ENDED, RATE)
    assert [json.loads(line) for line in checked_events(told(*events), CONFIG).splitlines()] == [*events]


def test_dead_layers_are_those_of_relu():
    dead = {**ENDED, "dead_layers": [0]}
    assert json.loads(checked_events(told(BEGUN, DONE, dead), CONFIG).splitlines()[-1]) == dead
    with pytest.raises(ModelFileError, match="does not fit"):
        checked_events(told(BEGUN, DONE, dead), replace(CONFIG, activation="tanh"))


def test_a_training_that_was_killed_goes_back_to_the_clock_of_what_it_had_kept():
    again = {**DONE, "step": 8, "loss": [1.0] * 4, "right": [3] * 4, "seconds": 0.7}
    assert checked_events(told(BEGUN, DONE, ENDED, again), CONFIG)
    with pytest.raises(ModelFileError, match="does not fit"):
        checked_events(told(BEGUN, DONE, ENDED, {**again, "seconds": 0.3}), CONFIG)


@pytest.mark.parametrize(
    ("event", "values"),
    [
        (BEGUN, {"loss": [2.0, 2.0, 2.0, -0.1]}),
        (BEGUN, {"seconds": -1}),
        (DONE, {"seconds": 0.3}),
        (ENDED, {"loss": -0.1}),
        (ENDED, {"val_loss": -0.1}),
        (ENDED, {"accuracy": 1e29}),
        (ENDED, {"accuracy": 1.01}),
        (ENDED, {"accuracy": -0.1}),
        (ENDED, {"val_accuracy": 1.01}),
        (ENDED, {"seconds": 0.9}),
        (ENDED, {"seconds": "1"}),
        (ENDED, {"dead_layers": [1]}),  # there is one hidden layer, 0
        (ENDED, {"dead_layers": [0, 0]}),
        (ENDED, {"dead_layers": [True]}),
        (ENDED, {"dead_layers": [[0]]}),
        (ENDED, {"dead_layers": "0"}),
        (RATE, {"value": -7}),
        (RATE, {"value": 0}),
        (RATE, {"value": 1e21}),
    ],
)
def test_a_number_beyond_its_range_is_refused(event, values):
    events = [{**one, **values} if one is event else one for one in (BEGUN, DONE, ENDED, RATE)]
    with pytest.raises(ModelFileError, match="does not fit"):
        checked_events(told(*events), CONFIG)


def test_each_epoch_is_told_once_and_after_a_kill_again():
    again = {**DONE, "step": 8, "loss": [1.0] * 4, "right": [3] * 4, "seconds": 0.7}
    rest = {**DONE, "step": 10, "loss": [1.0] * 2, "right": [3] * 2, "seconds": 0.8}
    assert checked_events(told(BEGUN, DONE, ENDED, again, rest, ENDED), CONFIG)
    for twice in (ENDED, {**ENDED, "epoch": 1}, {**ENDED, "step": 9}):  # the last: of an epoch, or at a step, before it
        with pytest.raises(ModelFileError, match="does not fit"):
            checked_events(told(BEGUN, DONE, ENDED, twice), CONFIG)


def test_a_change_of_the_learning_rate_is_told_when_it_is_made():
    assert checked_events(told(BEGUN, {**RATE, "step": 4}, {**RATE, "step": 2}), CONFIG)
    with pytest.raises(ModelFileError, match="does not fit"):
        checked_events(told(BEGUN, {**RATE, "step": 5}), CONFIG)


def test_the_learning_rate_is_not_changed_too_often(monkeypatch):
    monkeypatch.setattr(event_checks, "MAX_RATE_CHANGES", 3)
    assert checked_events(told(BEGUN, *[{**RATE, "step": 4}] * 3), CONFIG)
    with pytest.raises(ModelFileError, match="does not fit"):
        checked_events(told(BEGUN, *[{**RATE, "step": 4}] * 4), CONFIG)


def test_updates_are_counted_however_short_they_are_told(monkeypatch):
    monkeypatch.setattr(event_checks, "MAX_UPDATES", 10)
    again = {**DONE, "step": 5, "loss": [1], "right": [3], "seconds": 0.7}
    assert checked_events(told(BEGUN, DONE), CONFIG)
    with pytest.raises(ModelFileError, match="does not fit"):
        checked_events(told(BEGUN, DONE, again), CONFIG)


def test_lines_are_counted_before_they_are_read(monkeypatch):
    monkeypatch.setattr(event_checks, "MAX_LINES", 2)
    assert checked_events(told(BEGUN, DONE), CONFIG)
    for content in (told(BEGUN, DONE, ENDED), b"\n\n\n"):
        with pytest.raises(ModelFileError, match="too long"):
            checked_events(content, CONFIG)

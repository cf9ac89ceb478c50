"""A history tells what a training can have done, or it is refused."""

import json
from dataclasses import replace

import pytest

from core.model_files.refusal import ModelFileError
from core.training.config import TrainingConfig
from core.training.from_file.strict_events import checked_events

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

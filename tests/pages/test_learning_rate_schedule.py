"""A learning rate that follows a schedule: its curve beside the loss, and no more epochs, which would change it."""

from dataclasses import replace

import numpy as np
import pytest

from core.figures.training import learning_rate_figure
from core.runs.config import TrainingConfig
from core.runs.history import History
from core.runs.run import TRAINING_STATE
from tests.pages.charts import charts_of, words_of

CONFIG = TrainingConfig(hidden_layers=(20,), training_images=1000, epochs=2)
FALLING = replace(CONFIG, learning_rate=0.5, learning_rate_schedule="linear_decay")


def test_the_curve_of_the_rate_stands_below_the_loss(train, trained, mine):
    at = train(run=trained(mine, config=FALLING).id)
    assert not at.exception
    (words,) = [words for words in words_of(at) if words.startswith("Learning rate")]
    assert words == "Learning rate: 0.5 at the first of 64 updates, at most 0.5, 0.0078 at the last; 64 are taken."
    plain = train(run=trained(mine, config=CONFIG).id)
    assert len(charts_of(plain)) == len(charts_of(at)) - 1


@pytest.mark.parametrize(("config", "labels"), [(CONFIG, ["More epochs"]), (FALLING, [])])
def test_more_epochs_are_offered_where_they_would_not_have_changed_what_was_learned(
    train, trained, mine, config, labels
):
    run = trained(mine, config=config)
    (run.path / TRAINING_STATE).write_bytes(b"as it was")
    at = train(run=run.id)
    assert [control.label for control in at.number_input if control.key.startswith("more-")] == labels


def test_what_is_ahead_begins_where_what_was_taken_ends():
    history = History(batch_size=32, examples_per_epoch=1000)
    history.add({"type": "steps", "epoch": 0, "step": 16, "loss": [1.0] * 16, "right": [9] * 16, "seconds": 1.0})
    so_far, ahead = learning_rate_figure(FALLING, history, "").data
    assert so_far.x[[0, -1]].tolist() == [1, 16]
    assert ahead.x[[0, -1]].tolist() == [16, 64]
    assert np.r_[so_far.y, ahead.y[1:]] == pytest.approx(0.5 * (1 - np.arange(64) / 64))


def test_before_the_first_update_all_is_ahead():
    so_far, ahead = learning_rate_figure(FALLING, History(batch_size=32, examples_per_epoch=1000), "").data
    assert (len(so_far.x), len(ahead.x)) == (0, 64)

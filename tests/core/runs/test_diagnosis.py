from itertools import pairwise

import numpy as np
import pytest

from core.runs.config import TrainingConfig
from core.runs.diagnosis import diagnose
from core.runs.history import History
from tests.core.runs.event_samples import epoch, history_of, steps


def test_at_first_nothing_is_said():
    assert diagnose(history_of(steps(1, [2.3] * 30))) is None


def test_a_diverged_run_is_named_with_its_step_and_what_to_change():
    said = diagnose(history_of({"type": "state", "state": "diverged", "step": 4, "learning_rate": 5.0}))
    assert said.code == "diverged"
    assert "At update 4 the loss" in said.words
    assert "0.5 instead of 5" in said.words


def test_a_rising_loss_is_named_with_the_step_where_it_rose():
    said = diagnose(history_of(steps(1, [2.3] * 40 + [50.0] * 40)))
    assert said.code == "rising"
    step = int(said.words.split("since update ")[1].split(" ")[0])
    assert 40 <= step <= 50


def test_guessing_is_not_learning():
    said = diagnose(history_of({**epoch(0, 2.3, 2.3, val_accuracy=0.112), "accuracy": 0.11}))
    assert said.code == "not learning"
    assert "11%" in said.words


def test_overfitting_is_dated_by_the_epoch_after_which_other_digits_got_worse():
    falls = [(0.5, 0.30), (0.3, 0.25), (0.2, 0.27), (0.1, 0.29), (0.05, 0.33)]
    said = diagnose(history_of(*(epoch(n, loss, val) for n, (loss, val) in enumerate(falls))))
    assert said.code == "overfitting"
    assert "since epoch 2" in said.words
    for images, advice in ((1000, "More images, dropout"), (55_000, "by heart. Dropout")):
        config = TrainingConfig(training_images=images)
        assert advice in diagnose(history_of(*(epoch(n, *losses) for n, losses in enumerate(falls))), config).words


def test_shuffled_labels_are_known_by_heart_and_that_is_said():
    history = history_of({**epoch(0, 0.1, 5.0, val_accuracy=0.11), "accuracy": 0.97})
    said = diagnose(history, TrainingConfig(shuffled_labels=True))
    assert said.code == "by heart"
    assert "97%" in said.words
    assert "nothing in the labels" in said.words
    assert "labels" not in diagnose(history, TrainingConfig()).words  # they are right there


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ([], "begin again with a smaller learning rate"),
        ([(100, 0.1)], "with a learning rate of 0.1, which is too large"),
        (
            [(100, 0.1), (160, 0.5)],
            "with a learning rate of 0.1, which is too large",
        ),  # with 0.5 nothing was left to lose
    ],
)
def test_what_was_known_and_is_lost_is_not_called_known_by_heart(changes, advice):
    """The mean accuracy of the epoch in which it was lost still counts the batches before."""
    history = history_of(steps(1, [2.3] * 100, [29] * 100), steps(101, [2.3] * 100, [4] * 100))
    for step, rate in changes:
        history.add({"type": "learning_rate", "step": step, "value": rate})
    history.add({**epoch(0, 1.0, 2.3, val_accuracy=0.11), "accuracy": 0.57})
    said = diagnose(history, TrainingConfig(learning_rate=0.001))
    assert said.code == "worse"
    assert said.needs_action
    assert "up to 91% right, and lately 12%." in said.words
    assert advice in said.words


@pytest.mark.parametrize("accuracy", [0.2, 0.35, 0.45])
def test_labels_that_are_still_being_learned_by_heart_are_not_called_lost(accuracy):
    rights = np.linspace(3, 32 * accuracy, 300).astype(int).tolist()
    history = history_of(steps(1, [2.3] * 300, rights), {**epoch(0, 2.0, 2.4, val_accuracy=0.1), "accuracy": accuracy})
    assert diagnose(history, TrainingConfig(shuffled_labels=True)).code == "not learning"


@pytest.mark.parametrize("size", [1, 2, 8])
def test_the_luck_of_small_batches_is_nothing_that_could_be_lost(size):
    random = np.random.default_rng(size)
    for _ in range(50):
        history = History(size, 1000)
        history.add(steps(1, [2.3] * 300, random.binomial(size, 0.11, 300).tolist()))
        history.add({**epoch(0, 2.3, 2.3, val_accuracy=0.11), "accuracy": 0.11})
        assert diagnose(history, TrainingConfig(batch_size=size)).code == "not learning"


def test_all_weights_zero_is_explained_where_it_is_true():
    history = history_of({**epoch(0, 2.3, 2.3, val_accuracy=0.11), "accuracy": 0.11})
    assert "gradient of zero" in diagnose(history, TrainingConfig(initializer="zeros")).words
    for other in (TrainingConfig(), TrainingConfig(initializer="zeros", hidden_layers=())):
        assert "gradient of zero" not in diagnose(history, other).words


@pytest.mark.parametrize(
    ("config", "changes", "words"),
    [
        (TrainingConfig(learning_rate=5.0), [], "with a learning rate of 0.5 instead of 5."),
        (
            TrainingConfig(learning_rate=0.2),
            [(50, 5.0), (150, 0.05)],
            "first learning rate, 0.2, and keep it far below 5.",
        ),
    ],
)
def test_a_layer_of_dead_units_is_named_with_what_helps(config, changes, words):
    history = history_of(epoch(0, 0.3, 0.2))
    for step, rate in changes:
        history.add({"type": "learning_rate", "step": step, "value": rate})
    history.add({**epoch(1, 2.3, 2.3, val_accuracy=0.1), "dead_layers": [0]})
    said = diagnose(history, config)
    assert said.code == "dead units"
    assert said.needs_action
    assert "All 784 units of layer 1 give 0" in said.words
    assert words in said.words


def test_dead_units_that_wake_up_are_dead_no_more():
    history = history_of({**epoch(0, 2.3, 2.3, val_accuracy=0.1), "dead_layers": [0]})
    history.add(epoch(1, 0.5, 0.4))
    assert diagnose(history, TrainingConfig()).code == "falling"


def test_zero_weights_are_named_before_the_dead_units_that_they_make():
    history = history_of({**epoch(0, 2.3, 2.3, val_accuracy=0.11), "accuracy": 0.11, "dead_layers": [0, 1]})
    assert diagnose(history, TrainingConfig(initializer="zeros")).code == "not learning"


def test_a_loss_that_wavers_or_a_simple_network_is_not_called_overfitting():
    wavers = [(0.35, 0.300), (0.33, 0.290), (0.32, 0.30), (0.31, 0.309)]
    assert diagnose(history_of(*(epoch(n, *losses) for n, losses in enumerate(wavers)))).code == "settled"


def test_what_a_learning_rate_raised_by_hand_has_spoilt_is_said():
    history = history_of(epoch(0, 0.3, 0.2), epoch(1, 0.1, 0.09))
    history.add({"type": "learning_rate", "step": 210, "value": 1.0})
    history.add(epoch(2, 0.4, 0.3))
    said = diagnose(history)
    assert said.code == "worse"
    assert "since the learning rate was changed" in said.words
    assert "0.090 to 0.300" in said.words


def test_one_epoch_without_progress_does_not_make_it_settled():
    losses = [0.5, 0.3, 0.2, 0.205]
    assert diagnose(history_of(*(epoch(n, loss, loss) for n, loss in enumerate(losses)))).code == "falling"
    losses += [0.204, 0.206]
    assert diagnose(history_of(*(epoch(n, loss, loss) for n, loss in enumerate(losses)))).code == "settled"


def test_the_pace_is_that_of_lately_without_what_was_compiled_at_first():
    history = History()
    assert history.seconds_per_update is None
    for step, seconds in ((1, 5.0), (2, 5.1), (100, 6.0), (200, 7.0)):
        history.add({**steps(1, []), "step": step, "seconds": seconds})
    assert history.seconds_per_update == pytest.approx(0.01)


def kinds(losses, began=2.4):
    """What is said after each epoch from the second on."""
    said = []
    for count in range(2, len(losses) + 1):
        history = history_of(steps(1, [began]), *(epoch(n, loss, loss) for n, loss in enumerate(losses[:count])))
        said.append(diagnose(history).code)
    return said


def test_a_fall_that_is_not_seen_in_the_picture_is_none():
    losses = [0.16, 0.11, 0.09, 0.08, 0.0745, 0.0702, 0.0671, 0.0648]  # as Quick has them: the axis reaches 2.4
    assert kinds(losses) == ["falling"] * 2 + ["falling"] + ["settled"] * 4


def test_a_slow_fall_that_is_seen_is_one():
    assert kinds([2.3 - 0.03 * n for n in range(8)]) == ["falling"] * 7


@pytest.mark.parametrize("seed", range(20))
def test_a_loss_that_wavers_around_a_level_is_called_settled_and_the_words_do_not_jump(seed):
    random = np.random.default_rng(seed)
    losses = [1.2, 0.8, 0.6, 0.5, 0.45, *(0.43 + 0.03 * random.uniform(-1, 1, 25))]
    said = kinds(losses)
    assert said[-1] == "settled"
    changes = sum(one != other for one, other in pairwise(said))
    assert changes == 1


def test_a_loss_that_falls_again_after_it_had_settled_is_falling():
    assert kinds([0.5, 0.3, 0.3, 0.3, 0.1, 0.05])[-2:] == ["falling", "falling"]


def test_a_finished_run_that_still_falls_is_told_by_how_much_and_what_would_help():
    history = history_of(epoch(0, 0.9, 0.9), epoch(1, 0.5, 0.5), epoch(2, 0.3, 0.3))
    assert (
        diagnose(history).words == "The loss on other digits still falls: from 0.900 to 0.300 in the last two epochs."
    )
    history.add({"type": "state", "state": "finished"})
    assert diagnose(history).words.endswith("More epochs would help.")
    scheduled = TrainingConfig(learning_rate_schedule="cosine_decay")
    assert diagnose(history, scheduled).words.endswith("With more epochs from the beginning it would fall further.")


@pytest.mark.parametrize(("last", "kind"), [(0.2, "falling"), (0.298, "settled")])
def test_still_falling_or_settled(last, kind):
    assert diagnose(history_of(epoch(0, 0.5, 0.3), epoch(1, 0.4, last))).code == kind

"""A learning rate that was changed by hand, told as it was."""

import pytest

from core.runs.config import TrainingConfig
from core.runs.learning_rate_changes import effective_changes, rate_of_each_update, rates_in_words


def test_each_update_has_the_rate_that_held_when_it_was_taken():
    rates = rate_of_each_update(TrainingConfig(learning_rate=0.2), [(2, 5.0), (5, 0.05)], 8)
    assert rates.tolist() == [0.2, 0.2, 5.0, 5.0, 5.0, 0.05, 0.05, 0.05]


def test_a_schedule_multiplies_what_was_set():
    """By hand: 10 updates, of which 8 are asked for."""
    config = TrainingConfig(
        learning_rate=0.2, learning_rate_schedule="linear_decay", training_images=50, batch_size=10, epochs=2
    )
    rates = rate_of_each_update(config, [(5, 1.0)], 8)
    assert rates == pytest.approx([0.2, 0.18, 0.16, 0.14, 0.12, 0.5, 0.4, 0.3])


@pytest.mark.parametrize(
    ("changes", "effective"),
    [
        ([], []),
        ([(3, 5.0), (3, 0.05)], [(3, 0.05)]),  # nothing was learned between them
        ([(3, 5.0), (3, 0.2)], []),  # and back again at once
        ([(3, 0.2)], []),
        ([(8, 5.0)], []),  # after the last update
        ([(0, 1.0), (4, 0.2)], [(0, 1.0), (4, 0.2)]),
        ([(3, 0.2000000001)], []),  # the same as float32
    ],
)
def test_a_change_counts_if_an_update_was_taken_with_it(changes, effective):
    assert effective_changes(0.2, changes, 8) == effective


def test_the_changes_are_told_in_their_order_with_the_first_update_of_each():
    assert rates_in_words(0.2, [], 8) == "0.2"
    assert rates_in_words(0.2, [(440, 5.0), (880, 0.05)], 1760) == (
        "0.2 → 5 (from update 441) → 0.05 (from update 881)"
    )
    assert rates_in_words(0.2, [(0, 1.0), (4, 0.2)], 8) == "1 → 0.2 (from update 5)"


def test_very_many_changes_are_counted_not_listed():
    words = rates_in_words(1.0, [(step, step + 2.0) for step in range(1, 10)], 20)
    assert words == (
        "1 → 3 (from update 2) → 4 (from update 3) → 5 more changes → 10 (from update 9) → 11 (from update 10)"
    )

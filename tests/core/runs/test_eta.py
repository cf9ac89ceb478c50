from dataclasses import replace

import pytest

from core.runs.config import TrainingConfig
from core.runs.eta import (
    EXPORT_SECONDS,
    MIN_UPDATES,
    STARTUP_SECONDS,
    Speed,
    blend,
    calibrate,
    duration_in_words,
    epoch_overhead_seconds,
    expected_seconds,
    measure,
    read_speed,
    seconds_left,
    update_seconds,
    write_speed,
)

SPEED = Speed(matmul_rate=4e10, large_matmul_rate=5e10, elementwise_rate=1e10, augmentation_rate=2e4)
SMALL = TrainingConfig(hidden_layers=(100,), batch_size=32, epochs=2, training_images=3200)


def test_an_update_is_worked_out_by_hand():
    weights, backward = 784 * 100 + 100 + 100 * 10 + 10, 100 + 100 * 10 + 10  # the biases count as weights
    products = 32 * (2 * weights + backward) / 4e10
    passes = weights * (2 + 2 * 2) / 1e10  # Adam keeps two numbers for each
    assert update_seconds(SMALL, SPEED) == pytest.approx(1e-4 + products + passes)


def test_twice_the_epochs_twice_the_time_between_beginning_and_end():
    once, twice = expected_seconds(SMALL, SPEED), expected_seconds(replace(SMALL, epochs=4), SPEED)
    none = 2 * once - twice
    assert none == pytest.approx(STARTUP_SECONDS + EXPORT_SECONDS)  # beginning and end
    assert expected_seconds(replace(SMALL, distortion=1.0), SPEED) == pytest.approx(once + 2 * 3200 / 2e4)


def test_a_run_twice_as_slow_makes_the_next_be_expected_slower_and_a_few_more_settle_it(tmp_path):
    assert read_speed(tmp_path) is None
    write_speed(tmp_path, SPEED)
    config = replace(SMALL, epochs=20)
    calibrate(tmp_path, config, MIN_UPDATES - 1, 1e9)
    assert read_speed(tmp_path) == SPEED  # too short to say anything
    updates = 2 * MIN_UPDATES
    for _ in range(12):
        calibrate(tmp_path, config, updates, 2 * updates * update_seconds(config, SPEED))
    assert read_speed(tmp_path).correction == pytest.approx(2, rel=0.02)


def test_the_seconds_of_the_beginning_are_learned_from_each_run_also_from_a_short_one(tmp_path):
    write_speed(tmp_path, SPEED)
    before = expected_seconds(SMALL, SPEED)
    for _ in range(12):
        calibrate(tmp_path, SMALL, 10, 0.1, beginning=6.0)
    after = read_speed(tmp_path)
    assert after.startup_seconds == pytest.approx(6, rel=0.02)
    assert after.correction == SPEED.correction
    assert expected_seconds(SMALL, after) == pytest.approx(before + after.startup_seconds - SPEED.startup_seconds)
    calibrate(tmp_path, SMALL, 10, 0.1, beginning=1e9)  # the machine slept
    assert read_speed(tmp_path).startup_seconds < 30


def test_what_is_left_is_what_was_expected_and_falls_by_the_pace_that_was_measured():
    whole = seconds_left(SMALL, SPEED, 0, None, is_starting=True)
    assert whole == expected_seconds(SMALL, SPEED)
    assert seconds_left(SMALL, SPEED, 0, None, is_starting=False) == pytest.approx(whole - SPEED.startup_seconds)
    far, near = (seconds_left(SMALL, SPEED, done, 0.05, is_starting=False) for done in (100, 150))
    besides = epoch_overhead_seconds(SMALL, SPEED) / SMALL.updates_per_epoch
    assert far - near == pytest.approx(50 * (0.05 + besides))
    paused = seconds_left(SMALL, SPEED, 100, 0.05, is_starting=True)  # it begins again, and is no slower for that
    assert paused == pytest.approx(far + SPEED.startup_seconds)


def test_one_strange_run_does_not_carry_it_away():
    assert blend(SPEED, 1.0, 1e9).correction < 4
    assert blend(SPEED, 1.0, 0.0).correction > 0.7


def test_a_damaged_file_is_as_good_as_none(tmp_path):
    for content in (b"", b"[]", b'{"products": 1}'):
        (tmp_path / "speed.json").write_bytes(content)
        assert read_speed(tmp_path) is None


def test_this_machine_can_be_measured():
    speed = measure()
    assert min(speed.matmul_rate, speed.large_matmul_rate, speed.elementwise_rate) > 1e7
    assert speed.augmentation_rate > 10


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (8.4, "8 s"), (33, "35 s"), (89, "90 s"), (600, "10 min"), (7200, "2.0 hours")]
)
def test_seconds_in_words(seconds, words):
    assert duration_in_words(seconds) == words

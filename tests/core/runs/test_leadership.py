"""Who leads a folder of runs, and whether it goes on: clocks and folders go as a test says."""

import os

import pytest

from core.runs.leadership import (
    BEAT_SECONDS,
    HEARTBEAT,
    LOCK,
    MAX_POLL_GAP_SECONDS,
    Heartbeat,
    HeartbeatMonitor,
    is_led,
    take_lock,
)


def test_one_leads_and_another_when_it_has_let_go(tmp_path):
    assert not is_led(tmp_path)
    first = take_lock(tmp_path)
    assert is_led(tmp_path)
    assert take_lock(tmp_path) is None
    first.release()
    assert not is_led(tmp_path)
    second = take_lock(tmp_path)
    assert is_led(tmp_path)
    assert not second.is_lost()
    second.release()


def test_a_lock_file_that_somebody_left_behind_leads_nothing(tmp_path):
    (tmp_path / LOCK).write_text("12345")
    assert not is_led(tmp_path)
    assert not is_led(tmp_path / "no folder")


@pytest.mark.parametrize("again", [False, True])
def test_who_leads_sees_that_its_lock_was_deleted_by_hand(tmp_path, again):
    lock = take_lock(tmp_path)
    (tmp_path / LOCK).unlink()
    other = take_lock(tmp_path) if again else None
    assert (other is not None) is again
    assert lock.is_lost()
    for one in filter(None, (lock, other)):
        one.release()


class Watched:
    """A heartbeat and who listens to it, with a clock that goes when a test says so."""

    def __init__(self, folder):
        self.now = 100.0
        self.heart = Heartbeat(folder, lambda: self.now)
        self.pulse = HeartbeatMonitor(folder, lambda: self.now)

    def wait(self, seconds):
        self.now += seconds


@pytest.fixture
def watched(tmp_path):
    return Watched(tmp_path)


def test_it_beats_about_once_a_second_and_is_then_not_quiet(watched):
    assert watched.heart.beat()
    assert not watched.heart.beat()
    watched.pulse.silence()
    watched.wait(0.4 * BEAT_SECONDS)
    assert watched.pulse.silence() == pytest.approx(0.4 * BEAT_SECONDS)
    watched.wait(0.6 * BEAT_SECONDS)
    assert watched.heart.beat()
    assert watched.pulse.silence() == 0


def test_without_a_beat_it_is_quiet_for_the_seconds_in_which_one_looked(watched):
    watched.heart.beat()
    watched.pulse.silence()
    for _ in range(10):
        watched.wait(3.0)
        watched.pulse.silence()
    assert watched.pulse.silence() == pytest.approx(30.0)


def test_who_was_stopped_together_with_it_has_seen_nothing_amiss(watched):
    watched.heart.beat()
    watched.pulse.silence()
    watched.wait(3600.0)  # the lid was closed
    assert watched.pulse.silence() <= MAX_POLL_GAP_SECONDS


@pytest.mark.parametrize("year", [1970, 2050])
def test_a_clock_that_was_set_is_no_silence(watched, tmp_path, year):
    watched.heart.beat()
    watched.pulse.silence()
    watched.wait(1.0)
    watched.heart.beat()
    os.utime(tmp_path / HEARTBEAT, ((year - 1970) * 3.15e7 + 1,) * 2)
    assert watched.pulse.silence() == 0

"""The table of transitions, and that a run which leaves it is noticed."""

import logging

import pytest

from core.runs.config import TrainingConfig
from core.runs.run import Run
from core.runs.states import ACTIVE, RESUMABLE, TRANSITIONS, RunState

SMALL = TrainingConfig(hidden_layers=(16,), training_images=1000, epochs=2)


def test_each_state_has_its_transitions_and_all_but_an_imported_network_can_be_come_to():
    assert set(TRANSITIONS) == set(RunState)
    reached, left = {RunState.QUEUED}, [RunState.QUEUED]
    while left:
        new = set(TRANSITIONS[left.pop()]) - reached
        reached |= new
        left += new
    assert set(RunState) - reached == {RunState.IMPORTED}
    assert not set(ACTIVE) & set(RESUMABLE)
    assert all(RunState.QUEUED in TRANSITIONS[state] for state in RESUMABLE)


@pytest.mark.parametrize(
    ("before", "after", "is_foreseen"),
    [("queued", "running", True), ("finished", "running", False), ("diverged", "queued", False)],
)
def test_a_transition_that_is_not_foreseen_is_logged_and_made(tmp_path, caplog, before, after, is_foreseen):
    run = Run.create(SMALL, "", "me", tmp_path)
    (run.path / "status.json").write_text(f'{{"state": "{before}"}}')
    with caplog.at_level(logging.ERROR):
        run.set_status(RunState(after))
    assert run.status().state == after
    assert (f"became {after}" in caplog.text) is not is_foreseen

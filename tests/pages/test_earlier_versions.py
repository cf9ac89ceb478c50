"""Runs of before names and folders changed are shown as they were then (tests/core/worker/test_earlier_versions.py)."""

import shutil

import pytest

from core.paths import ROOT

OWNER = "an owner of before"


@pytest.fixture
def earlier(runs_folder, app):
    """A page with such runs, opened by who began them."""
    for number, name in enumerate(("finished", "paused")):
        shutil.copytree(ROOT / "tests/earlier" / name, runs_folder / ("AB"[number] * 22))

    def opened(page, **address):
        at = app(page, **address)
        at.session_state.session.owner = OWNER
        return at.run()

    return opened


def test_a_finished_run(earlier, texts):
    at = earlier("train_network", run="A" * 22)
    assert not at.exception
    said = texts(at)
    assert "**finished before** :green-badge[finished]" in said
    assert "accuracy **41.55 %**" in said


def test_a_paused_run_can_be_resumed(earlier, texts):
    at = earlier("train_network", run="B" * 22)
    assert not at.exception
    assert "**paused before** :orange-badge[paused]" in texts(at)
    assert "Resume" in [button.label for button in at.button]


def test_they_are_compared(earlier, texts):
    at = earlier("compare_runs", runs="A" * 22 + "," + "B" * 22)
    assert not at.exception
    assert "finished before" in texts(at)
    assert "paused before" in texts(at)


def test_the_finished_one_has_its_landscape(earlier, texts):
    at = earlier("look_inside", inside="The real hill")
    at.selectbox(key="training").set_value("A" * 22).run()
    assert not at.exception
    assert not at.error
    assert "one line" in texts(at)

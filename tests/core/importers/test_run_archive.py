"""What is taken home of a run can be brought back, and nothing else of it is taken home."""

import io
import json
import zipfile

import numpy as np
import pytest

from core.importers import run_archive
from core.importers.errors import MAX_FILE_BYTES, ModelFileError
from core.importers.run_archive import archive_of, clean_title, is_too_large, read_archive
from core.nn.network import initial_network
from core.nn.weights_file import network_to_safetensors
from core.runs.atomic_files import write_atomic
from core.runs.checkpoints import load_checkpoint, save_checkpoint
from core.runs.config import TrainingConfig
from core.runs.run import Run

CONFIG = TrainingConfig(hidden_layers=(20,), training_images=320, epochs=2, loss="binary_crossentropy")


@pytest.fixture
def run(tmp_path):
    """A run of ten updates an epoch, stopped after the first."""
    run = Run.create(CONFIG, "Quick (2)", "its-owner", tmp_path)
    network = initial_network(CONFIG.layer_units, ("relu", "sigmoid"), seed=0)
    write_atomic(run.path / "model.safetensors", network_to_safetensors(network))
    write_atomic(
        run.path / "scores.json", json.dumps({"accuracy": 0.1, "loss": 2, "step": 10, "seconds": 0.5}).encode()
    )
    run.set_status("running", pid=4711)
    run.add_event({"type": "steps", "epoch": 0, "step": 10, "loss": [1.0] * 10, "right": [3] * 10, "seconds": 0.5})
    run.add_event({"type": "learning_rate", "step": 4, "value": 0.01})
    run.set_status("stopped", step=10, reason="You **stopped** it")
    for step in range(10):
        save_checkpoint(run.path / "checkpoints", network, step, epoch_end=False)
    for name in ("log.txt", "drawings.npz", "state.npz", "lease"):
        write_atomic(run.path / name, b"private")
    run.command("stop")
    return run


def members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_is_read_is_what_was_written(run):
    archived = read_archive(archive_of(run))
    assert archived.config == CONFIG
    assert archived.title == "Quick (2)"
    assert archived.state == "stopped"
    assert archived.scores == {"accuracy": 0.1, "loss": 2, "step": 10, "seconds": 0.5}
    assert archived.files["model.safetensors"] == (run.path / "model.safetensors").read_bytes()
    assert len([name for name in archived.files if name.startswith("checkpoints/")]) == 10
    kept = [json.loads(line) for line in archived.files["events.jsonl"].splitlines()]
    assert [event["type"] for event in kept] == ["state", "steps", "learning_rate", "state"]
    assert kept[1]["loss"] == [1.0] * 10


def test_whose_it_was_and_what_was_drawn_stays_here(run):
    archive = archive_of(run)
    names = set(members(archive))
    assert names - {name for name in names if name.startswith("checkpoints/")} == {
        "run.json",
        "README.md",
        "events.jsonl",
        "model.safetensors",
    }
    assert b"its-owner" not in archive
    assert b"private" not in archive


def test_its_readme_tells_the_settings_and_each_change_of_the_learning_rate(run):
    readme = members(archive_of(run))["README.md"].decode()
    assert readme.startswith("# Quick (2)\n")
    assert "| learning rate | 0.001 → 0.01 (from update 5) |" in readme
    assert "| hidden layers | 20 |" in readme
    assert "accuracy 10.00 %" in readme


def test_an_archive_without_a_readme_is_read_as_before(run):
    older = {name: content for name, content in members(archive_of(run)).items() if name != "README.md"}
    assert read_archive(run_archive._zipped(older)).config == CONFIG


def test_words_of_an_archive_are_not_taken_over(run):
    """A reason would be shown as Markdown; whoever hands on an archive could write anything into it."""
    assert b"**stopped**" not in read_archive(archive_of(run)).files["events.jsonl"]


def test_a_title_loses_what_would_be_markdown():
    assert clean_title("[click](http://evil) **now** <b>" + "x" * 100) == ("click(http//evil) now b" + "x" * 100)[:60]


def test_of_more_moments_than_there_is_room_for_first_and_last_stay(run, monkeypatch):
    monkeypatch.setattr(run_archive, "MAX_CHECKPOINTS", 4)
    names = sorted(name for name in members(archive_of(run)) if name.startswith("checkpoints/"))
    assert len(names) == 4
    assert (names[0][12:21], names[-1][12:21]) == ("000000000", "000000009")


def test_an_archive_never_is_larger_than_what_is_read(run, tmp_path):
    config = TrainingConfig(hidden_layers=(1024, 1024), epochs=2)
    large = Run.create(config, "large", "me", tmp_path)
    network = initial_network(config.layer_units, ("relu", "relu", "softmax"), seed=0)
    write_atomic(large.path / "model.safetensors", network_to_safetensors(network))
    write_atomic(large.path / "scores.json", b"{}")
    large.set_status("finished")
    for step in range(8):
        save_checkpoint(large.path / "checkpoints", network, step, epoch_end=False)
    content = archive_of(large)
    assert 0.7 * MAX_FILE_BYTES < len(content) <= MAX_FILE_BYTES
    assert 2 <= len(read_archive(content).files) - 2 < 8


def test_a_moment_with_no_number_stays_here(run):
    spoiled = initial_network(CONFIG.layer_units, ("relu", "sigmoid"), seed=0)
    spoiled.layers[0].weights[0, 0] = 1e6  # beyond what 16 bits hold
    with np.errstate(over="ignore"):
        save_checkpoint(run.path / "checkpoints", spoiled, 10, epoch_end=True)
    assert np.isinf(load_checkpoint(run.path / "checkpoints" / "000000010-e.safetensors").layers[0].weights).any()
    assert "checkpoints/000000010-e.safetensors" not in read_archive(archive_of(run)).files


def test_a_history_that_is_too_long_is_said_to_be(run, monkeypatch):
    assert not is_too_large(run)
    monkeypatch.setattr(run_archive, "MAX_EVENTS_BYTES", 100)
    assert is_too_large(run)
    with pytest.raises(ValueError, match="too large"):
        archive_of(run)


@pytest.mark.parametrize(("bound", "most"), [("MAX_UPDATES", 19), ("MAX_LINES", 2)])
def test_a_history_of_too_much_is_said_to_be(run, monkeypatch, bound, most):
    run.set_status("finished", step=20)
    assert not is_too_large(run)
    monkeypatch.setattr(run_archive, bound, most)
    assert is_too_large(run)


def test_steps_told_again_after_a_kill_are_read(run):
    run.add_event({"type": "steps", "epoch": 0, "step": 9, "loss": [1.0] * 4, "right": [3] * 4, "seconds": 0.5})
    run.add_event({"type": "steps", "epoch": 1, "step": 12, "loss": [1.0] * 3, "right": [3] * 3, "seconds": 0.6})
    assert read_archive(archive_of(run))


def test_steps_that_leave_a_gap_are_refused(run):
    run.add_event({"type": "steps", "epoch": 1, "step": 15, "loss": [1.0] * 3, "right": [3] * 3, "seconds": 0.6})
    with pytest.raises(ModelFileError, match="does not fit"):
        read_archive(archive_of(run))

"""What a job does to its run, tried with little, in a process of its own (Keras is imported there)."""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from core.importers.readers import read_network
from core.importers.run_archive import archive_of, read_archive
from core.nn.prediction import predict
from core.nn.weights_file import network_from_safetensors, network_to_safetensors
from core.paths import ROOT
from core.runs.atomic_files import JsonlTail
from core.runs.checkpoints import checkpoint_steps
from core.runs.commands import REASON_USER
from core.runs.run import Run
from tests.core.worker.combinations import PAIRS


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(
        [sys.executable, "-m", "tests.core.worker.train_many", folder], cwd=ROOT, check=True, env=environment
    )
    return folder


@pytest.fixture(scope="module")
def runs(folder):
    paths = [path for path in folder.iterdir() if (path / "config.json").exists()]
    return {Run(path).metadata().title: Run(path) for path in paths}


FILES = ("begin", "model")


def events(run, kind):
    return [event for event in JsonlTail(run.path / "events.jsonl").read_new() if event["type"] == kind]


def weights_hash(run):
    return hashlib.sha256((run.path / "model.safetensors").read_bytes()).hexdigest()


def test_whatever_became_of_a_run_its_archive_is_read_again(runs):
    """Paused, stopped, learned on, another learning rate: the strict reader knows all that a job tells."""
    archived = {title: read_archive(archive_of(run)) for title, run in runs.items() if run.scores()}
    assert len(archived) >= 5
    for title, one in archived.items():
        assert one.config == runs[title].config()
        assert one.state == runs[title].status().state
        assert one.files["model.safetensors"] == (runs[title].path / "model.safetensors").read_bytes()


def test_keras_files_of_a_run_are_read_again_without_keras(runs):
    run = runs["straight"]
    for ending in ("keras", "h5"):
        network = read_network((run.path / f"model.{ending}").read_bytes()).network
        assert network_to_safetensors(network) == (run.path / "model.safetensors").read_bytes()


def test_paused_and_continued_is_the_same_to_the_bit_as_straight(runs):
    assert runs["paused"].status().state == "finished"
    assert weights_hash(runs["paused"]) == weights_hash(runs["straight"])


def test_what_is_prepared_learns_the_same_and_compiles_nothing_more(runs):
    assert weights_hash(runs["prepared"]) == weights_hash(runs["not prepared"])
    assert json.loads((runs["prepared"].path / "compiled.json").read_text()) == [1, 1]


def test_a_rate_that_follows_a_schedule_and_was_changed_goes_on_where_it_was(runs):
    assert runs["falling, paused"].status().state == runs["falling, changed"].status().state == "finished"
    hashes = [weights_hash(runs[title]) for title in ("falling, paused", "falling, changed", "falling", "straight")]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_a_finished_run_with_more_epochs_is_the_same_to_the_bit_as_one_that_had_them_at_first(runs):
    longer, straight = runs["longer"], runs["straight, three epochs"]
    assert longer.config() == straight.config()
    assert weights_hash(longer) == weights_hash(straight)
    assert [event["val_loss"] for event in events(longer, "epoch")] == [
        event["val_loss"] for event in events(straight, "epoch")
    ]
    assert longer.scores()["step"] == 96
    assert longer.status().state == "finished"


@pytest.mark.parametrize(("title", "shapes"), [("rate", 1), ("straight", 2)])
def test_all_is_compiled_before_the_first_second_of_learning_is_counted(runs, title, shapes):
    """For whole batches, and for the smaller one at an epoch's end."""
    assert set(json.loads((runs[title].path / "compiled.json").read_text())) == {shapes}


@pytest.mark.parametrize(("loss", "optimizer"), PAIRS)
def test_losses_and_weights_are_those_of_keras_fit(runs, folder, loss, optimizer):
    run = runs[f"{loss} {optimizer}"]
    mine = np.concatenate([event["loss"] for event in events(run, "steps")])
    with np.load(folder / f"{loss} {optimizer}.npz") as fit:
        epoch_loss, losses, *weights = fit.values()
    np.testing.assert_allclose(mine, losses, atol=2e-4)
    assert events(run, "epoch")[0]["loss"] == pytest.approx(float(epoch_loss), abs=1e-4)
    network = network_from_safetensors((run.path / "model.safetensors").read_bytes())
    kept = [array for layer in network.layers for array in (layer.weights, layer.biases)]
    for one, other in zip(kept, weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-3)


def test_both_files_open_in_keras_and_answer_as_the_app_does(runs, folder, test_set):
    network = network_from_safetensors((runs["straight"].path / "model.safetensors").read_bytes())
    mine = predict(network, test_set.images[:500])
    with np.load(folder / "opened.npz") as opened:
        for outputs in opened.values():
            np.testing.assert_allclose(outputs, mine, atol=1e-5)


def test_epoch_by_epoch_it_pauses_at_their_ends(runs):
    assert runs["by epochs"].status().state == "paused"
    assert [event["step"] for event in events(runs["by epochs"], "epoch")] == [32, 64]


def test_taught_with_drawings_it_learns_them_and_says_at_what_price(runs):
    run = runs["taught"]
    assert [event["step"] for event in events(run, "epoch")] == [44, 88, 132, 176, 220, 264]  # 1,000 and 20 times 20
    assert len(np.concatenate([event["loss"] for event in events(run, "steps")])) == 264
    with np.load(run.path / "drawings.npz") as own:
        drawings, meant = own["x"], own["y"]
    before = network_from_safetensors((run.path / "begin.safetensors").read_bytes())
    after = network_from_safetensors((run.path / "model.safetensors").read_bytes())
    assert (predict(before, drawings).argmax(axis=1) == meant).mean() < 0.3
    assert (predict(after, drawings).argmax(axis=1) == meant).mean() > 0.9
    assert run.scores()["accuracy_before"] == runs["straight"].scores()["accuracy"]
    assert run.scores()["accuracy"] != run.scores()["accuracy_before"]


def test_without_the_templates_that_it_should_learn_from_nothing_is_learned(runs):
    assert runs["templates"].status().state == "queued"  # as it was: the service says that it failed, and why


def test_of_two_tabs_the_last_word_counts(runs):
    assert runs["two tabs"].status().state == "finished"
    assert weights_hash(runs["two tabs"]) == weights_hash(runs["nonsense"])


def test_the_history_counts_every_batch_and_every_epoch(runs):
    run = runs["straight"]
    steps = events(run, "steps")
    assert sum(len(event["loss"]) for event in steps) == 64  # twice 31 batches of 32 and one of 8
    assert sum(sum(event["right"]) for event in steps if event["epoch"] == 1) == pytest.approx(
        1000 * events(run, "epoch")[1]["accuracy"]
    )
    assert [event["step"] for event in events(run, "epoch")] == [32, 64]


def test_a_finished_network_is_kept_and_scored(runs, test_set):
    run = runs["straight"]
    scores = run.scores()
    network = network_from_safetensors((run.path / "model.safetensors").read_bytes())
    right = predict(network, test_set.images).argmax(axis=1) == test_set.labels
    assert scores["accuracy"] == pytest.approx(right.mean())
    answers = np.load(run.path / "test_answers.npy")
    assert (answers.argmax(axis=1) == test_set.labels).mean() == pytest.approx(right.mean(), abs=1e-3)  # as float16
    assert {"model.keras", "model.h5", "live.npz"} <= {path.name for path in run.path.iterdir()}
    assert set(checkpoint_steps(run.path / "checkpoints")) == {0, 1, 2, 4, 8, 16, 32, 64}


def test_a_diverged_run_says_so_and_keeps_no_network(runs):
    run = runs["diverged"]
    status = run.status()
    assert status.state == "diverged"
    assert 1 <= status.step <= 4
    assert status.learning_rate == pytest.approx(1e20)
    assert not (run.path / "model.safetensors").exists()


def test_from_zero_weights_nothing_but_the_last_biases_is_learned(runs):
    network = network_from_safetensors((runs["zeros"].path / "model.safetensors").read_bytes())
    assert not network.layers[0].weights.any()
    assert not network.layers[1].weights.any()
    assert network.layers[1].biases.any()


def test_a_layer_of_which_no_unit_answers_any_digit_is_told_and_nothing_before_it_learns(runs):
    run = runs["dead"]
    assert [event["dead_layers"] for event in events(run, "epoch")] == [[1], [1]]
    before, after = (network_from_safetensors((run.path / f"{name}.safetensors").read_bytes()) for name in FILES)
    for old, new in zip(before.layers[:2], after.layers[:2], strict=True):
        np.testing.assert_array_equal(old.weights, new.weights)  # no gradient came to them
        np.testing.assert_array_equal(old.biases, new.biases)
    np.testing.assert_array_equal(before.layers[2].weights, after.layers[2].weights)
    assert (before.layers[2].biases != after.layers[2].biases).all()
    with np.load(run.path / "live.npz") as live:
        assert live["gradients"].tolist() == [0, 0, 0]


def test_where_units_answer_nothing_is_said_of_dead_ones(runs):
    for title in ("alive", "straight", "rate"):
        assert not any("dead_layers" in event for event in events(runs[title], "epoch"))


def test_a_new_learning_rate_holds_from_a_step_that_is_told(runs):
    (event,) = events(runs["rate"], "learning_rate")
    assert event["value"] == 0.5
    assert not events(runs["nonsense"], "learning_rate")
    assert weights_hash(runs["rate"]) != weights_hash(runs["nonsense"])


def test_stopped_by_hand_or_left_alone_it_is_kept(runs):
    assert runs["stopped"].status().reason == REASON_USER
    assert runs["left alone"].status().reason == "Nobody was watching any more"
    for title in ("stopped", "left alone"):
        assert runs[title].status().state == "stopped"
        assert (runs[title].path / "model.safetensors").exists()
    assert runs["asked to go on"].status().state == "finished"

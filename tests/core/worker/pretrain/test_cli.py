"""The command that trains the bundled models, tried with little, in processes of its own."""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from core.nn.weights_file import network_from_safetensors
from core.paths import ROOT
from core.runs.checkpoints import load_checkpoint
from core.runs.history import HistoryReader
from core.runs.run import Run

# Two epochs of the article's training on 2,000 digits, once kept on its way and once not, and what Keras' fit gives.


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(
        [sys.executable, "-m", "tests.core.worker.pretrain.pretrain_little", folder],
        cwd=ROOT,
        check=True,
        env=environment,
    )
    return folder


def weights(network):
    return [array for layer in network.layers for array in (layer.weights, layer.biases)]


def checkpoint(folder, file):
    return weights(load_checkpoint(folder / "one" / "checkpoints" / file))


def as_kept(arrays):
    """To half precision, which is how checkpoints are kept."""
    return [array.astype(np.float16).astype(np.float32) for array in arrays]


def manifest(folder, name):
    return json.loads((folder / name / "manifest.json").read_text())


def network(folder, name):
    return network_from_safetensors((folder / name / "model.safetensors").read_bytes())


def test_the_same_seed_gives_the_same_weights_to_the_bit_whether_it_is_kept_on_its_way_or_not(folder):
    assert manifest(folder, "one")["weights_sha256"] == manifest(folder, "two")["weights_sha256"]


def test_the_compiled_loop_learns_what_keras_fit_learns(folder):
    with np.load(folder / "fitted.npz") as fitted:
        for mine, keras in zip(weights(network(folder, "one")), fitted.values(), strict=True):
            assert np.abs(mine - keras).max() < 2e-3  # 126 steps of Adam, each rounded in another order


def test_its_events_tell_each_update_and_each_end_of_an_epoch_at_which_the_test_set_was_watched(folder):
    one, two = (HistoryReader(Run(folder / name)).update() for name in ("one", "two"))
    assert [epoch["step"] for epoch in one.epochs] == [63, 126]  # 62 batches of 32, and one of 26
    assert one.step == two.step == 126
    assert one.loss.values == two.loss.values
    assert one.loss.values[0] == pytest.approx(np.log(10), abs=0.3)
    for epoch, part in zip(one.epochs, (slice(0, 63), slice(63, 126)), strict=True):
        sizes = [32] * 62 + [26]
        assert epoch["loss"] == pytest.approx(np.average(one.loss.values[part], weights=sizes), abs=1e-5)
        assert epoch["accuracy"] == pytest.approx(np.average(one.accuracy.values[part], weights=sizes), abs=1e-6)
    assert one.epochs[1]["loss"] < one.epochs[0]["loss"]
    assert one.epochs[1]["val_accuracy"] == Run(folder / "one").scores()["accuracy"]
    assert two.epochs == []


def test_it_is_a_run_that_is_finished(folder):
    run = Run(folder / "one")
    assert run.metadata().title == "one"
    assert run.config().training_images == 2_010
    assert run.status().state == "finished"
    assert run.status().step == run.scores()["step"] == 126


def test_the_manifest_vouches_for_each_file_and_none_is_left_of_a_training_before(folder):
    steps = [*("000000000-s", "000000001-s", "000000004-s", "000000063-e", "000000064-s", "000000126-e")]
    checkpoints = [f"checkpoints/{step}.safetensors" for step in steps]
    for name, kept in (("one", checkpoints), ("two", [])):
        told = manifest(folder, name)["files"]
        there = {path.relative_to(folder / name).as_posix() for path in (folder / name).rglob("*") if path.is_file()}
        assert set(told) == there - {"manifest.json"}
        assert [file for file in told if file.startswith("checkpoints/")] == kept
        for file, entry in told.items():
            content = (folder / name / file).read_bytes()
            assert entry == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def test_the_first_checkpoint_is_of_before_any_update_and_the_last_the_trained_network(folder):
    with np.load(folder / "begun.npz") as begun:
        for mine, keras in zip(checkpoint(folder, "000000000-s.safetensors"), as_kept(begun.values()), strict=True):
            np.testing.assert_array_equal(mine, keras)
    trained = as_kept(weights(network(folder, "one")))
    for mine, last in zip(checkpoint(folder, "000000126-e.safetensors"), trained, strict=True):
        np.testing.assert_array_equal(mine, last)


@pytest.mark.parametrize(
    ("before", "after", "updates"),
    [("000000000-s", "000000001-s", 1), ("000000001-s", "000000004-s", 3), ("000000063-e", "000000064-s", 1)],
)
def test_a_checkpoint_is_of_the_update_that_it_is_named_for(folder, before, after, updates):
    """Adam's first update moves a weight by the learning rate, 0.001, and each later one by about as much at most."""
    networks = [checkpoint(folder, f"{name}.safetensors") for name in (before, after)]
    moved = max(np.abs(new - old).max() for old, new in zip(*networks, strict=True))
    assert 0.0007 * updates < moved < 0.0013 * updates


def test_nothing_half_written_is_left(folder):
    assert sorted(path.name for path in folder.iterdir()) == ["begun.npz", "fitted.npz", "one", "two"]

"""The command that trains the bundled models, tried with little, in processes of its own."""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from core.paths import ROOT
from core.pretrained.registry import load_history, load_model
from core.runs.checkpoints import load_checkpoint

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
    return weights(load_checkpoint(folder / "one-checkpoints" / file))


def as_kept(arrays):
    """To half precision, which is how checkpoints are kept."""
    return [array.astype(np.float16).astype(np.float32) for array in arrays]


def test_the_same_seed_gives_the_same_weights_to_the_bit_whether_it_is_kept_on_its_way_or_not(folder):
    entries = json.loads((folder / "manifest.json").read_text())["models"]
    assert entries["one"]["weights_sha256"] == entries["two"]["weights_sha256"]


def test_the_compiled_loop_learns_what_keras_fit_learns(folder):
    with np.load(folder / "fitted.npz") as fitted:
        for mine, keras in zip(weights(load_model("one", folder).network), fitted.values(), strict=True):
            assert np.abs(mine - keras).max() < 2e-3  # 126 steps of Adam, each rounded in another order


def test_the_history_has_a_loss_for_each_early_batch_and_the_steps_of_each_epoch(folder):
    history = load_history("one", folder)
    assert history["epochs"]["step"] == [63, 126]  # 62 batches of 32, and one of 26
    assert history["batches"]["step"][:3] == [1, 2, 3]
    assert history["batches"]["step"][-1] == 126
    assert history["batches"]["loss"][0] == pytest.approx(np.log(10), abs=0.3)
    assert history["epochs"]["loss"][1] < history["epochs"]["loss"][0]
    assert len(history["epochs"]["val_accuracy"]) == 2
    assert "val_accuracy" not in load_history("two", folder)["epochs"]


def test_the_manifest_vouches_for_each_checkpoint_and_none_is_left_of_a_training_before(folder):
    entries = json.loads((folder / "manifest.json").read_text())["models"]
    steps = [*("000000000-s", "000000001-s", "000000004-s", "000000063-e", "000000064-s", "000000126-e")]
    assert list(entries["one"]["checkpoints"]) == [f"{step}.safetensors" for step in steps]
    assert sorted(path.name for path in (folder / "one-checkpoints").iterdir()) == list(entries["one"]["checkpoints"])
    for file, told in entries["one"]["checkpoints"].items():
        content = (folder / "one-checkpoints" / file).read_bytes()
        assert told == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    assert "checkpoints" not in entries["two"]


def test_the_first_checkpoint_is_of_before_any_update_and_the_last_the_trained_network(folder):
    with np.load(folder / "begun.npz") as begun:
        for mine, keras in zip(checkpoint(folder, "000000000-s.safetensors"), as_kept(begun.values()), strict=True):
            np.testing.assert_array_equal(mine, keras)
    trained = as_kept(weights(load_model("one", folder).network))
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
    assert sorted(path.name for path in folder.iterdir() if path.suffix != ".npz") == sorted(
        [
            "manifest.json",
            "one-checkpoints",
            *(f"{name}{end}" for name in ("one", "two") for end in (".keras", ".safetensors", "-history.json")),
        ]
    )

"""The command that trains the bundled models, tried with little, in processes of its own."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from core.bundle import ROOT
from core.models import load_history, load_model

# Two epochs of the article's training on 2,000 digits, run twice, and the losses that Keras' own fit gives.
PROGRAM = """
import sys
from pathlib import Path
from dataclasses import replace
import numpy as np, keras
from core.digits import load_training_set, one_hot, to_inputs
from core.training import bundled
from core.training.bundle_files import write_bundle
from core.training.compiled import article_network

digits = load_training_set().take(np.arange(2_010))  # no multiple of 32
data = lambda seed, epoch: (digits.images, digits.labels)
settings = replace(bundled.ARTICLE, epochs=2)
bundled.tf.config.threading.set_intra_op_parallelism_threads(2)
for name in ("one", "two"):
    model, history = bundled.train(settings, data, seed=1, watch_test_set=name == "one")
    entry = {"title": name, "description": "a try", "seed": 1, "scores": {"accuracy": 0.5, "loss": 1.0}}
    write_bundle(name, model, history, folder=Path(sys.argv[1]), **entry)
keras.utils.set_random_seed(1)
fitted = article_network()
fitted.compile("adam", "categorical_crossentropy")
inputs, targets = to_inputs(digits.images), one_hot(digits.labels)
fitted.fit(inputs, targets, batch_size=32, epochs=2, shuffle=False, verbose=0)
np.savez(sys.argv[1] + "/fitted.npz", *fitted.get_weights())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", PROGRAM, folder], cwd=ROOT, check=True, env=environment)
    return folder


def weights(network):
    return [array for layer in network.layers for array in (layer.weights, layer.biases)]


def test_the_same_seed_gives_the_same_weights_to_the_bit(folder):
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


def test_nothing_half_written_is_left(folder):
    assert sorted(path.name for path in folder.iterdir() if path.name != "fitted.npz") == sorted(
        [
            "manifest.json",
            *(f"{name}{end}" for name in ("one", "two") for end in (".keras", ".safetensors", "-history.json")),
        ]
    )

"""What a job does to its run, tried with little, in a process of its own (Keras is imported there)."""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from core.bundle import ROOT
from core.models import network_from_safetensors
from core.recognition import predict
from core.training.checkpoints import checkpoint_steps
from core.training.run_folder import Lines, Run

PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
import keras, numpy as np
from core.digits import one_hot, to_inputs
from core.training import job as jobs
from core.training.config import TrainingConfig
from core.training.job import Job, datasets, set_threads
from core.training.run_folder import PAUSED, Run
from core.training.steps import build_model, build_optimizer

set_threads()
folder = Path(sys.argv[1])
small = TrainingConfig(hidden_layers=(32,), training_images=1000, epochs=2)
rich = replace(small, dropout=0.2, distortion=0.5, l2=1e-4, optimizer="momentum", learning_rate=0.05)


def train(title, config, wanted=None, before=None):
    run = Run.create(config, title, "me", folder)
    job = Job(run)
    if before:
        before(run, job)
    if wanted:
        job._wanted = lambda: wanted(job)
    job.train()
    return run


straight = train("straight", rich)
paused = train("paused", rich, wanted=lambda job: (PAUSED, {}) if job.step >= 9 else None)
assert paused.status()["state"] == "paused", paused.status()
Job(paused).train()

# The same settings in Keras' own fit, the batches in the same order.
for loss in ("categorical_crossentropy", "mean_squared_error", "binary_crossentropy"):
    for optimizer in ("sgd", "momentum", "rmsprop", "adam"):
        config = replace(small, loss=loss, optimizer=optimizer, learning_rate=0.01, epochs=1)
        train(f"{loss} {optimizer}", config)
        model = build_model(config)
        model.compile(build_optimizer(config), loss, metrics=["accuracy"])
        data, _ = datasets(config)
        data = data.take(np.random.default_rng((config.seed, 0)).permutation(1000))
        losses = []
        each = keras.callbacks.LambdaCallback(on_train_batch_end=lambda _, logs: losses.append(logs["loss"]))
        inputs, targets = to_inputs(data.images), one_hot(data.labels)
        model.fit(inputs, targets, batch_size=32, shuffle=False, verbose=0, callbacks=[each])
        seen = np.minimum(32 * np.arange(1, len(losses) + 1), 1000)
        sums = np.array(losses) * seen  # Keras shows the mean over the digits so far
        each = np.diff(sums, prepend=0) / np.diff(seen, prepend=0)
        np.savez(folder / f"{loss} {optimizer}.npz", losses[-1], each, *model.get_weights())

train("diverged", replace(small, optimizer="sgd", learning_rate=1e20))
train("zeros", replace(small, initializer="zeros", epochs=1))
train("rate", small, before=lambda run, job: run.command("learning_rate", 0.5))
train("stopped", small, before=lambda run, job: run.command("stop"))
train("nonsense", small, before=lambda run, job: run.command("learning_rate", float("nan")))
jobs.LEASE = -1.0
train("left alone", small)
train("asked to go on", small, before=lambda run, job: run.command("go_on"))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", PROGRAM, folder], cwd=ROOT, check=True, env=environment)
    return folder


@pytest.fixture(scope="module")
def runs(folder):
    paths = [path for path in folder.iterdir() if (path / "config.json").exists()]
    return {Run(path).about()["title"]: Run(path) for path in paths}


def events(run, kind):
    return [event for event in Lines(run.path / "events.jsonl").new() if event["type"] == kind]


def weights_hash(run):
    return hashlib.sha256((run.path / "model.safetensors").read_bytes()).hexdigest()


def test_paused_and_continued_is_the_same_to_the_bit_as_straight(runs):
    assert runs["paused"].status()["state"] == "finished"
    assert weights_hash(runs["paused"]) == weights_hash(runs["straight"])


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "mean_squared_error", "binary_crossentropy"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adam"])
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
    scores = json.loads((run.path / "scores.json").read_text())
    network = network_from_safetensors((run.path / "model.safetensors").read_bytes())
    right = predict(network, test_set.images).argmax(axis=1) == test_set.labels
    assert scores["accuracy"] == pytest.approx(right.mean())
    assert {"model.keras", "model.h5", "live.npz"} <= {path.name for path in run.path.iterdir()}
    assert set(checkpoint_steps(run.path / "checkpoints")) == {0, 1, 2, 4, 8, 16, 32, 64}


def test_a_diverged_run_says_so_and_keeps_no_network(runs):
    run = runs["diverged"]
    status = run.status()
    assert status["state"] == "diverged"
    assert 1 <= status["step"] <= 4
    assert status["learning_rate"] == pytest.approx(1e20)
    assert not (run.path / "model.safetensors").exists()


def test_from_zero_weights_nothing_but_the_last_biases_is_learned(runs):
    network = network_from_safetensors((runs["zeros"].path / "model.safetensors").read_bytes())
    assert not network.layers[0].weights.any()
    assert not network.layers[1].weights.any()
    assert network.layers[1].biases.any()


def test_a_new_learning_rate_holds_from_a_step_that_is_told(runs):
    (event,) = events(runs["rate"], "learning_rate")
    assert event["value"] == 0.5
    assert not events(runs["nonsense"], "learning_rate")
    assert weights_hash(runs["rate"]) != weights_hash(runs["nonsense"])


def test_stopped_by_hand_or_left_alone_it_is_kept(runs):
    assert runs["stopped"].status()["reason"] == "you stopped it"
    assert runs["left alone"].status()["reason"] == "nobody was watching any more"
    for title in ("stopped", "left alone"):
        assert runs[title].status()["state"] == "stopped"
        assert (runs[title].path / "model.safetensors").exists()
    assert runs["asked to go on"].status()["state"] == "finished"

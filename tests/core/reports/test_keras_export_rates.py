"""A learning rate that was changed by hand changes at the same updates in the program that is taken home."""

import json
import os
import subprocess
import sys

import pytest

from core.data.mnist import MNIST_FILE
from core.paths import ROOT
from core.reports.keras_export import keras_script
from core.runs.config import TrainingConfig

# The app's training and the program of that run, both watched: the learning rate of each update.
PROGRAM = """
import contextlib, io, json, sys
from pathlib import Path
import keras, numpy as np
from core.runs.config import TrainingConfig
from core.runs.history import HistoryReader
from core.worker.training_job import Job, set_threads
from core.reports.keras_export import keras_script
from core.runs.run import Run

set_threads()
with np.load(sys.argv[2]) as arrays:
    mnist = {name: arrays[name] for name in arrays}
keras.datasets.mnist.load_data = lambda: (
    (mnist["x_train"].copy(), mnist["y_train"].copy()), (mnist["x_test"].copy(), mnist["y_test"].copy())
)
folder = Path(sys.argv[1])
config = TrainingConfig(hidden_layers=(8,), optimizer="momentum", learning_rate=0.2, training_images=1000, epochs=2)
run = Run.create(config, "changed", "me", folder)
job, in_the_app, wishes = Job(run), [], [(9, 5.0), (32, 0.001), (40, 0.05)]
look, steps = job._wanted_end, job.trainer.steps


def wanted():
    if wishes and job.step >= wishes[0][0]:
        run.command("learning_rate", wishes.pop(0)[1])
    return look()


def counted(images, labels, batches):
    in_the_app.extend([float(job.optimizer.learning_rate.numpy())] * len(batches))
    return steps(images, labels, batches)


job._wanted_end, job.trainer.steps, job._next_count = wanted, counted, lambda: 1
job.train()
script = keras_script(config, HistoryReader(run).update().learning_rates)
in_the_program, fit = [], keras.Sequential.fit


def watched_fit(model, *arguments, **options):
    each = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: in_the_program.append(float(model.optimizer.learning_rate))
    )
    return fit(model, *arguments, callbacks=[each], **options)


keras.Sequential.fit = watched_fit
with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(folder):
    exec(script, {})
(folder / "rates.json").write_text(json.dumps({"app": in_the_app, "program": in_the_program}))
"""


def test_the_program_takes_each_update_with_the_rate_that_the_app_took_it_with(tmp_path):
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", PROGRAM, tmp_path, MNIST_FILE], cwd=ROOT, check=True, env=environment)
    rates = json.loads((tmp_path / "rates.json").read_text())
    assert len(rates["app"]) == 64
    assert [rates["app"][step] for step in (0, 63)] == pytest.approx([0.2, 0.05])
    assert len(set(rates["app"])) == 4
    assert rates["program"] == rates["app"]


def test_a_rate_that_was_not_changed_or_before_the_first_update_is_written_as_a_number():
    config = TrainingConfig(optimizer="sgd", learning_rate=0.2)
    assert keras_script(config, [(3, 0.2)]) == keras_script(config)
    assert "keras.optimizers.SGD(5.0)" in keras_script(config, [(0, 5.0)])

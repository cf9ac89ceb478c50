"""A learning rate that was changed by hand changes at the same updates in the program that is taken home."""

import json
import os
import subprocess
import sys

import pytest

from core.data.mnist import MNIST_FILE
from core.nn.learning_rate_schedules import SCHEDULES
from core.paths import ROOT
from core.reports.keras_export import keras_script
from core.runs.config import TrainingConfig

# The app's training and the program of that run, both watched: the learning rate of each update.


def test_the_program_takes_each_update_with_the_rate_that_the_app_took_it_with(tmp_path):
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(
        [sys.executable, "-m", "tests.core.reports.run_program_rates", tmp_path, MNIST_FILE],
        cwd=ROOT,
        check=True,
        env=environment,
    )
    ends = {
        "constant": (0.2, 0.05),
        "linear_decay": (0.2, 0.05 / 64),
        "cosine_decay": (0.2, 0.00003),
        "warmup_cosine": (0.02, 0.000037),
    }
    assert set(ends) == set(SCHEDULES)
    for schedule, first_and_last in ends.items():
        rates = json.loads((tmp_path / f"{schedule}.json").read_text())
        assert len(rates["app"]) == 64
        assert [rates["app"][step] for step in (0, 63)] == pytest.approx(first_and_last, rel=0.02)
        assert len(set(rates["app"])) == (4 if schedule == "constant" else 64)
        assert rates["program"] == pytest.approx(rates["app"], rel=1e-4, abs=1e-9)


def test_a_rate_that_was_not_changed_or_before_the_first_update_is_written_as_a_number():
    config = TrainingConfig(optimizer="sgd", learning_rate=0.2)
    assert keras_script(config, [(3, 0.2)]) == keras_script(config)
    assert "keras.optimizers.SGD(5.0)" in keras_script(config, [(0, 5.0)])

"""Keras is the oracle: each optimizer takes Keras' own steps."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from core.descent.learning_rates import tune_rate
from core.descent.simulation import simulate
from core.descent.surfaces import SURFACES
from core.nn.learning_rate_schedules import SCHEDULES
from core.nn.optimizers import OPTIMIZERS
from core.paths import ROOT

STEPS = 200
TOTALS, RATE = (1, 9, 10, 137), 0.3  # how many updates a schedule has, and from which rate
# Keras rounds Adam's constants to float32 in one of two places, also where all else is float64: a relative error of
# 6e-6 in the first step. Constants that float32 holds exactly show whether the formula is the same.
EXACT = {"adam": {"beta_1": float(np.float32(0.9)), "beta_2": float(np.float32(0.999))}}
GROUNDS = ("ravine", "wells", "rosenbrock")

# In float64, so that what differs is the formula and not the rounding.


@pytest.fixture(scope="module")
def keras_said(tmp_path_factory):
    file = tmp_path_factory.mktemp("keras") / "said.npz"
    rates = {ground: {name: tune_rate(ground, name) for name in OPTIMIZERS} for ground in GROUNDS}
    words = [file, *map(json.dumps, (GROUNDS, rates, STEPS, EXACT, TOTALS, RATE))]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-m", "tests.core.nn.keras_optimizers", *words], check=True, cwd=ROOT, env=environment
    )
    with np.load(file) as said:
        return dict(said)


@pytest.mark.parametrize("name", [name for name, schedule in SCHEDULES.items() if schedule.keras_class])
@pytest.mark.parametrize("updates", TOTALS)
def test_a_schedule_has_the_rates_of_keras(keras_said, name, updates):
    rates = RATE * SCHEDULES[name].factor(np.arange(updates), updates)
    assert np.abs(rates - keras_said[f"{name} {updates}"]).max() < 1e-7


def test_a_schedule_goes_where_it_says():
    """By hand, for 100 updates."""
    at = np.array([0, 5, 10, 50, 55, 99])
    expected = {
        "constant": [1, 1, 1, 1, 1, 1],
        "linear_decay": [1, 0.95, 0.9, 0.5, 0.45, 0.01],
        "cosine_decay": [1, 0.993844, 0.975528, 0.5, 0.421783, 0.000247],
        "warmup_cosine": [0.1, 0.55, 1, 0.586824, 0.5, 0.000305],
    }
    assert set(expected) == set(SCHEDULES)
    for name, factors in expected.items():
        assert SCHEDULES[name].factor(at, 100) == pytest.approx(factors, abs=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_200_steps_are_those_of_keras(keras_said, ground, name):
    surface = SURFACES[ground]
    rate = tune_rate(ground, name)
    ground_and_racer = (surface.loss, surface.gradient, surface.start, OPTIMIZERS[name], rate, STEPS)
    path = simulate(*ground_and_racer, axis=0, **EXACT.get(name, {}))
    assert path.steps == STEPS
    assert np.abs(path.weights - keras_said[f"{ground} {name}"]).max() < 1e-5
    assert np.abs(path.weights[-1] - path.weights[0]).max() > 0.1  # it has gone somewhere


@pytest.mark.parametrize("ground", GROUNDS)
def test_adam_as_it_is_differs_from_keras_by_its_rounding_alone(keras_said, ground):
    surface = SURFACES[ground]
    adam, rate = OPTIMIZERS["adam"], tune_rate(ground, "adam")
    path = simulate(surface.loss, surface.gradient, surface.start, adam, rate, STEPS, axis=0)
    assert np.abs(path.weights - keras_said[f"{ground} adam as it is"]).max() < 5e-5


def test_one_step_of_each_by_hand():
    """From weight 1 with slope 2 at learning rate 0.1, the first step."""
    first = {name: float(o.update(1.0, 2.0, o.init(1.0), 0.1, 1)[0]) for name, o in OPTIMIZERS.items()}
    assert first["sgd"] == pytest.approx(1 - 0.1 * 2)
    assert first["momentum"] == pytest.approx(1 - 0.1 * 2)
    assert first["nesterov"] == pytest.approx(1 - 0.9 * 0.2 - 0.2)
    assert first["adagrad"] == pytest.approx(1 - 0.2 / np.sqrt(0.1 + 4), abs=1e-6)
    assert first["rmsprop"] == pytest.approx(1 - 0.2 / np.sqrt(0.1 * 4), abs=1e-6)
    assert first["adam"] == pytest.approx(1 - 0.1, abs=1e-6)  # as long as the learning rate, whatever the slope


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weights_do_not_look_at_each_other(name):
    update, begin = OPTIMIZERS[name].update, OPTIMIZERS[name].init
    w, g = np.array([1.0, -2.0]), np.array([0.5, 3.0])
    both, _ = update(w, g, begin(w), 0.1, 1)
    each = [float(update(a, b, begin(a), 0.1, 1)[0]) for a, b in zip(w, g, strict=True)]
    assert both.tolist() == pytest.approx(each)

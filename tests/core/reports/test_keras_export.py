"""The programs that learners take home: run as they are, and held against the app's own training."""

import ast
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from core.data.mnist import MNIST_FILE
from core.paths import ROOT
from core.pretrained.registry import seed_accuracies
from core.reports.keras_export import keras_cells, keras_notebook, keras_script
from core.runs.config import TrainingConfig
from core.runs.presets import PRESETS

SIX = {
    "article": replace(PRESETS["article"].config, batch_size=128, epochs=2),
    "momentum": TrainingConfig(hidden_layers=(128,), optimizer="momentum", learning_rate=0.1, batch_size=128, epochs=2),
    "rmsprop": TrainingConfig(
        hidden_layers=(100, 50),
        activation="tanh",
        optimizer="rmsprop",
        initializer="he_normal",
        batch_size=128,
        epochs=2,
    ),
    "squares": TrainingConfig(hidden_layers=(128,), loss="mean_squared_error", batch_size=64, epochs=2),
    "yes or no": TrainingConfig(
        hidden_layers=(128,),
        loss="binary_crossentropy",
        learning_rate=0.002,
        batch_size=128,
        epochs=3,
        l2=1e-6,
        dropout=0.1,
    ),
    "no hidden layer": TrainingConfig(
        hidden_layers=(), optimizer="sgd", learning_rate=0.2, batch_size=64, epochs=3, training_images=30_000
    ),
}

# The data set comes from the app's own file: nothing is fetched.


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    for name, config in SIX.items():
        (folder / f"{name}.json").write_text(json.dumps(config.to_dict()))
        (folder / f"{name}.py").write_text(keras_script(config))
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run(
        [sys.executable, "-m", "tests.core.reports.run_programs", folder, MNIST_FILE],
        cwd=ROOT,
        check=True,
        env=environment,
    )
    return {name: json.loads((folder / f"{name}.result").read_text()) for name in SIX}


@pytest.mark.parametrize("name", SIX)
def test_the_program_reaches_what_the_app_reaches(results, name):
    reached = results[name]
    assert reached["app"] > 0.9
    assert reached["program"] == pytest.approx(reached["app"], abs=0.005)


@pytest.mark.parametrize("config", [*SIX.values(), *(preset.config for preset in PRESETS.values())])
def test_every_program_is_valid_and_its_notebook_holds_the_same(config):
    script = keras_script(config)
    compile(script, "digits.py", "exec")
    notebook = json.loads(keras_notebook(config))
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code == [part.rstrip("\n") for _, part in keras_cells(config)]
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])


def test_the_program_says_that_its_numbers_are_others_and_by_how_much():
    reached = seed_accuracies()
    spread = f"{100 * min(reached):.2f} to {100 * max(reached):.2f} %"
    config = PRESETS["quick"].config
    said = ast.get_docstring(ast.parse(keras_script(config)))
    first = json.loads(keras_notebook(config))["cells"][0]
    for words in (said, "".join(first["source"])):
        assert "Its numbers differ" in " ".join(words.split())
        assert spread in " ".join(words.split())


def test_the_articles_program_is_the_articles():
    script = keras_script(PRESETS["article"].config)
    assert 'Dense(784, activation="relu")' in script
    assert 'Dense(100, activation="relu")' in script
    assert "epochs=10" in script
    assert "numpy" not in script  # nothing that this configuration does not need

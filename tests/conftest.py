"""What several tests share."""

import json
import os
import shutil
import types

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the app has it: else each worker's threads wait in circles, at full speed

import plotly.graph_objects as go
import pytest

from core.data import mnist
from core.figures import layout
from core.pretrained import registry
from core.runs import run
from core.runs.run import PRETRAINED

CHECKED = {}  # figures by what they draw: many are drawn again and again


def checked_figure(parts, _validate):
    """What the app draws unchecked, checked: ValueError for what Plotly does not know or would not take as it is."""
    unchecked = go.Figure(parts, _validate=False)
    drawn = unchecked.to_json()
    if drawn not in CHECKED:
        figure = go.Figure(parts)
        if json.loads(drawn)["data"] != json.loads(figure.to_json())["data"]:
            raise ValueError(f"Plotly would change {parts['data']}")
        CHECKED[drawn] = figure
    return CHECKED[drawn]


layout.go = types.SimpleNamespace(Figure=checked_figure)


@pytest.fixture(scope="session")
def training_set():
    return mnist.load_training_set()


@pytest.fixture(scope="session")
def test_set():
    return mnist.load_test_set()


@pytest.fixture(scope="session", params=PRETRAINED)
def bundled_model(request):
    return registry.load_model(request.param)


@pytest.fixture(scope="session")
def drawing_model():
    return registry.load_model("drawing")


@pytest.fixture
def pretrained_copy(tmp_path, monkeypatch):
    """The bundled networks, where a test may spoil them: the app reads them from here."""
    folder = tmp_path / "models"
    shutil.copytree(run.PRETRAINED_FOLDER, folder)
    monkeypatch.setattr(run, "PRETRAINED_FOLDER", folder)
    return folder

"""What several tests share."""

import json
import types

import plotly.graph_objects as go
import pytest

from core import digits, models
from core.figures import layout


def checked_figure(parts, _validate):
    """What the app draws unchecked, checked: ValueError for what Plotly does not know or would not take as it is."""
    figure = go.Figure(parts)
    unchecked = go.Figure(parts, _validate=False)
    if json.loads(unchecked.to_json())["data"] != json.loads(figure.to_json())["data"]:
        raise ValueError(f"Plotly would change {parts['data']}")
    return figure


layout.go = types.SimpleNamespace(Figure=checked_figure)


@pytest.fixture(scope="session")
def training_set():
    return digits.load_training_set()


@pytest.fixture(scope="session")
def test_set():
    return digits.load_test_set()


@pytest.fixture(scope="session", params=models.BUNDLED)
def bundled_model(request):
    return models.load_model(request.param)


@pytest.fixture(scope="session")
def drawing_model():
    return models.load_model("drawing")

"""What several tests share."""

import pytest

from core import digits, models


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

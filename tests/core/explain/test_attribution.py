import numpy as np
import pytest

from core.explain.attribution import attribute
from core.nn.network import forward


@pytest.fixture
def images(test_set):
    return [test_set.images[index] / np.float32(255) for index in range(5)]


def test_the_shares_and_the_constant_add_up_to_the_score(bundled_model, images):
    for image in images:
        scores = forward(bundled_model.network, image.reshape(1, -1)).pre_activations[-1][0]
        for part in attribute(bundled_model.network, image, range(10)):
            assert part.bias_term + part.contributions.sum() == pytest.approx(part.score, abs=1e-3)
            assert part.score == pytest.approx(float(scores[part.digit]), abs=1e-4)


def test_paper_says_nothing(bundled_model, images):
    part = attribute(bundled_model.network, images[0], [7])[0]
    assert (part.contributions[images[0] == 0] == 0).all()


def test_a_share_is_what_dimming_that_pixel_would_cost(drawing_model, images):
    """Within the piece in which the network is linear: dim one pixel by a thousandth."""
    image = images[0].astype(np.float64)
    part = attribute(drawing_model.network, image, [7])[0]
    for place in zip(*np.nonzero(image), strict=True):
        dimmed = image.copy()
        dimmed[place] *= 0.999
        lost = part.score - attribute(drawing_model.network, dimmed, [7])[0].score
        assert 1000 * lost == pytest.approx(float(part.contributions[place]), abs=0.06)

import base64
import io

import numpy as np
from PIL import Image

from core.figures.contours import DEEPEST, background_image, shaded_contours, view_of


def test_the_deeper_the_darker_and_lines_where_the_band_changes():
    heights = np.linspace(0, 1, 200)[:, None] * np.ones((1, 50))
    source = shaded_contours(heights)
    prefix = "data:image/png;base64,"
    assert source.startswith(prefix)
    picture = np.array(Image.open(io.BytesIO(base64.b64decode(source.removeprefix(prefix)))).convert("RGBA"))
    assert picture.shape == (200, 50, 4)
    opacity = picture[:, 25, 3].astype(int)
    shades = [int(opacity[round(((band + 0.5) / 16) ** 2 * 199)]) for band in range(4, 16)]  # in the middle of a band
    assert shades == sorted(shades, reverse=True)
    assert opacity[0] == DEEPEST > 2 * shades[-1]
    lines = (opacity[1:-1] > opacity[:-2]) & (opacity[1:-1] >= opacity[2:]) & (opacity[1:-1] > 100)
    assert 12 <= lines[5:].sum() <= 15  # between sixteen bands, of which the lowest are a few rows high


def test_level_ground_is_one_shade():
    assert shaded_contours(np.zeros((20, 30))).startswith("data:image/png")


def test_one_looks_farther_as_a_path_leads_out_but_not_without_end():
    domain = (-1.0, 1.0, -1.0, 1.0)
    assert view_of(domain, np.array([[0.0, 0.5]])) == domain
    assert view_of(domain, np.array([[0.0, 0.5], [1.5, -2.25]])) == (-1, 1.5, -2.25, 1)
    assert view_of(domain, np.array([[0.0, 0.5], [1e6, 0.0]])) == domain


def test_a_picture_lies_where_its_view_is():
    below = background_image("data:,", (-2.0, 3.0, -1.0, 4.0))
    assert (below["x"], below["y"], below["sizex"], below["sizey"], below["layer"]) == (-2, 4, 5, 5, "below")

"""What the map of rates and momenta says is what was computed."""

import numpy as np

from core.descent.momentum_map import MOMENTA, RATES, momentum_map
from core.descent.surfaces import SURFACES
from core.figures.momentum_map import momentum_map_figure


def test_the_map_says_of_each_place_what_is_known_of_it():
    known = momentum_map("ravine", SURFACES["ravine"].start)
    figure = momentum_map_figure(known, 0.1, 0.5)
    texts = np.array(figure.data[1].text)
    assert texts.shape == (len(MOMENTA), len(RATES))
    assert set(texts[known.diverged]) == {"diverges"}
    arrived = ~np.isnan(known.steps)
    assert texts[arrived].tolist() == [f"{int(steps)} steps" for steps in known.steps[arrived]]

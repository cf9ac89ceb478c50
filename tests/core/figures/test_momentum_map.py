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
    pairs = np.array([[f"learning rate {rate:.10g}, momentum {of:g}: " for rate in RATES] for of in MOMENTA])
    told = [text.split(": ") for text in texts.ravel()]
    assert [pair + ": " for pair, _ in told] == pairs.ravel().tolist()
    texts = np.array([result for _, result in told]).reshape(texts.shape)
    assert set(texts[known.diverged]) == {"diverges"}
    arrived = ~np.isnan(known.steps)
    said = [f"{steps:.0f} step{'' if steps == 1 else 's'}" for steps in known.steps[arrived]]
    assert texts[arrived].tolist() == said

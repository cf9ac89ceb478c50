"""What the map of rates and momenta says is what was computed."""

import numpy as np

from core.descent.momentum_map import MOMENTA, RATES, STEPS, momentum_map, nearest_pair
from core.descent.optimizers import OPTIMIZERS
from core.descent.race_words import result_in_words
from core.descent.simulation import simulate
from core.descent.surfaces import SURFACES
from core.descent.words import rate_in_words
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


def test_the_label_of_a_field_and_the_headline_tell_the_same_of_random_places_on_every_surface():
    random = np.random.default_rng(2)
    for name, ground in SURFACES.items():
        start = tuple(random.uniform(ground.domain[::2], ground.domain[1::2]).round(2).tolist())
        known = momentum_map(name, start)
        field = momentum_map_figure(known, 0.1, 0.5).data[1]
        for _ in range(60):
            x, y = float(10 ** random.uniform(-3, 1)), float(random.uniform(0, 0.99))
            column, row = np.searchsorted(field.x, x) - 1, np.searchsorted(field.y, y) - 1
            rate, momentum = nearest_pair(x, y)
            optimizer = OPTIMIZERS["momentum"]
            path = simulate(ground.loss, ground.gradient, start, optimizer, rate, STEPS, axis=0, momentum=momentum)
            headline, label = result_in_words(ground, path, STEPS), field.text[row][column]
            assert label.startswith(f"learning rate {rate_in_words(rate)}, momentum {momentum:g}: ")
            told = label.split(": ")[1]
            if told == "diverges":
                assert headline.startswith("**diverged**")
            elif told.startswith("at no minimum"):
                assert headline == told
            else:
                assert headline.endswith(f"after {told}") or (told == "0 steps" and "from the start" in headline)


def test_a_place_beyond_the_map_is_at_its_nearest_field_and_each_mark_lies_in_its_own():
    assert nearest_pair(1e-9, -5) == (RATES[0], MOMENTA[0])
    assert nearest_pair(1e9, 5) == (RATES[-1], MOMENTA[-1])
    assert nearest_pair(-1, 0.5)[0] == RATES[0]
    assert [nearest_pair(rate, 0)[0] for rate in RATES] == RATES
    assert [nearest_pair(1, momentum)[1] for momentum in MOMENTA] == MOMENTA

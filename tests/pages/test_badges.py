"""How sure a network is stands in green only where its answer is right, as far as the page knows what is right."""

import numpy as np
import pytest

from core.data.mnist import load_test_set
from core.nn.prediction import predict
from core.pretrained.registry import load_model

GREEN, ORANGE = ":green-badge[", ":orange-badge["


@pytest.fixture(scope="module")
def surely_wrong():
    """A test digit that both bundled networks read wrongly and are sure of: its index."""
    test = load_test_set()
    outputs = [predict(load_model(name).network, test.images) for name in ("article", "drawing")]
    wrong = [(said.argmax(axis=1) != test.labels) & (said.max(axis=1) > 0.9) for said in outputs]
    return int(np.flatnonzero(wrong[0] & wrong[1])[0])


def badges(at):
    return [text.value for text in at.markdown if "-badge[" in text.value and "sure" in text.value]


@pytest.fixture
def opened(app, inside, surely_wrong):
    """Each place that shows an answer to a test digit, with the one at this index."""

    def start(index):
        at = app()
        at.session_state.start_digit = index
        return at.run()

    def explore(index):
        at = app("explore_digits")
        at.segmented_control(key="set").set_value("test").run()
        return at.number_input(key="index").set_value(index).run()

    def forward(index):
        at = inside("One digit forward")
        at.number_input(key="image").set_value(index).run()
        return next(slider for slider in at.slider if "Multiply" in slider.label).set_value(1.1).run()

    def time_machine(index):
        at = inside("Time machine")
        at.number_input(key="image").set_value(index).run()
        return at.select_slider[0].set_value(14).run()

    def draw(index):
        at = app("draw_digit")
        at.segmented_control(key="ink").set_value("Take a test digit").run()
        return at.number_input(key="test_digit").set_value(index).run()

    return {"start": start, "explore": explore, "forward": forward, "time machine": time_machine, "draw": draw}


@pytest.mark.parametrize("place", ["start", "explore", "forward", "time machine", "draw"])
def test_an_answer_is_green_only_if_it_is_right(opened, place, surely_wrong):
    wrong = badges(opened[place](surely_wrong))
    assert any(ORANGE in text for text in wrong)
    assert not any(GREEN in text for text in wrong)
    right = badges(opened[place](0))  # a clear 7
    assert any(GREEN in text for text in right)
    assert not any(ORANGE in text for text in right)

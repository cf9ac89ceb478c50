import re

import numpy as np
import pytest
import streamlit as st

from core.descent.learning_rates import tune_rate
from core.descent.momentum_map import MOMENTA, RATES, STEPS
from core.descent.narration import rate_in_words
from core.descent.race_narration import result_in_words
from core.descent.regression import POINT_SETS, from_text, to_text
from core.descent.simulation import simulate
from core.figures.momentum_map import momentum_map_figure
from core.nn.optimizers import OPTIMIZERS
from pages.ui.descend import line_fit, momentum_map, one_weight, surface_picker

PARTS = ("One weight", "Two weights", "Momentum", "A line through points", "Three losses")


@pytest.fixture
def descend(app):
    """The chapter at one of its parts."""

    def open_part(part="One weight"):
        at = app("gradient_descent")
        return at.segmented_control(key="part").set_value(part).run()

    return open_part


@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens(descend, part):
    at = descend(part)
    assert not at.exception
    assert not at.warning
    assert not at.error
    assert len(at.get("bidi_component")) >= 1


@pytest.mark.parametrize("curve", ["article", "flat", "steep", "two_valleys", "many_valleys", "plateau"])
def test_every_curve_rolls_from_its_own_start_and_names_its_edge(descend, texts, curve):
    at = descend()
    at.selectbox(key="curve").set_value(curve).run()
    assert not at.exception
    assert at.slider(key="start").value == one_weight.CURVES[curve].start
    assert "the **edge** of this valley" in texts(at)


def test_the_learning_rate_across_the_edge_goes_from_overshooting_to_diverging(descend, texts):
    at = descend()
    at.select_slider(key="rate").set_value(0.891).run()
    assert "**overshooting**" in texts(at)
    at.select_slider(key="rate").set_value(1.12).run()
    assert "**diverging**" in texts(at)
    at.select_slider(key="rate").set_value(2.0).run()
    assert "It diverged: step" in texts(at)


def test_random_starts_are_counted_and_another_draw_is_another_dozen(descend, texts):
    at = descend()
    at.selectbox(key="curve").set_value("many_valleys").run()
    at.toggle(key="starts").set_value(True).run()
    counts = set()
    for draw in range(1, 6):
        at.number_input(key="draw").set_value(draw).run()
        words = texts(at)
        assert "of 12** random starts found the global minimum at 2." in words
        counts.add(words.split(" of 12**")[0][-1])
    assert len(counts) > 1


def test_each_racer_has_the_rate_that_was_found_for_it_and_says_what_became_of_it(descend, texts):
    at = descend("Two weights")
    for name in ("sgd", "momentum", "adam"):
        assert at.select_slider(key=f"rate_{name}").value == tune_rate("ravine", name)
    assert texts(at).count("**at the minimum** after ") == 3
    at.select_slider(key="rate_sgd").set_value(1.0).run()
    assert "**diverged** at step" in texts(at)
    at.select_slider(key="rate_sgd").set_value(0.501).run()
    at.selectbox(key="surface").set_value("bowl").run()
    assert at.select_slider(key="rate_sgd").value == tune_rate("bowl", "sgd") == 1.0
    assert "after 1 steps" not in texts(at)
    assert "**at the minimum** after 1 step\n" in texts(at)


def test_what_a_surface_teaches_with_its_own_start_and_rates_is_said_with_these_alone(descend, texts):
    at = descend("Two weights")
    ravine = surface_picker.SURFACES["ravine"]
    assert ravine.race in texts(at)
    assert "First at a minimum: **momentum**." in texts(at)
    at.select_slider(key="rate_sgd").set_value(0.0316).run()
    assert ravine.race not in texts(at)
    assert ravine.lesson in texts(at)
    at.select_slider(key="rate_sgd").set_value(tune_rate("ravine", "sgd")).run()
    assert ravine.race in texts(at)
    at.slider(key="x").set_value(2.0).run()
    assert ravine.race not in texts(at)
    at.selectbox(key="surface").set_value("plateau").run()
    assert surface_picker.SURFACES["plateau"].race in texts(at)
    assert "First at a minimum: **Adam**." in texts(at)


def test_nobody_races(descend, texts):
    at = descend("Two weights")
    at.pills(key="racers").set_value([]).run()
    assert not at.exception
    assert "Choose at least one optimizer" in texts(at)


def test_all_six_race_and_arrows_follow_whom_one_asks_for(descend):
    at = descend("Two weights")
    at.pills(key="racers").set_value(list(OPTIMIZERS)).run()
    assert not at.exception
    for name in ("none", *OPTIMIZERS):
        at.selectbox(key="arrows").set_value(name).run()
        assert not at.exception
    at.pills(key="racers").set_value(["sgd"]).run()  # Adam, whose arrows were shown, has left
    assert not at.exception
    assert at.selectbox(key="arrows").value == "sgd"


@pytest.mark.parametrize("surface", list(surface_picker.SURFACES))
def test_every_surface_is_raced_on_and_mapped(descend, surface):
    at = descend("Two weights")
    at.selectbox(key="surface").set_value(surface).run()
    assert not at.exception
    at.segmented_control(key="part").set_value("Momentum").run()
    assert not at.exception
    assert at.selectbox(key="surface").value == surface


def test_the_formulas_are_shown_with_the_code_that_ran(descend):
    at = descend("Two weights")
    assert not at.code
    at.session_state["formulas"] = True
    at.run()
    assert [code.value.splitlines()[0].split("(")[0] for code in at.code] == ["def sgd", "def momentum", "def adam"]


def test_batches_and_restarts(descend, texts):
    at = descend("A line through points")
    assert "gradient of all points" not in texts(at)
    at.segmented_control(key="batch").set_value("1").run()
    at.toggle(key="restarts").set_value(True).run()
    assert not at.exception
    assert "of 12** random starts end within 0.05 of the least error" in texts(at)
    assert "Each batch has an edge of its own" in texts(at)


def test_where_no_start_leads_to_the_least_error_none_is_said_to(app, texts):
    at = app("gradient_descent", part="A line through points", own=to_text(POINT_SETS["Far from the middle"]))
    at.segmented_control(key="batch").set_value("1").run()
    at.toggle(key="restarts").set_value(True).run()
    assert "**0 of 12** random starts end within 0.05 of the least error" in texts(at)
    assert "every start leads there" not in texts(at).split("with a small enough learning rate and enough steps")[0]


def test_ones_own_points_are_text_and_bad_text_is_said(descend):
    at = descend("A line through points")
    at.selectbox(key="set").set_value("One outlier").run()
    assert from_text(at.text_area(key="own").value).y.min() == -4.5
    at.text_area(key="own").set_value("1 2; 3 4").run()
    assert not at.warning
    assert at.selectbox(key="set").value == "Your own"
    at.text_area(key="own").set_value("1 2; three").run()
    assert not at.exception
    assert "Type each point as x and y" in at.warning[0].value


def test_the_three_losses_at_a_probability(descend, texts):
    at = descend("Three losses")
    at.slider(key="p").set_value(0.5).run()
    words = texts(at)
    assert "the loss is **0.693**, and the push back **−0.5**" in words  # cross entropy: -ln(0.5), and 0.5 - 1
    assert "the push back **−0.05**" in words


def test_one_trains_with_a_loss(descend):
    at = descend("Three losses")
    at.button(key="train-mean_squared_error").click().run()
    assert not at.exception
    assert at.title[0].value == "Train a network"
    assert at.segmented_control(key="set_loss").value == "mean_squared_error"
    assert at.info[0].value.startswith("Chosen: **mean squared error**, from *Three losses*.")


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        *(("One weight", "start", value) for value in ("1e300", "-50", "nan", "text")),
        *(("One weight", "rate", value) for value in ("0", "-1", "1e300", "nan", "text")),
        ("One weight", "curve", "Moebius"),
        ("Two weights", "x", "99"),
        ("Two weights", "rate_adam", "-3"),
        ("Two weights", "surface", "the sea"),
        ("Momentum", "momentum", "2"),
        ("A line through points", "batch", "3"),
        ("Three losses", "p", "7"),
        ("No such part", "start", "1"),
    ],
)
def test_nonsense_in_the_address_gives_the_default_and_a_sentence(app, part, name, value):
    at = app("gradient_descent", part=part, **{name: value})
    assert not at.exception
    assert len(at.warning) == 1
    assert "which does not exist" in at.warning[0].value


@pytest.mark.parametrize(("name", "value"), [("start", "2.5"), ("rate", "0.098"), ("curve", "Flat"), ("steps", "80")])
def test_an_address_that_makes_sense_is_followed(app, name, value):
    assert_no_warning(app("gradient_descent", **{name: value}))


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("One weight", "curve", "As in the article"),
        ("One weight", "rate", "0.1"),
        ("Two weights", "surface", "Ravine"),
        ("Two weights", "racers", ["gradient descent", "momentum", "Adam"]),
        ("Two weights", "arrows", "momentum"),
        ("Momentum", "surface", "Ravine"),
        ("A line through points", "batch", "all"),
    ],
)
def test_an_address_may_name_a_default(app, part, name, value):
    assert_no_warning(app("gradient_descent", part=part, **{name: value}))


def assert_no_warning(at):
    assert not at.exception
    assert not at.warning


@pytest.mark.parametrize(
    ("part", "extremes"),
    [
        ("One weight", {"curve": "Steep", "rate": "100", "starts": "true"}),
        ("One weight", {"curve": "Plateau", "rate": "100", "steps": "500"}),
        ("Two weights", {"surface": "Rosenbrock", "rate_sgd": "10", "rate_momentum": "10", "rate_adam": "10"}),
        ("Momentum", {"surface": "Rosenbrock", "pair_rate": "10", "momentum": "0.99"}),
        ("A line through points", {"line_rate": "1", "batch": "1", "restarts": "true", "own": "5 5; 5 -5"}),
        ("Three losses", {"p": "0.01", "losses_log": "true"}),
    ],
)
def test_no_number_on_the_page_or_in_a_chart_is_not_a_number(app, texts, part, extremes):
    at = app("gradient_descent", part=part, **extremes)
    assert not at.exception
    assert not at.warning
    said = [texts(at), *(element.proto.json for element in at.get("bidi_component"))]
    assert max(map(len, said[1:])) > 5000  # with the figures in it
    for text in said:
        assert not re.search(r"\bnan\b|\binf\b|infinity", text, re.IGNORECASE)


# What a click does, without the browser that clicks.


class State(dict):
    """Streamlit's session state, for callbacks that are called by hand."""

    __getattr__ = dict.get
    __setattr__ = dict.__setitem__


@pytest.fixture
def state(monkeypatch):
    monkeypatch.setattr(st, "session_state", State())
    return st.session_state


def test_a_click_on_the_curve_places_the_ball_within_bounds(state):
    state.curve = "article"
    one_weight._place({"x": 4.567, "y": 1.0})
    assert state.start == 4.57
    one_weight._place({"x": 1e9, "y": 1.0})
    assert state.start == 8.0


def test_a_click_in_the_rates_takes_the_nearest_mark(state):
    one_weight._take_rate({"x": 0.0523, "y": 1.0})
    assert state.rate == 0.0501
    one_weight._take_rate({"x": 1e-9, "y": 1.0})
    assert state.rate == 0.001


def test_a_click_on_the_map_places_the_balls(state):
    state.surface = "saddle"
    surface_picker.place_start({"x": -9.0, "y": 0.123})
    assert (state.x, state.y) == (-2.0, 0.12)


def test_a_place_on_the_momentum_map_is_a_pair(state):
    momentum_map._take_pair({"x": 0.1, "y": 0.55})
    assert state.pair_rate == 0.1
    assert state.momentum == 0.54


def test_the_label_of_a_field_and_the_headline_tell_the_same_of_random_places_on_every_surface():
    """A field reaches half-way to the next one: of rates on a logarithmic axis, to the geometric mean of two marks."""
    ends = np.sqrt(np.array(RATES[1:]) * RATES[:-1]), (np.array(MOMENTA[1:]) + MOMENTA[:-1]) / 2
    random = np.random.default_rng(2)
    for name, surface in surface_picker.SURFACES.items():
        start = tuple(random.uniform(surface.domain[::2], surface.domain[1::2]).round(2).tolist())
        labels = momentum_map_figure(momentum_map.momentum_map(name, start), 0.1, 0.5).data[1].text
        for _ in range(60):
            x, y = float(10 ** random.uniform(-3, 1)), float(random.uniform(0, 0.99))
            column, row = (int(np.searchsorted(end, place)) for end, place in zip(ends, (x, y), strict=True))
            rate, momentum = momentum_map._pair_at({"x": x, "y": y})
            rolls = OPTIMIZERS["momentum"], rate, STEPS
            path = simulate(surface.loss, surface.gradient, start, *rolls, axis=0, momentum=momentum)
            headline, label = result_in_words(surface, path, STEPS), labels[row][column]
            pair, told = label.split(": ")
            assert pair == f"learning rate {rate_in_words(rate)}, momentum {momentum:g}"
            if told == "diverges":
                assert headline.startswith("**diverged**")
            elif told.startswith("at no minimum"):
                assert headline == told
            else:
                assert headline.endswith(f"after {told}") or (told == "0 steps" and "from the start" in headline)


def test_a_clicked_point_joins_those_that_are_shown(state):
    state.own = to_text(POINT_SETS["A clear trend"])
    line_fit._add_point({"x": 1.0, "y": -7.0})
    points = from_text(state.own)
    assert len(points) == len(POINT_SETS["A clear trend"]) + 1
    assert (points.x[-1], points.y[-1]) == (1, -5)
    for _ in range(60):
        line_fit._add_point({"x": 0.5, "y": 0.5})
    assert len(from_text(state.own)) == 40

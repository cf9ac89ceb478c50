import re

import pytest

from core.descent.curves import CURVES
from core.descent.optimizers import OPTIMIZERS
from core.descent.simulation import simulate
from core.descent.words import judge, number, rate_in_words, step_in_words, zone_of

ARTICLE = CURVES["article"]


def path_of(curve, start, rate, steps=60):
    return simulate(curve.loss, curve.gradient, start, OPTIMIZERS["sgd"], rate, steps)


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (3.0, "3"), (-1.92, "−1.92"), (0.12345678, "0.1235"), (1234.5, "1,234.5"), (2.5e7, "2.50 × 10⁷"),
     (-3e-9, "−3.00 × 10⁻⁹"), (1e-212, "almost 0"), (534_362.9392, "534,362.9"), (999_999.999, "1,000,000"),
     (1e-4, "0.0001")],
)  # fmt: skip
def test_numbers_in_words(value, said):
    assert number(value) == said


@pytest.mark.parametrize(
    ("rate", "said"), [(0.1, "0.1"), (1e-5, "0.00001"), (2.0, "2"), (0.0631, "0.0631"), (100, "100")]
)
def test_rates_in_words(rate, said):
    assert rate_in_words(rate) == said


def test_a_step_says_its_slope_its_sign_and_its_sum():
    negative = step_in_words(path_of(ARTICLE, -1.0, 0.1), 0, 0.1)
    assert "The slope −8" in negative[0]
    assert "negative" in negative[0]
    assert negative[0].endswith("so add.")
    assert negative[1].endswith("−1 − 0.1 × (−8) = −0.2")
    positive = step_in_words(path_of(ARTICLE, 5.0, 0.1), 0, 0.1)
    assert positive[0].endswith("so subtract.")
    assert positive[1].endswith("5 − 0.1 × 4 = 4.6")
    assert "The slope is 0" in step_in_words(path_of(ARTICLE, 3.0, 0.1), 0, 0.1)[0]


def test_the_sums_on_screen_add_up():
    for rate in (0.07, 0.33, 0.71):
        path = path_of(ARTICLE, -1.37, rate, 6)
        for step in range(6):
            right = step_in_words(path, step, rate)[1].split("slope = ")[1].replace("−", "-").replace("×", "*")
            left, result = right.split(" = ")
            w, r, g = map(float, re.fullmatch(r"(\S+) - (\S+) \* \(?([-\d.]+)\)?", left).groups())
            assert w - r * g == pytest.approx(float(result), abs=2e-4)


@pytest.mark.parametrize(
    ("rate", "zone", "outcome"),
    [
        (0.1, "creeping", "it is within 0.1 of the minimum at 3"),
        (0.002, "creeping", "not there yet"),
        (0.9, "overshooting", "it is within 0.1 of the minimum at 3"),
        (1.0, "on the edge", "hardly changed"),
        (1.3, "diverging", "It diverged: step"),
        (90.0, "diverging", "It diverged: step 3"),
    ],
)
def test_the_verdict_says_where_the_rate_lies_and_what_came_of_it(rate, zone, outcome):
    verdict = judge(ARTICLE, path_of(ARTICLE, -1.0, rate), rate)
    assert verdict.zone == zone == zone_of(rate, 1.0)
    assert outcome in verdict.outcome
    assert f"is 1; {rate_in_words(rate)} is {rate:.2g} times that" in verdict.says


def test_a_local_minimum_is_called_so():
    two = CURVES["two_valleys"]
    assert "a local minimum at 1.89" in judge(two, path_of(two, 2.5, 0.1), 0.1).outcome
    assert "the global minimum at −2.09" in judge(two, path_of(two, -2.5, 0.1), 0.1).outcome


def test_a_loss_that_grows_without_end_is_said_to_grow():
    assert "has grown from 16 to" in judge(ARTICLE, path_of(ARTICLE, -1.0, 1.02), 1.02).outcome


def test_a_plateau_is_said_to_hold_it():
    plateau = CURVES["plateau"]
    assert "hardly changed" in judge(plateau, path_of(plateau, -1.5, 0.1), 0.1).outcome

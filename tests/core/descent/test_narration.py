import re

import numpy as np
import pytest

from core.descent.curves import CURVES
from core.descent.learning_rates import geometric_grid
from core.descent.narration import (
    REGIMES,
    bands_of,
    describe_rate,
    number,
    rate_in_words,
    regimes_of,
    step_in_words,
    times_in_words,
    tolerance,
)
from core.descent.random_restarts import random_starts
from core.descent.simulation import simulate
from core.nn.optimizers import OPTIMIZERS

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
    assert negative[0].endswith("so the weight must grow.")
    assert negative[1].endswith("−1 − 0.1 × (−8) = −0.2")
    positive = step_in_words(path_of(ARTICLE, 5.0, 0.1), 0, 0.1)
    assert positive[0].endswith("so the weight must shrink.")
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
        (0.1, "settling", "it is within 0.1 of the minimum at 3"),
        (0.355, "settling", "After 3 steps it is within 0.1 of the minimum at 3"),
        (0.0501, "creeping", "it is within 0.1 of the minimum at 3"),
        (0.002, "creeping", "not there yet"),
        (0.9, "overshooting", "it is within 0.1 of the minimum at 3"),
        (1.0, "on the edge", "hardly changed"),
        (1.3, "beyond the edge", "It diverged: step"),
        (90.0, "beyond the edge", "It diverged: step 3"),
    ],
)
def test_the_verdict_says_where_the_rate_lies_and_what_came_of_it(rate, zone, outcome):
    verdict = describe_rate(ARTICLE, path_of(ARTICLE, -1.0, rate), rate)
    assert verdict.regime == zone
    assert outcome in verdict.outcome
    assert verdict.says.startswith("Above a learning rate of **1**, the **edge** of this valley")
    assert f"{rate_in_words(rate)} is {'just that' if rate == 1 else f'{rate:.2g} times that'}: **" in verdict.says
    assert ("**diverging**" in verdict.says) == (rate > 1)


@pytest.mark.parametrize(
    ("rate", "times"),
    [
        (0.891, "0.89"),
        (1.02, "1.02"),
        (0.998, "0.998"),
        (1.0004, "1.0004"),
        (1.15, "1.1"),
        (9.99, "10"),
        (1234.0, "1,234"),
    ],
)
def test_a_rate_beside_the_edge_is_never_called_once_the_edge(rate, times):
    assert times_in_words(rate, 1.0) == f"{rate_in_words(rate)} is {times} times that"


def test_a_local_minimum_is_called_so():
    two = CURVES["two_valleys"]
    assert "a local minimum at 1.89" in describe_rate(two, path_of(two, 2.5, 0.1), 0.1).outcome
    assert "the global minimum at −2.09" in describe_rate(two, path_of(two, -2.5, 0.1), 0.1).outcome


def test_a_loss_that_grows_without_end_is_said_to_grow():
    assert "has grown from 16 to" in describe_rate(ARTICLE, path_of(ARTICLE, -1.0, 1.02), 1.02).outcome


def test_a_plateau_is_said_to_hold_it():
    plateau = CURVES["plateau"]
    assert "hardly changed" in describe_rate(plateau, path_of(plateau, -1.5, 0.1), 0.1).outcome


RATES = np.array(geometric_grid(-3, 2))
SETTINGS = [
    (name, float(start), rate, steps)
    for name in CURVES
    for start in random_starts(*CURVES[name].domain, 4, seed=7).round(2)
    for rate in RATES[::4]
    for steps in (5, 30, 120)
]


def loop(curve, start, rate, steps):
    """Gradient descent by hand, and without the simulation: the weights, until one is beyond a million."""
    weights = [start]
    for _ in range(steps):
        new = weights[-1] - rate * float(curve.gradient(weights[-1]))
        if not abs(new) <= 1e6:
            return np.array(weights), False
        weights.append(new)
    return np.array(weights), True


def is_near(curve, weights):
    return min(np.abs(np.asarray(weights)[:, None] - np.array(curve.minima))[-1]) <= tolerance(curve)


def test_what_is_said_of_a_ball_is_true_of_its_path_for_all_curves_starts_rates_and_steps():
    said = set()
    for name, start, rate, steps in SETTINGS:
        curve = CURVES[name]
        verdict = describe_rate(curve, path_of(curve, start, rate, steps), rate)
        with np.errstate(all="ignore"):
            weights, stays = loop(curve, start, rate, steps)
            losses = curve.loss(weights)
        minimum = curve.valley(start)
        outcome = verdict.outcome
        about = (name, start, rate, steps, verdict)
        said.add(verdict.regime)
        assert ("It diverged" in outcome) == (not stays), about
        if "and stays" in outcome:
            assert is_near(curve, weights), about
            end = min(curve.minima, key=lambda m: abs(m - weights[-1]))
            assert ("a local minimum" in outcome) == (end != curve.minima[0]), about
            assert ("another valley" in outcome) == (end != minimum), about
            first = int(outcome.split(" step")[0].split()[-1]) if "After" in outcome else 0
            assert (np.abs(weights[first:] - end) <= tolerance(curve)).all(), about
            assert first == 0 or abs(weights[first - 1] - end) > tolerance(curve), about
        elif stays:
            assert not is_near(curve, weights), about
        if "hardly changed" in outcome:
            assert losses.max() - losses.min() < 0.01 * losses[0], about
        if "has grown" in outcome:
            assert losses[-1] > losses[0], about
        if "but settling" in verdict.says:
            assert is_near(curve, weights), about
        if "**diverging**" in verdict.says:
            assert not stays or losses[-1] > losses[0], about
    assert said == set(REGIMES)


def test_it_creeps_only_where_twenty_steps_do_not_bring_it_to_a_minimum():
    for name, start, rate, _ in SETTINGS[::3]:
        curve = CURVES[name]
        with np.errstate(all="ignore"):
            weights, _ = loop(curve, start, rate, 20)
        zone = regimes_of(curve, start, np.array([rate]))[0]
        same_side = ((weights - curve.valley(start)) * (start - curve.valley(start)) > 0).all()
        creeps = not is_near(curve, weights) and same_side and rate < curve.stability_limit(curve.valley(start))
        assert (zone == "creeping") == creeps, (name, start, rate)


@pytest.mark.parametrize("name", CURVES)
def test_what_is_said_of_steps_near_the_minimum_is_so(name):
    curve = CURVES[name]
    for start in random_starts(*curve.domain, 5, seed=1):
        minimum = curve.valley(float(start))
        for rate, zone in zip(RATES, regimes_of(curve, float(start), RATES), strict=True):
            before = 1e-4
            after = minimum + before - rate * float(curve.gradient(minimum + before)) - minimum
            if zone == "settling":
                assert 0 <= after + 1e-9 < before
            elif zone == "overshooting":
                assert -before < after < 0
            elif zone == "on the edge":
                assert after == pytest.approx(-before, rel=1e-3)
            elif zone == "beyond the edge":
                assert after < -before


@pytest.mark.parametrize("name", CURVES)
def test_the_bands_of_rates_are_named_as_each_rate_is(name):
    curve = CURVES[name]
    for start in random_starts(*curve.domain, 5, seed=2):
        bands = bands_of(curve, float(start), RATES)
        assert (bands[0][0], bands[-1][1]) == (RATES[0], RATES[-1])
        assert all(end == begin for (_, end, _), (begin, _, _) in zip(bands, bands[1:], strict=False))
        for rate, zone in zip(RATES, regimes_of(curve, float(start), RATES), strict=True):
            if zone != "on the edge":
                assert zone in [name for begin, end, name in bands if begin <= rate <= end]


def test_no_ball_settles_beyond_the_edge_in_the_valley_that_it_begins_in():
    for name, start, rate, _ in SETTINGS[::3]:
        curve = CURVES[name]
        minimum = curve.valley(start)
        if rate > 1.001 * curve.stability_limit(minimum) and abs(start - minimum) > tolerance(curve):
            path = path_of(curve, start, rate, 500)
            assert path.diverged or abs(float(path.weights[-1]) - minimum) > tolerance(curve), (name, start, rate)


def test_the_lessons_of_the_curves_hold():
    def loss_after(name, start, rate, steps=100):
        return describe_rate(CURVES[name], path_of(CURVES[name], start, rate, steps), rate).outcome

    assert "within 0.1 of the minimum" in loss_after("article", -1.0, 0.3)
    assert "It diverged" in loss_after("steep", -1.0, 0.3)  # "is too large here"
    assert "within 0.1 of the minimum" in loss_after("flat", -1.0, 3.0)  # "can stand a larger learning rate"
    assert "It diverged" in loss_after("article", -1.0, 3.0)
    for rate in (0.01, 0.05, 0.1):  # "from the right the ball ends there"
        assert "a local minimum" in loss_after("two_valleys", 2.9, rate, 500)
    ends = {loss_after("many_valleys", start, 0.1) for start in (-4.8, -2.0, 0.1, 2.2, 4.0)}
    assert len(ends) > 2  # "where the ball ends depends on where it starts"
    assert "hardly changed" in loss_after("plateau", -0.5, 0.1, 30)


def test_a_ball_that_was_thrown_into_another_valley_is_said_to_be_in_it_with_its_edge():
    """Two valleys, from 2.9: at 0.447, below the edge of its own, it bounces in the steeper one for ever."""
    curve, rate = CURVES["two_valleys"], 0.447
    weight, seen = 2.9, []
    for _ in range(60):
        seen.append(weight)
        weight -= rate * float(curve.gradient(np.array(weight)))
    assert max(seen[30:]) < 0  # it never comes back
    nudge = 1e-4
    bend = float(curve.gradient(np.array(-2.0936 + nudge)) - curve.gradient(np.array(-2.0936 - nudge))) / (2 * nudge)
    said = describe_rate(curve, path_of(curve, 2.9, rate), rate)
    assert said.outcome.endswith(f"the minimum at −2.09, whose edge is {2 / bend:.3g}.")
    assert "another valley" not in describe_rate(curve, path_of(curve, -1.6, rate), rate).outcome  # that is its own

"""What is said of a race is true of its paths: the lessons of the surfaces from their own starts, and every result."""

from functools import cache

import numpy as np
import pytest

from core.descent.learning_rates import CANDIDATES, tune_rate
from core.descent.race_narration import race_in_words, result_in_words
from core.descent.simulation import simulate, simulate_many
from core.descent.surfaces import SURFACES
from core.nn.optimizers import OPTIMIZERS


@cache
def path_of(name, optimizer):
    """From the surface's own start, with the rate that was found."""
    ground, rate = SURFACES[name], tune_rate(name, optimizer)
    return simulate(ground.loss, ground.gradient, ground.start, OPTIMIZERS[optimizer], rate, 500, axis=0)


def steps_to(name, optimizer):
    """Steps until it stays within a hundredth of the width of some minimum, counted backwards; infinity for never."""
    ground, weights = SURFACES[name], path_of(name, optimizer).weights
    near = [min(np.hypot(*(place - np.array(m))) for m in ground.minima) <= ground.tolerance for place in weights]
    if not near[-1]:
        return np.inf
    return next((step + 1 for step in range(len(near) - 1, -1, -1) if not near[step]), 0)


def valley_of(name, optimizer):
    """The number of the minimum that it ends at, the lowest 0."""
    end = path_of(name, optimizer).weights[-1]
    return int(np.argmin([np.hypot(*(end - np.array(m))) for m in SURFACES[name].minima]))


def all_steps(name):
    return {optimizer: steps_to(name, optimizer) for optimizer in OPTIMIZERS}


def test_in_the_bowl_plain_gradient_descent_is_the_fastest_with_one_step():
    needed = all_steps("bowl")
    assert needed.pop("sgd") == 1
    assert min(needed.values()) > 1


def test_in_the_ravine_gradient_descent_zigzags_momentum_needs_less_than_half_and_adagrad_is_by_far_the_first():
    needed = all_steps("ravine")
    across = path_of("ravine", "sgd").weights[: needed["sgd"], 1]
    assert (np.sign(across[:30][1:]) == -np.sign(across[:30][:-1])).all()
    assert needed["sgd"] > 2 * needed["momentum"]
    assert 5 * needed.pop("adagrad") < min(needed.values())


def test_on_the_saddle_gradient_descent_stands_still_and_momentum_and_adam_need_less_than_half():
    needed = all_steps("saddle")
    speed = np.hypot(*np.diff(path_of("saddle", "sgd").weights, axis=0).T)
    assert (speed < 0.01).sum() > 24  # dozens of steps shorter than a four hundredth of the width, before it arrives
    assert (speed[: needed["sgd"] - 40] < 0.01).sum() > 24
    for name in ("momentum", "adam"):
        assert 2 * needed[name] < needed["sgd"]


def test_on_the_plateau_gradient_descent_hardly_moves_and_is_last_while_rmsprop_and_adam_walk_and_adam_is_first():
    needed = all_steps("plateau")
    moved = {name: np.hypot(*(path_of("plateau", name).weights[10] - SURFACES["plateau"].start)) for name in needed}
    assert moved["sgd"] < 0.02
    assert min(moved["rmsprop"], moved["adam"]) > 0.5
    assert max(needed, key=needed.get) == "sgd"
    assert min(needed, key=needed.get) == "adam"
    assert np.isfinite(needed["sgd"])


def test_among_several_minima_three_optimizers_end_in_three_valleys_and_momentum_in_the_lowest():
    valleys = {name: valley_of("wells", name) for name in ("sgd", "momentum", "adam")}
    assert np.isfinite([steps_to("wells", name) for name in valleys]).all()
    assert len(set(valleys.values())) == 3
    assert valleys["momentum"] == 0
    bottoms = np.array(SURFACES["wells"].minima)
    from_start = np.hypot(*(bottoms - SURFACES["wells"].start).T)
    assert from_start[0] > max(from_start[valleys["sgd"]], from_start[valleys["adam"]])  # "past the nearer ones"


def test_on_rosenbrock_no_rate_brings_gradient_descent_home_and_momentum_is_first_then_adam():
    ground = SURFACES["rosenbrock"]
    for rate in CANDIDATES:
        path = simulate(ground.loss, ground.gradient, ground.start, OPTIMIZERS["sgd"], rate, 500, axis=0)
        assert path.diverged or ground.distance(path.weights[-1]) > ground.tolerance
    assert len(CANDIDATES) == 121
    needed = all_steps("rosenbrock")
    assert sorted(needed, key=needed.get)[:2] == ["momentum", "adam"]


@pytest.mark.parametrize("name", SURFACES)
def test_each_race_begins_with_enough_steps_to_see_what_is_said(name):
    first = [steps_to(name, optimizer) for optimizer in ("sgd", "momentum", "adam")]
    assert max(steps for steps in first if np.isfinite(steps)) <= SURFACES[name].steps


def test_the_floor_of_the_ravine_wants_a_larger_rate_than_its_walls_bear():
    ground = SURFACES["ravine"]
    bears = [
        rate
        for rate in CANDIDATES
        if not simulate(ground.loss, ground.gradient, ground.start, OPTIMIZERS["sgd"], rate, 300, axis=0).diverged
    ]
    along = (1 - max(bears)) ** 30  # what is left of a distance along the floor after thirty steps
    assert along > 0.25


@pytest.mark.parametrize("name", SURFACES)
def test_each_result_is_true_of_its_path_from_random_starts_with_random_rates(name):
    ground, random = SURFACES[name], np.random.default_rng(5)
    for _ in range(25):
        start = random.uniform(ground.domain[::2], ground.domain[1::2]).round(2)
        rates = dict(zip(OPTIMIZERS, 10 ** random.uniform(-4, 1, 6), strict=True))
        steps = int(random.integers(2, 50)) * 10
        entrants = [(OPTIMIZERS[each], rate) for each, rate in rates.items()]
        paths = dict(
            zip(rates, simulate_many(ground.loss, ground.gradient, start, entrants, steps, axis=0), strict=True)
        )
        arrivals = {}
        for each, path in paths.items():
            said = result_in_words(ground, path, steps)
            near = ground.distance(path.weights.T) <= ground.tolerance
            if said.startswith("**diverged**"):
                assert said == f"**diverged** at step {len(path.weights)}"
            elif said.startswith("at no minimum"):
                assert len(path.weights) == steps + 1
                assert not near[-1]
            else:
                arrivals[each] = 0 if said.endswith("from the start") else int(said.split()[-2])
                assert near[arrivals[each] :].all()
                assert arrivals[each] == 0 or not near[arrivals[each] - 1]
                found = min(ground.minima, key=lambda m: float(np.hypot(*(path.weights[-1] - np.array(m)))))
                above = ground.loss(np.array(found)) - min(ground.loss(np.array(m)) for m in ground.minima)
                assert ("local" in said) == (above > 1e-9)
        told = race_in_words(ground, paths)
        first, _, missing = told.partition(" Not there in the end: ")
        for each, path in paths.items():
            title = OPTIMIZERS[each].title
            if not arrivals:
                assert told == "None of them is at a minimum in the end."
                continue
            first = first.removeprefix("First at a minimum: **").removesuffix("**.")
            winners = first.replace(" and ", ", ").split(", ")
            assert (title in winners) == (arrivals.get(each) == min(arrivals.values()))
            losers = missing.removesuffix(".").replace(" and ", ", ").split(", ")
            assert (title in losers) == (each not in arrivals), (told, path.steps)


def test_one_who_races_alone_is_first_of_nothing():
    ground = SURFACES["bowl"]
    assert race_in_words(ground, {"sgd": path_of("bowl", "sgd")}) == ""
    assert result_in_words(ground, path_of("bowl", "sgd"), 500) == "**at the minimum** after 1 step"
    assert result_in_words(SURFACES["wells"], path_of("wells", "sgd"), 500).startswith("**at a local minimum** after")
    assert result_in_words(SURFACES["wells"], path_of("wells", "momentum"), 500).startswith("**at the global minimum**")
    assert result_in_words(SURFACES["saddle"], path_of("saddle", "adam"), 500).startswith("**at a minimum** after")


# What is said of each optimizer beside its formula.


def test_the_step_size_of_adagrad_only_ever_shrinks_and_its_steps_may_grow():
    path = path_of("plateau", "adagrad")
    steps, slopes = np.diff(path.weights, axis=0), path.gradients[:-1]
    moving = np.abs(slopes) > 1e-9
    sizes = np.where(moving, np.abs(steps) / np.where(moving, np.abs(slopes), 1), np.nan)
    for axis in (0, 1):
        size = sizes[:, axis][~np.isnan(sizes[:, axis])]
        assert (np.diff(size) <= 1e-6 * size[:-1]).all()
    assert np.hypot(*steps[30]) > np.hypot(*steps[0])


def test_rmsprop_jumps_about_at_the_bottom_as_far_as_its_learning_rate_says():
    for name in ("bowl", "ravine", "plateau"):
        last = np.abs(np.diff(path_of(name, "rmsprop").weights, axis=0)[-20:]).max()
        assert 0.3 < last / tune_rate(name, "rmsprop") < 3.2


def test_adams_first_step_is_as_long_as_the_learning_rate_however_steep():
    for name in SURFACES:
        first = np.abs(path_of(name, "adam").weights[1] - SURFACES[name].start)
        steep = np.abs(path_of(name, "adam").gradients[0]) > 1e-4
        assert first[steep] == pytest.approx(tune_rate(name, "adam"), rel=1e-2)


def test_momentum_rolls_past_the_minimum_and_back_and_nesterov_brakes_earlier():
    ground = SURFACES["bowl"]
    far = {}
    for name in ("momentum", "nesterov"):
        path = simulate(ground.loss, ground.gradient, ground.start, OPTIMIZERS[name], 0.1, 200, axis=0)
        far[name] = path.weights[:, 0].max()
        assert far[name] > 0.1  # it began on the left
        assert abs(path.weights[-1, 0]) < 0.1
    assert far["nesterov"] < far["momentum"]

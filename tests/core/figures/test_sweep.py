import math
from pathlib import Path

import pytest

from core.figures.sweep import mean_scores, sweep_figure, sweep_words
from core.runs.run import Run
from core.runs.sweep import SweepPoint


def point(value, state="finished", **scores):
    return SweepPoint(Run(Path()), value, state, scores)


def say(value):
    return f"<{value}>"


RATES = [
    point(0.1, accuracy=0.97, val_loss=0.2),
    point(0.001, accuracy=0.9, val_loss=0.4),
    point(0.01, accuracy=0.98, val_loss=0.1),
    point(10.0, "diverged"),
    point(1.0, "running"),
]


def test_scores_stand_at_their_values_in_order_along_powers_of_ten():
    figure = sweep_figure(RATES, "learning_rate", "accuracy", say)
    assert list(figure.data[0].x) == [0.001, 0.01, 0.1]
    assert list(figure.data[0].y) == [0.9, 0.98, 0.97]
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis.title.text == "learning rate"
    low, high = figure.layout.xaxis.range
    assert low < math.log10(0.001) < math.log10(10) < high  # room for those that are still at work


@pytest.mark.parametrize(("score", "worst"), [("accuracy", 0.9), ("val_loss", 0.4)])
def test_one_that_diverged_has_a_cross_and_a_word_where_the_worst_is(score, worst):
    broken = sweep_figure(RATES, "learning_rate", score, say).data[-1]
    assert broken.name == "diverged: no score"
    assert (list(broken.x), list(broken.y), list(broken.text)) == ([10.0], [worst], ["diverged"])


def test_seeds_of_one_value_are_a_mean_with_its_spread():
    seeds = [point(1, val_loss=0.1), point(1, val_loss=0.4), point(2, val_loss=0.3)]
    mean, each = sweep_figure(seeds, "epochs", "val_loss", say).data
    assert list(mean.y) == pytest.approx([0.25, 0.3])
    assert list(mean.error_y.array) == pytest.approx([0.15, 0])
    assert list(mean.error_y.arrayminus) == pytest.approx([0.15, 0])
    assert list(each.y) == [0.1, 0.4, 0.3]


def test_names_stand_side_by_side_by_their_words():
    names = [point("sgd", accuracy=0.9), point("adam", "queued"), point("momentum", accuracy=0.8)]
    figure = sweep_figure(names, "optimizer", "accuracy", say)
    assert figure.layout.xaxis.type == "category"
    assert list(figure.layout.xaxis.categoryarray) == ["<sgd>", "<adam>", "<momentum>"]
    assert list(figure.data[0].x) == ["<sgd>", "<momentum>"]


def test_a_price_of_zero_has_its_place_though_it_has_no_logarithm():
    prices = [point(0.01, accuracy=0.9), point(0.0, accuracy=0.8), point(0.1, "diverged")]
    figure = sweep_figure(prices, "l2", "accuracy", say)
    assert list(figure.layout.xaxis.categoryarray) == ["<0.0>", "<0.01>", "<0.1>"]
    assert list(figure.data[0].x) == ["<0.0>", "<0.01>"]


def test_before_anything_is_done_there_is_an_empty_picture():
    figure = sweep_figure([point(0.1, "running"), point(0.2, "queued")], "dropout", "accuracy", say)
    assert len(figure.data[0].x) == 0
    assert figure.layout.xaxis.range[0] < 0.1 < 0.2 < figure.layout.xaxis.range[1]


def test_the_words_name_each_value_the_best_and_what_diverged():
    ended = RATES[:-1]
    words = sweep_words(ended, "learning_rate", "accuracy", say)
    assert words == (
        "Right answers on the test set by learning rate. <0.001>: 90.00 %. <0.01>: 98.00 %. <0.1>: 97.00 %. "
        "The best is <0.01>, by 1.00 points. Each was trained once: another random start may reverse a small lead. "
        "Diverged: <10.0>."
    )
    assert "The best is <0.01>" in sweep_words(ended, "learning_rate", "val_loss", say)  # the lowest


def test_while_one_is_at_work_nothing_is_the_best():
    assert "best" not in sweep_words(RATES, "learning_rate", "accuracy", say)


def test_a_single_score_stands_on_an_axis_of_all_shares():
    figure = sweep_figure([point(0.1, accuracy=0.7), point(0.2, "queued")], "dropout", "accuracy", say)
    assert tuple(figure.layout.yaxis.range) == (0, 1.02)


def test_means_are_over_what_has_a_score():
    assert mean_scores([point(1, "running"), point(1, accuracy=0.5)], "accuracy") == {1: (0.5, [0.5])}

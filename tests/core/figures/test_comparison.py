"""Runs in one picture, long ones beside short ones."""

import numpy as np
import pytest

from core.figures.comparison import comparison_figure, is_stretched
from core.runs.comparison import Compared


def run(updates, seconds):
    steps = np.linspace(1, updates, 50)
    clock = np.array([0.0, updates]), np.array([0.0, seconds])
    return Compared(str(updates), "", {}, steps, 2 / steps, {}, 100, clock, 0.9, "finished")


def share(figure, number):
    """How much of the axis' width a run's curve takes."""
    ends = [np.asarray(trace["x"], float) for trace in figure.data]
    low, high = min(one.min() for one in ends), max(one.max() for one in ends)
    if figure.to_dict()["layout"]["xaxis"].get("type") == "log":
        return np.log(ends[number].max() / ends[number].min()) / np.log(high / low)
    return ends[number].max() / high


@pytest.mark.parametrize("along", ["updates", "epochs", "seconds"])
def test_a_long_run_does_not_squeeze_the_short_ones(along):
    runs = [run(1500, 6), run(1800, 7), run(49_000, 200)]
    figure = comparison_figure(runs, (0, 1, 2), "loss", along, "")
    assert is_stretched(runs, "loss", along)
    assert min(share(figure, number) for number in range(3)) > 0.5


def test_runs_of_like_length_have_an_even_axis():
    runs = [run(1500, 6), run(1800, 7)]
    figure = comparison_figure(runs, (0, 1), "loss", "updates", "")
    assert "type" not in figure.to_dict()["layout"]["xaxis"]
    assert not is_stretched(runs[:1], "loss", "updates")
    assert not is_stretched(runs, "val_loss", "updates")  # nothing there

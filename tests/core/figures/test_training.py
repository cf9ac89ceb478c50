"""The live charts of a training: their marks are where they say."""

import itertools

import numpy as np
import pytest

from core.figures.learning_rate_changes import rate_words
from core.figures.training import CROSS_ENTROPY, accuracy_figure, history_figure, loss_figure
from tests.core.runs.event_samples import history_of, steps

RATES = [{"type": "learning_rate", "step": step, "value": value} for step, value in ((10, 5.0), (90, 0.05))]


def changed_history():
    history = history_of(steps(1, [2.0] * 100))
    for change in RATES:
        history.add(change)
    return history


def drawn(is_logarithmic, loss="cross entropy"):
    return loss_figure(changed_history(), "validation digits", loss, is_logarithmic, "").to_dict()["layout"]


@pytest.mark.parametrize("is_logarithmic", [False, True])
def test_the_marks_stand_at_the_loss_of_the_probability_that_they_name(is_logarithmic):
    layout = drawn(is_logarithmic)
    words = {one["text"]: one["y"] for one in layout["annotations"] if one["text"].endswith("%")}
    lines = [one["y0"] for one in layout["shapes"] if one.get("xref") == "paper"]
    for (text, place), line in zip(words.items(), lines, strict=True):
        assert np.exp(-line) == pytest.approx(float(text.rstrip("%")) / 100)
        assert (10**place if is_logarithmic else place) == pytest.approx(line)
    assert set(words) == {"10%", "90%"}


def test_another_loss_has_no_such_marks():
    assert not [one for one in drawn(False, "mean squared error")["annotations"] if one["text"].endswith("%")]


def test_a_changed_rate_is_written_beside_its_line_where_there_is_room_and_on_a_ground_of_its_own():
    accuracy = accuracy_figure(changed_history(), "validation digits", "").to_dict()["layout"]
    for layout, side in ((drawn(False), "top"), (drawn(True), "top"), (accuracy, "bottom")):  # where few curves are
        words = [one for one in layout["annotations"] if one["text"].startswith("rate")]
        places = [(one["text"], one["x"], one["xanchor"], np.sign(one["xshift"])) for one in words]
        assert places == [("rate 5", 10, "left", 1), ("rate 0.05 ▸", 90, "right", -1)]
        assert {one["yanchor"] for one in words} == {side}
        lines = [one for one in layout["shapes"] if one.get("yref") == "paper"]
        assert [(line["x0"], line["x1"]) for line in lines] == [(10, 10), (90, 90)]
        assert {one["name"] for one in words} == {"on paper"}  # which chart.js paints under it, above the curves


def test_each_change_of_the_rate_has_its_line_and_words_stand_where_there_is_room():
    history = history_of(steps(1, [2.0] * 240))
    changes = [(100 + 5 * number, 0.1 * number) for number in range(1, 9)]
    for step, value in [*changes, (300, 1.0)]:  # the last one with an update that is not told yet
        history.add({"type": "learning_rate", "step": step, "value": value})
    layout = accuracy_figure(history, "validation digits", "").to_dict()["layout"]
    assert [one["x0"] for one in layout["shapes"]] == [step for step, _ in changes]
    words = [one for one in layout["annotations"] if one["text"].startswith("rate")]
    assert [(one["text"], one["x"]) for one in words] == [("rate 0.1 → … → 0.8 ▸", 140)]


def test_rates_that_were_changed_soon_after_each_other_are_told_together():
    """The word at the last stood beside the line of the one before, and named its jump."""
    history = history_of(steps(1, [2.0] * 1900))
    for step, value in ((100, 0.01), (1381, 0.1), (1431, 0.0001)):
        history.add({"type": "learning_rate", "step": step, "value": value})
    words = accuracy_figure(history, "", "").to_dict()["layout"]["annotations"]
    assert [(one["text"], one["x"]) for one in words] == [("rate 0.01", 100), ("rate 0.1 → 0.0001 ▸", 1431)]


@pytest.mark.parametrize("seed", range(5))
def test_no_words_of_rates_overprint(seed):
    """At 6 pixels a letter, in the 300 pixels that the picture of a curve has on a phone."""
    random = np.random.default_rng(seed)
    changes = [(int(step), float(f"{10 ** random.uniform(-4, 1):.3g}")) for step in sorted(random.choice(1000, 6))]
    reach = []
    for one in rate_words(changes, 1000, at_the_top=True):
        width = 6 / 300 * 1000 * len(one["text"])
        reach.append((one["x"] - width, one["x"]) if one["xanchor"] == "right" else (one["x"], one["x"] + width))
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(reach))


def test_the_marks_of_a_cross_entropy_are_left_out_where_they_would_overprint():
    history = history_of(steps(1, [2.3] * 30 + [25_000.0] * 30))
    for is_logarithmic, marks in ((False, 0), (True, 2)):
        layout = loss_figure(history, "", CROSS_ENTROPY, is_logarithmic, "").to_dict()["layout"]
        assert len([one for one in layout.get("annotations", ()) if one["text"].endswith("%")]) == marks


def test_along_a_logarithmic_axis_each_early_loss_is_there_and_later_ones_are_means_of_all_since():
    losses = np.random.default_rng(0).random(5000)
    history = history_of(steps(1, losses.tolist()))
    x, y = (np.array(history_figure(history).data[0][axis]) for axis in "xy")
    assert x[0] == 1
    assert x[-1] == 5000
    assert len(x) <= 300
    early = x <= 20
    np.testing.assert_array_equal(x[early], np.arange(1, 21))
    np.testing.assert_allclose(y[early], losses[:20])
    counts = np.diff(x, prepend=0)
    assert (counts * y).sum() == pytest.approx(losses.sum())  # no loss is left out, and none counts twice
    factors = x[1:][x[1:] > 500] / x[:-1][x[1:] > 500]
    assert factors.max() / factors.min() < 1.01


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_history_of_hardly_anything_is_drawn(count):
    history = history_of(steps(1, [2.0] * count)) if count else history_of()
    assert len(history_figure(history).data[0].x) == count

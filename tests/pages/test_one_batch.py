"""The numbers of one batch and its update, recomputed from what stands on the page."""

import re

import numpy as np
import pytest

from tests.pages.charts import words_of
from tests.pages.tables import number, rows_of


def headline(texts):
    said = re.search(r"Loss of these digits now \*\*([0-9.]+)\*\*, after the next update \*\*([0-9.]+)\*\*", texts)
    return float(said.group(1)), float(said.group(2))


def test_an_update_of_the_page_adds_up_and_lowers_the_loss(inside, texts):
    at = inside("One batch backward")
    for label, before, middle, after in rows_of(at, "w before"):
        rate, gradient = middle.split("×")
        assert number(rate) == 0.1
        assert number(before) - 0.1 * number(gradient) == pytest.approx(number(after), abs=1.1e-6), label
    now, then = headline(texts(at))
    assert then < now == pytest.approx(np.log(10), abs=0.3)


def test_a_nudge_of_the_page_adds_up(inside):
    at = inside("One batch backward")
    for rank, by in ((1, 0.001), (3, -0.1), (5, 1.0)):
        at.segmented_control(key="nudged").set_value(rank)
        at.select_slider(key="nudge_by").set_value(by).run()
        rows = rows_of(at, "loss")
        gradient, nudge = (number(part) for part in rows[1][0].split(" = ")[1].split("×"))
        assert nudge == by
        assert gradient * nudge == pytest.approx(number(rows[1][1]), abs=1e-8)
        assert number(rows[0][1]) + number(rows[1][1]) == pytest.approx(number(rows[2][1]), abs=1e-9)
        assert abs(number(rows[3][1]) - number(rows[2][1])) < (1e-6 if abs(by) < 0.01 else 1)


def press(at, label):
    next(button for button in at.button if button.label.startswith(label)).click().run()


def test_updates_are_taken_and_counted_and_the_same_start_comes_again(inside, texts):
    at = inside("One batch backward")
    first = headline(texts(at))
    press(at, "1 update")
    assert "**Batch 2: the next 32 digits.**" in texts(at)
    assert headline(texts(at)) != first
    press(at, "10")
    assert at.session_state.session.stepped.goal == 11
    press(at, "Start again")
    assert "**Batch 1: the next 32 digits.**" in texts(at)
    assert headline(texts(at)) == first
    at.number_input(key="random_start").set_value(1).run()
    assert headline(texts(at)) != first


def test_who_asks_while_updates_are_taken_asks_for_more(inside, monkeypatch):
    at = inside("One batch backward")
    monkeypatch.setattr("pages.ui.inside.stepping.SLICE_SECONDS", -1)  # one update at each look
    press(at, "100")
    press(at, "10")
    assert at.session_state.session.stepped.goal == 110
    press(at, "To the end of epoch 1: 1,765")
    assert at.session_state.session.stepped.goal == 1875


def test_a_rate_that_is_too_large_is_seen_to_raise_the_loss_and_ends_in_words(inside, texts):
    at = inside("One batch backward")
    at.select_slider(key="step_rate").set_value(5.0).run()
    now, then = headline(texts(at))
    assert then > now
    assert "rises: too large a step" in texts(at)
    for _ in range(20):
        if not at.error:
            press(at, "10")
    assert "The loss has become too large to be a number" in at.error[0].value
    assert at.session_state.session.stepped.goal == at.session_state.session.stepped.learner.step  # nothing goes on
    assert "nan" not in texts(at).lower()
    press(at, "Start again")
    assert not at.error


def test_adam_steps_as_far_as_its_rate(inside, texts):
    at = inside("One batch backward")
    at.segmented_control(key="learns_by").set_value("adam").run()
    assert at.select_slider(key="step_rate").value == 0.001
    for _, before, gradient, step, after in rows_of(at, "w before"):
        assert abs(number(step)) == pytest.approx(0.001, rel=0.01)
        assert number(before) - number(step) == pytest.approx(number(after), abs=1e-9)
        assert number(gradient) * number(step) > 0
    now, then = headline(texts(at))
    assert then < now


def test_the_loss_of_the_digit_that_is_followed_is_minus_the_logarithm_of_its_probability(inside, texts):
    at = inside("One batch backward")
    at.number_input(key="of_batch").set_value(5).run()
    probability, loss = re.search(r"−ln\(([0-9.]+)\) = \*\*([0-9.]+)\*\*", texts(at)).groups()
    assert -np.log(float(probability)) == pytest.approx(float(loss), abs=5.1e-5)


def test_the_error_begins_as_what_was_said_minus_what_is_right(inside, texts):
    at = inside("One batch backward")
    probability = float(re.search(r"−ln\(([0-9.]+)\)", texts(at)).group(1))
    error = next(words for words in words_of(at) if words.startswith("layer 3: the largest error"))
    largest = float(re.search(r"is ([−0-9.]+), of unit", error).group(1).replace("−", "-"))
    assert largest == pytest.approx(probability - 1, abs=0.0001)


def test_the_source_is_that_of_the_files(inside):
    at = inside("One batch backward")
    assert not at.code  # until it is asked for: it brings a script of 1.5 MB
    at.session_state.source = True
    at.run()
    assert [code.value.split("(")[0] for code in at.code] == ["def forward", "def backward", "def update"]
    at = inside("One digit forward")
    at.session_state.source = True
    at.run()
    assert [code.value.split("(")[0] for code in at.code] == ["def forward"]

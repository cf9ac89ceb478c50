"""How numbers are written where they are to be checked."""

import numpy as np
import pytest

from pages.ui.widgets.number_text import bracketed, plain, short, span, table


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1.23456, 4, "1.2346"),
        (-0.5, 4, "−0.5000"),
        (-0.00001, 4, "0.0000"),  # there is no minus zero
        (1234.5, 2, "1,234.50"),
        (float("nan"), 4, "not a number"),
        (float("inf"), 4, "too large"),
        (-float("inf"), 4, "too large"),
        (2.589e34, 4, "2.59 × 10³⁴"),
        (-3.2e7, 4, "−3.20 × 10⁷"),
    ],
)
def test_a_number_has_all_its_decimals_or_words(value, decimals, text):
    assert plain(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.004, "0.00"),
        (-1e-9, "0.00"),
        (2.308, "2.31"),
        (9.999, "10.0"),
        (16.12, "16.1"),
        (105.67, "106"),
        (19_730.0, "2e4"),
        (1.97e22, "2e22"),
    ],
)
def test_a_short_number_stays_short(value, text):
    assert short(value) == text


def test_a_number_with_a_minus_is_put_in_brackets_after_a_sign():
    assert (bracketed("−0.1"), bracketed("0.1")) == ("(−0.1)", "0.1")


def test_a_table_keeps_its_numbers_to_the_right():
    assert table(("a", "b"), [("1", "2")]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"


def test_the_span_of_numbers_leaves_out_what_is_none():
    assert span(np.array([0.5, np.nan, -0.123])) == "from −0.12 to 0.5"
    assert span(np.full(3, np.nan)) == "not one a number"

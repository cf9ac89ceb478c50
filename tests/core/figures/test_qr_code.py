import re

import pytest

from core.figures.qr_code import MAX_ADDRESS_LENGTH, qr_code_svg


def test_it_is_dark_on_light_with_a_margin_of_four_squares():
    svg = qr_code_svg("http://127.0.0.1:8501/train_network?run=abc")
    assert 'stroke="#000"' in svg
    assert 'fill="#fff"' in svg
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', svg).group(1))
    assert (size - 8 - 17) % 4 == 0  # a code of version v has 4 v + 17 squares a side
    assert "M4 4.5h7" in svg  # the frame of the corner's mark, seven squares, begins behind the margin


def test_of_another_address_it_is_another():
    assert qr_code_svg("http://a/?seed=1") != qr_code_svg("http://a/?seed=2")


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", "a" * 20, "http://" + "a" * MAX_ADDRESS_LENGTH, "x" * 10**7]
)
def test_what_is_no_address_or_too_long_is_refused_before_it_is_computed(address, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "segno", None)  # importing it would fail
    with pytest.raises(ValueError, match="address"):
        qr_code_svg(address)


def test_the_longest_fits():
    assert qr_code_svg("https://" + "ü" * (MAX_ADDRESS_LENGTH - 8)).startswith("<svg")

"""What Streamlit makes of it is seen in tests/browser/test_plain_text.py."""

import pytest

from core.plain_text import MAX_LENGTH, plain


@pytest.mark.parametrize(
    "text",
    ["", "Yours: a name", "784-100, Adam 0.001", "Zahlen über 1/2 %", "数字", "اعداد", "\U0001f468\u200d\U0001f469"],
)
def test_ordinary_words_stay_as_they_were_typed(text):
    assert plain(text) == text


def test_a_sign_of_markdown_loses_its_meaning():
    assert plain("[a](b) *c* _d_ `e` $f$ <g> \\") == r"\[a\](b\) \*c\* \_d\_ \`e\` \$f\$ \<g\> " + "\\\\"


@pytest.mark.parametrize("text", ["a\nb", "a\r\n\r\nb", "a \t b", " a b\n", "a\u2028b"])
def test_it_stands_on_one_line(text):
    assert plain(text) == "a b"


@pytest.mark.parametrize("hidden", ["\x00", "\x1b", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800", "\ue000"])
def test_what_is_not_seen_is_shown(hidden):
    assert plain(f"a{hidden}b") == "a\ufffdb"


def test_it_is_no_longer_than_it_may_be():
    assert plain("x" * MAX_LENGTH) == "x" * MAX_LENGTH
    assert plain("x" * (MAX_LENGTH + 1)) == "x" * (MAX_LENGTH - 1) + "…"
    assert plain("x" * 1_000_000, 40) == "x" * 39 + "…"
    assert plain(" " * 1_000_000) == ""
    assert len(plain(":@" * 1_000_000)) < 15 * MAX_LENGTH

"""A text of JSON has one meaning, or it is refused."""

import json

import pytest

from core.importers.errors import ModelFileError
from core.importers.safetensors_reader import read_plain_weights
from core.importers.strict_json import MAX_DEPTH, parse_json


@pytest.mark.parametrize("letter", ["ü", "数", "\N{HUNDRED POINTS SYMBOL}"])
def test_every_letter_may_be_written_as_it_is_or_by_its_number(letter):
    """A letter beyond the first 65,536 has two numbers, a pair of surrogates."""
    for is_escaped in (True, False):
        content = json.dumps({letter: [letter]}, ensure_ascii=is_escaped).encode()
        assert parse_json(content, 100, "It") == {letter: [letter]}


@pytest.mark.parametrize(
    "content",
    [
        rb'{"a": "\ud800"}',
        rb'{"a": ["x\udc00x"]}',
        rb'{"\uD83D": 1}',
        rb'{"a": "\udc00\ud800"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": ' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}",
        b"[1]",
        b"",
    ],
)
def test_what_has_no_meaning_or_two_is_refused(content):
    with pytest.raises(ModelFileError, match="^It is damaged"):
        parse_json(content, 100, "It")


def test_activations_of_half_a_letter_are_refused_like_any_others():
    header = json.dumps({"__metadata__": {"activations": "\ud800"}}).encode()
    with pytest.raises(ModelFileError):
        read_plain_weights(len(header).to_bytes(8, "little") + header)

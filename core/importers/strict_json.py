"""JSON has one meaning only if no key stands twice, every number and every letter is one, and the nesting ends."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from core.importers.errors import ModelFileError

MAX_DEPTH = 16  # brackets within brackets; Keras' own files have 9
TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
BRACKETS = re.compile(rb"[\[\]{}]")


def parse_json(content: bytes, most_bytes: int, what: str) -> dict[str, Any]:
    """The object in a JSON text; `what` names it in a refusal.

    Raises:
        ModelFileError: it is too long or too deep, no object, or says one thing twice, or what is no number or letter.
    """
    if len(content) > most_bytes:
        raise ModelFileError(f"{what} is too long: choose a file as Keras or this app saves it.")
    try:
        if _depth(content) > MAX_DEPTH:
            raise ValueError("too deep")
        parsed = json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
        if b"\\u" in content:
            json.dumps(parsed, ensure_ascii=False).encode()  # half of a pair of surrogates is no letter, and ends it
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{what} is damaged: save the network again.") from error
    if not isinstance(parsed, dict):
        raise ModelFileError(f"{what} is damaged: save the network again.")
    return parsed


def _depth(content: bytes) -> int:
    deepest = depth = 0
    for bracket in BRACKETS.findall(TEXT.sub(b"", content)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("beyond all numbers")
    return value

"""Files whose form is right and whose values are not: each value in turn is replaced by one of another kind."""

import copy
from collections.abc import Iterator
from typing import Any

# JSON can hold numbers that no float can: Python reads them as whole numbers, or as infinite.
WRONG: tuple[Any, ...] = (None, "text", 3, -1, 10**400, float("inf"), [], ["text"], {}, True)


def replace_each(content: Any, wrong: Any) -> Iterator[Any]:
    """The same content as often as it has values, each time with another of them replaced; those inside others, too."""
    if isinstance(content, dict | list):
        for key in content if isinstance(content, dict) else range(len(content)):
            for inner in replace_each(content[key], wrong):
                damaged = copy.copy(content)
                damaged[key] = inner
                yield damaged
    if wrong != content or type(wrong) is not type(content):
        yield wrong

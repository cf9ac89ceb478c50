"""A visit: who it is, what can be pressed on the page, and the address."""

import secrets
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button


def button(at: AppTest, label: str) -> Button | None:
    """A button by its words; None if there is none."""
    return next((one for one in at.button if one.label == label), None)


def buttons(at: AppTest) -> set[str]:
    return {one.label for one in at.button}


def address_of(at: AppTest) -> dict[str, str]:
    """What the address says, by its names."""
    return {name: value if isinstance(value, str) else value[0] for name, value in at.query_params.items()}


def owner() -> str:
    """The name of somebody new."""
    return secrets.token_urlsafe(16)


def shown_pills(at: AppTest) -> Any:
    """The keys of the runs that are chosen to be compared."""
    return at.button_group(key="compared").value

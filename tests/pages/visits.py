"""A visit: who it is, what can be pressed on the page, and the address."""

import secrets


def button(at, label):
    """A button by its words; None if there is none."""
    return next((one for one in at.button if one.label == label), None)


def buttons(at):
    return {one.label for one in at.button}


def address_of(at):
    """What the address says, by its names."""
    return {name: value if isinstance(value, str) else value[0] for name, value in at.query_params.items()}


def owner():
    """The name of somebody new."""
    return secrets.token_urlsafe(16)


def shown_pills(at):
    """The keys of the runs that are chosen to be compared."""
    return at.button_group(key="compared").value

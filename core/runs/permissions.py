"""Who may change a run: who began it, and those to whom that was handed over. Who has its address alone looks on.

A visitor is known by a random name (pages/ui/shell/visitor.py). Steering is handed over by a token in an address: who
opens it once may steer from then on. steering.json holds hashes alone, of the token and of the names.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import secrets
from typing import Any

from core.runs.atomic_files import read_json_object, write_atomic
from core.runs.commands import REASON_USER, REASON_USER_EARLIER
from core.runs.errors import RunError, reading
from core.runs.landscape import request_landscape
from core.runs.locks import one_at_a_time
from core.runs.run import PERMISSIONS_FILE, Run
from core.runs.states import RunState, RunStatus

OWNER, CO_OWNER, VIEWER = "owner", "co-owner", "watcher"
MAX_CO_OWNERS = 50
MAX_TOKEN_LENGTH = 64  # letters; ours have 32
NOT_HANDED_OVER = (
    "This address does not hand over the run, or does so no longer. You can look on. "
    "Ask who began it for a new address."
)


class NotAllowedError(PermissionError):
    """Who asked for a change of a run may not steer it; the message says so in words for the visitor."""


class RunPermissions:
    """A run in the hands of one visitor. Whatever a page changes of a run, it changes through this.

    Each change may raise NotAllowedError, and OSError or ValueError as the one of `Run` does.
    """

    def __init__(self, run: Run, name: str) -> None:
        """`name` is the visitor's, "" for one who has none."""
        self.run, self.name = run, name

    @property
    def role(self) -> str:
        """OWNER, CO_OWNER or VIEWER, as it is now."""
        metadata = self.run.metadata_or_none()
        if not self.name:
            return VIEWER
        if metadata and hmac.compare_digest(metadata.owner.encode(), self.name.encode(errors="replace")):
            return OWNER
        return CO_OWNER if mark(self.run, self.name) in _read(self.run)["co_owners"] else VIEWER

    @property
    def is_allowed(self) -> bool:
        """Whether this visitor may steer it."""
        return self.role != VIEWER

    def command(self, command: str, value: float | None = None) -> None:
        """As `Run.command`, signed."""
        self._check()
        self.run.command(command, value, mark(self.run, self.name))

    def resume(self, command: str = "train") -> None:
        """As `Run.resume`, signed."""
        self._check()
        self.run.resume(command, mark(self.run, self.name))

    def train_more_epochs(self, epochs: int) -> None:
        """As `Run.train_more_epochs`, signed."""
        self._check()
        self.run.train_more_epochs(epochs, mark(self.run, self.name))

    def update_metadata(self, **values: str | bool) -> None:
        """As `Run.update_metadata`: its title, and whether it is kept."""
        self._check()
        self.run.update_metadata(**values)

    def request_landscape(self) -> None:
        """Have its loss landscape computed."""
        self._check()
        request_landscape(self.run)

    def delete(self) -> None:
        """As `Run.delete`; only who began it can, since only there it can be brought back."""
        self._check_owner()
        self.run.delete()

    # Handing it over.

    def hand_over(self) -> str:
        """A new token; an earlier one ends, and who has opened it still steers."""
        self._check_owner()
        token = secrets.token_hex(16)
        with one_at_a_time(self.run.path.parent, self.run.id):
            _write(self.run, {**_read(self.run), "token": _hash(token)})
        return token

    def withdraw(self) -> None:
        """No token holds any more, and none of those to whom it was handed may steer."""
        self._check_owner()
        with one_at_a_time(self.run.path.parent, self.run.id):
            _write(self.run, {})

    @property
    def co_owner_count(self) -> int | None:
        """How many have opened the token; None if there is none."""
        handover = _read(self.run)
        return len(handover["co_owners"]) if handover["token"] else None

    def accept_handover(self, token: str) -> None:
        """Let this visitor steer from now on, by the token that an address names.

        Raises:
            NotAllowedError: it is not the token, or too many have opened it.
            OSError: the disk is full.
        """
        if self.role == OWNER:
            return
        if not _opens(token, _read(self.run)):  # first without the lock: it is a file in the folder of runs
            raise NotAllowedError(NOT_HANDED_OVER)
        with one_at_a_time(self.run.path.parent, self.run.id):
            handover = _read(self.run)
            if not _opens(token, handover):
                raise NotAllowedError(NOT_HANDED_OVER)
            me = mark(self.run, self.name)
            if me in handover["co_owners"]:
                return
            if len(handover["co_owners"]) >= MAX_CO_OWNERS:
                raise NotAllowedError(f"This run was handed to {MAX_CO_OWNERS} people already. You can look on.")
            _write(self.run, {**handover, "co_owners": [*handover["co_owners"], me]})

    def _check(self) -> None:
        if not self.is_allowed:
            raise NotAllowedError("You can look on at this run, and not steer it.")

    def _check_owner(self) -> None:
        if self.role != OWNER:
            raise NotAllowedError("Only who began this run can do that.")


def mark(run: Run, name: str) -> str:
    """What stands for a visitor in this run's files: it can be compared, and tells nobody the name."""
    return _hash(f"{run.id} {name}")


def who_ended_it(run: Run, status: RunStatus, name: str) -> str:
    """Who paused or stopped a run by hand, as a sentence for this visitor; "" for all other ends."""
    verb = {RunState.PAUSED: "paused", RunState.STOPPED: "stopped"}.get(status.state)
    by, metadata = status.by, run.metadata_or_none()
    if verb is None or status.reason not in (None, REASON_USER, REASON_USER_EARLIER):
        return ""
    if not by:  # as earlier versions told it
        return f"It was {verb} by hand."
    if name and by == mark(run, name):
        return f"You {verb} it."
    if metadata and by == mark(run, metadata.owner):
        return f"The person who began it {verb} it."
    return f"Someone to whom it was handed over {verb} it."


def _opens(token: str, handover: dict[str, Any]) -> bool:
    return len(token) <= MAX_TOKEN_LENGTH and hmac.compare_digest(_hash(token), handover["token"])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _read(run: Run) -> dict[str, Any]:
    """`token`, "" if there is none, and `co_owners`; a damaged file hands nothing to anybody."""
    handover: dict[str, Any] = {}
    with contextlib.suppress(RunError), reading(run.path):
        handover = read_json_object(run.path / PERMISSIONS_FILE)
    token, co_owners = handover.get("token"), handover.get("co_owners")
    return {
        "token": token if isinstance(token, str) and token.isascii() else "",
        "co_owners": co_owners if isinstance(co_owners, list) else [],
    }


def _write(run: Run, handover: dict[str, Any]) -> None:
    write_atomic(run.path / PERMISSIONS_FILE, json.dumps(handover).encode())

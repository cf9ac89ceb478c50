"""What a run tells of itself, one JSON object a line of events.jsonl: every kind of event, for who writes or reads one.

Steps count updates from 1, epochs and layers count from 0. Losses are means over digits, accuracies are shares from 0
to 1. Who reads events takes those with fields that are missing or of another type for damaged (`history.py`); in an
archive of a stranger's none may have further fields, either (`core/importers/event_checks.py`).
"""

from typing import Any, Literal, NotRequired, TypedDict

from core.runs.atomic_files import is_integer, is_number
from core.runs.states import RunState

MAX_NUMBER = 1e308  # of a whole number in a file: within a float


class StepsEvent(TypedDict):
    """The batches since the last such event."""

    type: Literal["steps"]
    epoch: int
    step: int  # of the last of them
    loss: list[float]  # of each batch, before its update
    right: list[int]  # digits of each batch that were answered rightly; empty where the loss is no number afterwards
    seconds: float  # spent on updates since the run began


class EpochEvent(TypedDict):
    """The end of an epoch."""

    type: Literal["epoch"]
    epoch: int
    step: int
    loss: float  # of its batches
    accuracy: float
    val_loss: float  # on the digits that it is validated on
    val_accuracy: float
    seconds: float
    dead_layers: NotRequired[list[int]]  # hidden layers all of whose units give 0 to each of those digits


class LearningRateEvent(TypedDict):
    """The learning rate was changed by hand."""

    type: Literal["learning_rate"]
    step: int  # updates taken before the change
    value: float


class StateEvent(TypedDict):
    """The run's state changed; beside it what status.json says of it."""

    type: Literal["state"]
    state: str
    step: NotRequired[int]
    reason: NotRequired[str]
    by: NotRequired[str]  # a hash: who paused or stopped it
    pid: NotRequired[int]
    lost: NotRequired[bool]  # its machine was lost, and it goes on elsewhere
    learning_rate: NotRequired[float]  # at which it diverged


Event = StepsEvent | EpochEvent | LearningRateEvent | StateEvent
EVENT_TYPES: dict[str, type[Any]] = {
    "steps": StepsEvent,
    "epoch": EpochEvent,
    "learning_rate": LearningRateEvent,
    "state": StateEvent,
}

# Of an epoch, what tables and curves show of it.
EPOCH_FIELDS = tuple(sorted(EpochEvent.__required_keys__ - {"type"}))


def has_exact_fields(event: dict[str, Any]) -> bool:
    """Whether an event is of a known kind, and has all fields of it that are required, and none that are unknown."""
    kind = EVENT_TYPES.get(event["type"]) if isinstance(event.get("type"), str) else None
    if kind is None:
        return False
    required: frozenset[str] = kind.__required_keys__
    optional: frozenset[str] = kind.__optional_keys__
    return required <= event.keys() <= required | optional


def is_valid_event(event: dict[str, Any]) -> bool:
    """Whether an event has all that its kind requires, each of the right type."""
    match event.get("type"):
        case "steps":
            losses, rights, step = event.get("loss"), event.get("right"), event.get("step")
            if not (isinstance(losses, list) and isinstance(rights, list) and len(rights) in (0, len(losses))):
                return False
            sound = are_numbers(losses) and are_counts(rights) and is_integer(step, len(rights))
            return sound and is_number(event.get("seconds"))
        case "epoch":
            dead = event.get("dead_layers", [])
            sound = are_numbers([event.get(name) for name in EPOCH_FIELDS]) and is_integer(event["epoch"])
            return sound and is_integer(event["step"]) and isinstance(dead, list) and are_counts(dead)
        case "learning_rate":
            return is_integer(event.get("step")) and is_number(event.get("value"))
        case "state":
            state, reason, lost = event.get("state"), event.get("reason", ""), event.get("lost", False)
            complete = (
                state != RunState.DIVERGED or {"step", "learning_rate"} <= event.keys()
            )  # what is said of it needs them
            numbers = is_integer(event.get("step", 0)) and is_number(event.get("learning_rate", 0.0))
            return (
                state in tuple(RunState) and isinstance(reason, str) and isinstance(lost, bool) and complete and numbers
            )
    return False


def are_numbers(values: list[Any]) -> bool:
    """Whether all are numbers of which a curve can be made; of a training that diverged some are none, or infinite.

    As `are_counts` it asks for the types that are there, not for that of each: of what JSON says these are exact, and
    of 350,000 updates that takes a fifth of the time.
    """
    types = set(map(type, values))
    return types <= {int, float} and (int not in types or _within(values))


def _within(values: list[Any]) -> bool:
    whole = [value for value in values if type(value) is int]  # a float is never beyond, and min() would trip over nan
    return min(whole) >= -MAX_NUMBER and max(whole) <= MAX_NUMBER


def are_counts(values: list[Any]) -> bool:
    """Whether all are whole numbers from 0 to 2**53."""
    return not values or (set(map(type, values)) == {int} and min(values) >= 0 and max(values) <= 2**53)

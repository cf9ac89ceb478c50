"""What a run tells, as tests make it up."""

from collections.abc import Sequence
from typing import Any

from core.runs.history import History


def steps(first: int, losses: Sequence[float], right: Sequence[int] | None = None) -> dict[str, Any]:
    last = first + len(losses) - 1
    right = [1] * len(losses) if right is None else right
    return {"type": "steps", "epoch": 0, "step": last, "loss": losses, "right": right, "seconds": last / 100}


def epoch(number: int, loss: float, val_loss: float, val_accuracy: float = 0.9) -> dict[str, Any]:
    values = {"loss": loss, "accuracy": 0.9, "val_loss": val_loss, "val_accuracy": val_accuracy}
    return {"type": "epoch", "epoch": number, "step": 100 * (number + 1), "seconds": 1.0, **values}


def history_of(*events: dict[str, Any]) -> History:
    history = History()
    for event in events:
        history.add(event)
    return history

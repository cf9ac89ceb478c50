"""The learning rate of each update: as it was set before the training, as it was changed by hand while it trained, and
as its schedule has it fall.

A run whose rate was changed is another experiment than one whose rate was not: so wherever settings are told, the
changes are told with them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.nn.learning_rate_schedules import SCHEDULES
from core.runs.config import TrainingConfig

MAX_LISTED = 4  # changes that are told one by one

Changes = Sequence[tuple[int, float]]  # (updates that were taken before it, the new learning rate)


def effective_changes(initial: float, changes: Changes, updates: int) -> list[tuple[int, float]]:
    """Those that at least one of so many updates was taken with, and that changed something, in their order.

    Of several between two updates the last counts; one before the first update replaces the initial rate. Compared as
    float32, since that is what an optimizer keeps.
    """
    rates: dict[int, float] = {0: initial}
    for step, rate in sorted(changes, key=lambda change: change[0]):
        if step < updates:
            rates[step] = rate
    effective: list[tuple[int, float]] = []
    before = np.float32(initial)
    for step, rate in rates.items():
        if np.float32(rate) != before:
            effective.append((step, rate))
            before = np.float32(rate)
    return effective


def rate_of_each_update(config: TrainingConfig, changes: Changes, updates: int) -> npt.NDArray[np.float64]:
    """The learning rate of each of the first so many updates, (updates,).

    What is set, before the training or by hand, is multiplied by the schedule's factor.
    """
    rates = np.full(updates, float(config.learning_rate))
    for step, rate in effective_changes(config.learning_rate, changes, updates):
        rates[step:] = rate
    return rates * schedule_factors(config, np.arange(updates))


def schedule_factors(config: TrainingConfig, update: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """What multiplies the learning rate at these updates, counted from 0."""
    return SCHEDULES[config.learning_rate_schedule].factor(update, config.updates)


def rates_in_words(initial: float, changes: Changes, updates: int) -> str:
    """The learning rate in words: 0.2, or 0.2 → 5 (from update 441) → 0.05 (from update 881)."""
    effective = effective_changes(initial, changes, updates)
    first = f"{initial:g}"
    if effective and effective[0][0] == 0:
        first = f"{effective.pop(0)[1]:g}"
    listed = [f"{rate:g} (from update {step + 1:,})" for step, rate in effective]
    if len(listed) > MAX_LISTED:
        left_out = len(listed) - MAX_LISTED
        listed[2:-2] = [f"{left_out} more {'change' if left_out == 1 else 'changes'}"]
    return " → ".join([first, *listed])

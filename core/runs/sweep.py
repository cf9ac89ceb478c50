"""One setting is varied, all others stay: so what changes in the score is owed to it alone, or to chance.

The runs of a sweep say in config.json to which one they belong (`sweep`) and what is varied (`varied`). Chance shows
itself when each value is trained with several seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.runs import limits
from core.runs.config import TrainingConfig
from core.runs.eta import Speed, duration_in_words, expected_seconds
from core.runs.history import HistoryReader
from core.runs.learning_rate_changes import effective_changes
from core.runs.run import Run
from core.runs.service_client import Queue
from core.runs.settings import SETTINGS, UNITS
from core.runs.states import ACTIVE, RunState

FIRST_LAYER_UNITS = "first_layer_units"  # what is varied beside the settings of TrainingConfig
SWEPT = {
    "learning_rate": SETTINGS["learning_rate"],  # what is asked most comes first
    "batch_size": SETTINGS["batch_size"],
    FIRST_LAYER_UNITS: UNITS,
    **{name: setting for name, setting in SETTINGS.items() if setting.is_swept},
}


@dataclass(frozen=True)
class SweepPoint:
    """A run of a sweep: its value of the setting, and what came of it."""

    run: Run
    value: Any
    state: RunState
    scores: dict[str, float]  # when it is finished: "accuracy" on the test set, "val_loss", "val_accuracy"
    is_changed: bool = False  # its learning rate was changed by hand: another difference than the one that is varied


def is_logarithmic(setting: str) -> bool:
    """Whether equal factors count, not equal distances."""
    return SWEPT[setting].is_logarithmic if setting in SWEPT else False


def value_of(config: TrainingConfig, setting: str) -> Any:
    """What a setting stands at; for FIRST_LAYER_UNITS, 0 without hidden layers."""
    return (*config.hidden_layers, 0)[0] if setting == FIRST_LAYER_UNITS else getattr(config, setting)


def variations(config: TrainingConfig, setting: str, values: Sequence[Any], seeds: int = 1) -> list[TrainingConfig]:
    """The same settings with one of them varied, each value with so many seeds.

    Raises:
        ValueError: a value is out of its range.
    """
    varied = []
    for value in values:
        change = (
            {"hidden_layers": (value, *config.hidden_layers[1:])} if setting == FIRST_LAYER_UNITS else {setting: value}
        )
        one = replace(config, **change)
        varied += [replace(one, seed=one.seed + more) if more else one for more in range(seeds)]
    return varied


def spaced_values(low: float, high: float, count: int, logarithmic: bool, whole: bool = False) -> list[float]:
    """Numbers from `low` to `high` at equal distances, or by equal factors.

    Both ends stay as they are. Those between are rounded: to three digits or as many as tell them apart, or to whole
    numbers, of which there may be fewer.
    """
    if count < 2 or low == high:
        return [low]
    shares = [number / (count - 1) for number in range(1, count - 1)]
    if logarithmic:
        between = [low * (high / low) ** share for share in shares]
    else:
        between = [low + (high - low) * share for share in shares]
    if whole:
        return sorted({low, high, *map(round, between)})
    for digits in range(3, 17):
        values = sorted({low, high, *(float(f"{value:.{digits}g}") for value in between)})
        if len(values) == count and {values[0], values[-1]} == {low, high}:
            break
    return values


def runs_of_sweep(runs: Sequence[Run], sweep: str) -> list[Run]:
    """Those of a sweep, in the order in which they were begun; `runs` are an owner's, the youngest first."""
    return [run for run in reversed(runs) if (metadata := run.metadata_or_none()) and metadata.sweep == sweep]


def last_sweep(runs: Sequence[Run]) -> str | None:
    """The sweep that was begun last; `runs` are an owner's, the youngest first."""
    return next((metadata.sweep for run in runs if (metadata := run.metadata_or_none()) and metadata.sweep), None)


def swept_setting(runs: Sequence[Run]) -> str:
    """The setting that a sweep's runs vary."""
    metadata = runs[0].metadata_or_none()
    return metadata.varied if metadata else ""


def point_of(run: Run, setting: str) -> SweepPoint:
    """How far a run of a sweep is.

    Raises:
        RunError: its folder is damaged, or it was deleted.
    """
    state, scores, changed = run.status().state, {}, False
    if state in (RunState.FINISHED, RunState.DIVERGED):
        history = HistoryReader(run).update()
        changed = bool(effective_changes(run.config().learning_rate, history.learning_rates, history.step))
    if state == RunState.FINISHED and (reached := run.scores()):
        epochs = history.epochs
        watched = {name: epochs[-1][name] for name in ("val_loss", "val_accuracy")} if epochs else {}
        scores = {"accuracy": reached["accuracy"], **watched}
    return SweepPoint(run, value_of(run.config(), setting), state, scores, changed)


def concurrency(queue: Queue) -> int:
    """How many runs of one owner are at work at a time, see scheduler.py."""
    return max(1, queue.slots - 1)


def sweep_seconds(configs: Sequence[TrainingConfig], speed: Speed, queue: Queue) -> float:
    """Seconds from the first one's beginning to the last one's end, when nobody else trains."""
    each = [expected_seconds(config, speed) for config in configs]
    return max(sum(each) / concurrency(queue), max(each, default=0.0))


def sweep_seconds_left(points: Sequence[SweepPoint], seconds: Sequence[float], queue: Queue) -> float:
    """The same for those that are not done, `seconds` being what each of all points still needs."""
    left = [one for point, one in zip(points, seconds, strict=True) if point.state in ACTIVE]
    return max(sum(left) / concurrency(queue), max(left, default=0.0))


def why_no_sweep(configs: Sequence[TrainingConfig], speed: Speed | None, queue: Queue) -> str | None:
    """Why this sweep is not begun here, with the numbers; None if it can be."""
    if len(configs) > limits.MAX_SWEEP_RUNS:
        return (
            f"These are {len(configs)} trainings, and a sweep has at most {limits.MAX_SWEEP_RUNS}. Take fewer values."
        )
    if words := next((words for config in configs if (words := limits.why_not_trained(config))), None):
        return words
    seconds = sweep_seconds(configs, speed, queue) if speed else 0.0
    if seconds <= 60 * limits.MAX_SWEEP_MINUTES:
        return None
    return (
        f"These {len(configs)} trainings would take about {duration_in_words(seconds)} together, and a sweep here has "
        f"{duration_in_words(60 * limits.MAX_SWEEP_MINUTES)}. Take fewer values, fewer epochs or fewer images."
    )

"""Runs side by side: what each was told to do, how its loss fell, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from core.nn.network import Network
from core.runs.config import TrainingConfig
from core.runs.history import History
from core.runs.learning_rate_changes import effective_changes, rates_in_words
from core.runs.states import RunState

Numbers = npt.NDArray[np.float64]
MAX_COMPILE_GAP_SECONDS = 0.3  # seconds: no update is by so much slower than the median one


@dataclass(frozen=True, eq=False)
class Compared:
    """A run as it is compared with others."""

    key: str  # its id
    title: str
    settings: Mapping[str, Any]  # as TrainingConfig.to_dict; unknown ones are missing, a rate that changed is in words
    steps: Numbers  # the updates at which `losses` are given
    losses: Numbers  # smoothed, on what was learned from
    validation: Mapping[str, Numbers]  # at epochs' ends: "step", "val_loss", "val_accuracy"; {} if nothing was watched
    updates_per_epoch: int
    timings: tuple[Numbers, Numbers]  # updates, and the seconds that they took
    accuracy: float | None  # on the test set, 0 to 1; None as long as it is trained
    state: RunState

    def downsampled(self, curve: str) -> tuple[Numbers, Numbers]:
        """Updates, and "loss", "val_loss" or "val_accuracy" there."""
        if curve == "loss":
            return self.steps, self.losses
        return self.validation.get("step", np.empty(0)), self.validation.get(curve, np.empty(0))

    @property
    def seconds(self) -> float | None:
        """What its updates took; None without any."""
        return float(self.timings[1][-1]) if len(self.timings[1]) > 1 else None

    def along(self, steps: Numbers, axis: str) -> Numbers:
        """Updates as "updates", "epochs" or "seconds"."""
        if axis == "epochs":
            return steps / self.updates_per_epoch
        if axis == "seconds":
            return np.interp(steps, *self.timings)
        return steps


def compared_run(
    key: str, title: str, config: TrainingConfig, history: History, accuracy: float | None, state: RunState
) -> Compared:
    """A run of the training service; a learning rate that was changed by hand is told with its changes."""
    places, _, smooth = history.loss.downsampled()
    names = ("step", "val_loss", "val_accuracy") if history.epochs or state != RunState.FINISHED else ()
    watched = {name: np.array([epoch[name] for epoch in history.epochs], float) for name in names}
    rate, changes = config.learning_rate, history.learning_rates
    changed = effective_changes(rate, changes, history.step)
    rates = {"learning_rate": rates_in_words(rate, changes, history.step)} if changed else {}
    return Compared(
        key,
        title,
        config.to_dict() | rates,
        places.astype(float),
        smooth,
        watched,
        config.updates_per_epoch,
        _learning_clock(history.timings),
        accuracy,
        state,
    )


def _learning_clock(timings: Sequence[tuple[int, float]]) -> tuple[Numbers, Numbers]:
    """Updates, and the seconds of learning until then.

    In runs of earlier versions the first update has the seconds in which it was compiled: what it took beyond the
    median update is left out.
    """
    steps, seconds = np.array([(0, 0.0), *timings], float).T
    apart = np.diff(steps[1:])
    if (apart > 0).any():
        usual = float(np.median(np.diff(seconds[1:])[apart > 0] / apart[apart > 0]))
        start = seconds[1] - steps[1] * usual
        if start > MAX_COMPILE_GAP_SECONDS:
            seconds[1:] -= start
    return steps, seconds


def compared_network(key: str, title: str, network: Network, accuracy: float) -> Compared:
    """A network from a file: how it is built is known, and what it reaches, but nothing of its training."""
    hidden = network.layers[:-1]
    activations = [layer.activation for layer in hidden]
    one_or_each = activations if len(set(activations)) > 1 else activations[:1]  # in the order of the layers
    settings = {
        "hidden_layers": [layer.biases.size for layer in hidden],
        "activation": ", ".join(one_or_each) or None,
    }
    nothing, start = np.empty(0), (np.zeros(1), np.zeros(1))
    return Compared(key, title, settings, nothing, nothing, {}, 1, start, accuracy, RunState.IMPORTED)


def handicaps_of(settings: Mapping[str, Any]) -> list[str]:
    """Why a training's loss is not that on the digits as they are: what makes each batch harder, in words."""
    found = {
        "on distorted digits": settings.get("distortion"),
        "with units switched off (dropout)": settings.get("dropout"),
        "with the cost of large weights (L2) added": settings.get("l2"),
    }
    return [words for words, handicap in found.items() if handicap]


def differing(compared: Sequence[Compared]) -> list[str]:
    """The names of the settings in which they differ, as far as they are known, in the order of TrainingConfig."""
    names = [field.name for field in fields(TrainingConfig)]
    return [name for name in names if len({str(one.settings[name]) for one in compared if name in one.settings}) > 1]

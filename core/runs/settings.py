"""Every setting of a training in one table: what it is called, what it may be, what is offered of it.

The check of a configuration, the form, sweeps and addresses are made of it. What a setting does to learning stands in
`core/narrative/train_network.md`, under its name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from core.data.mnist import VALIDATION_COUNT
from core.data.user_drawings import MAX_DRAWINGS
from core.nn.learning_rate_schedules import SCHEDULES
from core.nn.network import MAX_LAYERS, MAX_UNITS
from core.nn.optimizers import OPTIMIZERS

ALL_DIGITS = 60_000
LOSSES = ("categorical_crossentropy", "mean_squared_error", "binary_crossentropy")
TRAINING_OPTIMIZERS = tuple(name for name, optimizer in OPTIMIZERS.items() if optimizer.is_for_training)


@dataclass(frozen=True)
class Setting:
    """One of several choices, a switch, or a number from a minimum to a maximum."""

    label: str
    choices: tuple[str, ...] = ()
    is_switch: bool = False
    minimum: float = 0
    maximum: float = 0
    is_integer: bool = True
    offered: tuple[float, ...] = ()  # the places of its slider; a number without any is typed
    is_logarithmic: bool = False  # equal factors count, not equal distances
    remark: str = ""  # beside its label, where a value is out of range
    is_swept: bool = True
    is_shared: bool = True  # by an address

    def check(self, value: Any) -> None:
        """Whether it may be this value.

        Raises:
            ValueError: it may not; the message is a sentence for the learner.
        """
        name = f"{self.label}{self.remark}"
        if self.choices:
            if value not in self.choices:
                raise ValueError(f"{name} is one of {', '.join(self.choices)}.")
        elif self.is_switch:
            if not isinstance(value, bool):
                raise ValueError(f"{name} is yes or no.")
        else:
            kinds = int if self.is_integer else (int, float)
            if isinstance(value, bool) or not isinstance(value, kinds) or not self.minimum <= value <= self.maximum:
                if self.is_integer:
                    raise ValueError(f"{name} must be a whole number from {self.minimum:,} to {self.maximum:,}.")
                raise ValueError(f"{name} must lie between {_plain(self.minimum)} and {_plain(self.maximum)}.")


def _plain(number: float) -> str:
    """A number without an exponent, as far as it can be read so."""
    return f"{number:,.6f}".rstrip("0").rstrip(".") if number < 1e9 else f"10^{round(math.log10(number))}"


def _twentieths(most: int) -> tuple[float, ...]:
    return tuple(share / 20 for share in range(most))


LAYERS = Setting("Hidden layers", maximum=MAX_LAYERS)
UNITS = Setting(
    "The units of a layer",
    minimum=1,
    maximum=MAX_UNITS,
    offered=(*(2**power for power in range(10)), 100, 400, 784, MAX_UNITS),
    is_logarithmic=True,
)

# By the names of TrainingConfig's fields, all but the layers.
SETTINGS: dict[str, Setting] = {
    "activation": Setting("Activation", ("relu", "sigmoid", "tanh", "linear")),
    "initializer": Setting("Initial weights", ("glorot_uniform", "he_normal", "random_normal", "zeros")),
    "loss": Setting("Loss", LOSSES),
    "optimizer": Setting("Optimizer", TRAINING_OPTIMIZERS),
    "learning_rate": Setting(
        "Learning rate",
        minimum=1e-6,
        maximum=1e20,
        is_integer=False,
        offered=(*(digit * 10.0**power for power in range(-6, 1) for digit in (1, 2, 5)), 10.0),
        is_logarithmic=True,
        remark=" (its slider ends at 10)",
    ),
    "learning_rate_schedule": Setting("Learning rate schedule", tuple(SCHEDULES)),
    "batch_size": Setting(
        "Batch size", minimum=1, maximum=2048, offered=tuple(2**power for power in range(12)), is_logarithmic=True
    ),
    "epochs": Setting("Epochs", minimum=1, maximum=200, is_swept=False),
    "training_images": Setting(
        "Training images",
        minimum=10,
        maximum=ALL_DIGITS,
        offered=(10, 100, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, ALL_DIGITS - VALIDATION_COUNT),
        is_logarithmic=True,
    ),
    "validate_on": Setting("Checked after each epoch", ("validation", "test"), is_swept=False),
    "dropout": Setting("Dropout", maximum=0.9, is_integer=False, offered=_twentieths(19)),
    "l2": Setting(
        "L2",
        maximum=1,
        is_integer=False,
        offered=(0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1),
        is_logarithmic=True,
    ),
    "distortion": Setting("Distortion", maximum=1, is_integer=False, offered=tuple(share / 10 for share in range(11))),
    "shuffled_labels": Setting("Shuffled labels", is_switch=True, is_swept=False),
    "seed": Setting("Seed", maximum=2**31 - 1),
    "own_drawings": Setting("Own drawings", maximum=MAX_DRAWINGS, is_swept=False, is_shared=False),
    "template_images": Setting("Template images", maximum=100_000, is_swept=False, is_shared=False),
    "own_weight": Setting("Times in each epoch", minimum=1, maximum=100, is_swept=False, is_shared=False),
}

EARLIER_NAMES = {"watched": "validate_on"}  # in the files and addresses of earlier versions


def setting_in_words(setting: str) -> str:
    """The name of a setting, or of what else is varied (sweep.py), as pages say it: without underscores."""
    return "checked on" if setting == "validate_on" else setting.replace("_", " ")

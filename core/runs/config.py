"""Hyperparameters are what a person chooses before learning begins; the parameters are what is learned.

Each has a default with its reason, a range, and one line on what it does to learning.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from core.data.mnist import CLASSES, PIXELS, VALIDATION_COUNT
from core.nn.optimizers import OPTIMIZERS
from core.plain_text import plain
from core.runs.settings import ALL_DIGITS, EARLIER_NAMES, LAYERS, SETTINGS, UNITS

FLOAT_BYTES = 4  # bytes


@dataclass(frozen=True)
class TrainingConfig:
    """One way to train: what the form shows, what a run keeps, what the address carries.

    Raises:
        ValueError: a value is out of its range; the message says which, in words for the learner.
    """

    hidden_layers: tuple[int, ...] = (784, 100)  # the article's
    activation: str = "relu"
    initializer: str = "glorot_uniform"  # Keras' default: keeps the size of signals from layer to layer
    loss: str = "categorical_crossentropy"
    optimizer: str = "adam"
    learning_rate: float = 0.001  # Keras' default for Adam
    learning_rate_schedule: str = "constant"  # as in the article
    batch_size: int = 32  # Keras' default
    epochs: int = 10
    training_images: int = ALL_DIGITS - VALIDATION_COUNT
    validate_on: str = "validation"  # the test set is for judging, not for choosing
    dropout: float = 0.0
    l2: float = 0.0
    distortion: float = 0.0  # 1: as far as the bundled network for drawing saw them bent
    shuffled_labels: bool = False
    seed: int = 0
    own_drawings: int = 0  # of the learner, shown among the training images
    own_weight: int = 10  # so many times in each epoch, each time bent anew
    template_images: int = 0  # beside these in each epoch; only commands that train a bundled network make such

    def __post_init__(self) -> None:
        """Check each value against its range."""
        if not isinstance(self.hidden_layers, list | tuple):
            raise ValueError("Hidden layers are a list of units.")
        object.__setattr__(self, "hidden_layers", tuple(self.hidden_layers))
        if len(self.hidden_layers) > LAYERS.maximum:
            raise ValueError(f"A network here has at most {LAYERS.maximum} hidden layers.")
        for units in self.hidden_layers:
            UNITS.check(units)
        for name, setting in SETTINGS.items():
            setting.check(getattr(self, name))
        if self.validate_on == "validation":
            replace(SETTINGS["training_images"], maximum=ALL_DIGITS - VALIDATION_COUNT).check(self.training_images)

    @property
    def layer_units(self) -> tuple[int, ...]:
        """Inputs, units of each hidden layer, outputs."""
        return (PIXELS, *self.hidden_layers, CLASSES)

    @property
    def last_activation(self) -> str:
        """Ten probabilities that share 1; for binary cross entropy ten separate answers, yes or no."""
        return "sigmoid" if self.loss == "binary_crossentropy" else "softmax"

    @property
    def parameter_count(self) -> int:
        """All weights and biases."""
        return sum((a + 1) * b for a, b in zip(self.layer_units[:-1], self.layer_units[1:], strict=True))

    @property
    def examples_per_epoch(self) -> int:
        """Images that an epoch shows: training images, own drawings as often as their weight says, and templates."""
        return self.training_images + self.own_drawings * self.own_weight + self.template_images

    @property
    def is_from_mnist_alone(self) -> bool:
        """Whether anybody can train it: it learns from no drawings that only its own run has."""
        return not (self.own_drawings or self.template_images)

    def from_mnist_alone(self) -> TrainingConfig:
        """The same settings without such drawings."""
        return replace(self, own_drawings=0, template_images=0)

    @property
    def updates_per_epoch(self) -> int:
        """Batches in one pass over the training images; the last may be smaller."""
        return math.ceil(self.examples_per_epoch / self.batch_size)

    @property
    def updates(self) -> int:
        """Of the whole training."""
        return self.updates_per_epoch * self.epochs

    @property
    def estimated_memory_bytes(self) -> int:
        """Bytes that the training needs beside the program: an estimate from above.

        Parameters, their gradients and the optimizer's numbers, twice while a step is computed; activations and
        their gradients for a batch; the images as bytes.
        """
        learned = self.parameter_count * FLOAT_BYTES * (2 + OPTIMIZERS[self.optimizer].slots) * 2
        passing = self.batch_size * sum(self.layer_units) * FLOAT_BYTES * 6
        images = self.examples_per_epoch * PIXELS * (3 if self.distortion or self.own_drawings else 2)
        return learned + passing + images

    def to_dict(self) -> dict[str, Any]:
        """All settings, fit for JSON."""
        return {**asdict(self), "hidden_layers": list(self.hidden_layers)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainingConfig:
        """The settings of to_dict; what is missing has its default.

        Raises:
            ValueError: a name is unknown or a value out of its range.
        """
        values = {EARLIER_NAMES.get(name, name): value for name, value in values.items()}
        names = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - names):
            raise ValueError(f"There is no setting named {unknown[0]}.")
        return cls(**values)

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, as text for an address; own drawings are in no address."""
        default = TrainingConfig()
        return {
            field.name: _to_text(getattr(self, field.name))
            for field in fields(self)
            if getattr(self, field.name) != getattr(default, field.name) and _is_shared(field.name)
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> TrainingConfig:
        """The settings of to_query; names that are no settings are left out.

        Raises:
            ValueError: a text cannot be read, or a value is out of its range.
        """
        default = cls()
        query = {EARLIER_NAMES.get(name, name): text for name, text in query.items()}
        values = {
            field.name: _from_text(field.name, query[field.name], getattr(default, field.name))
            for field in fields(cls)
            if field.name in query and _is_shared(field.name)
        }
        return cls(**values)


def _is_shared(name: str) -> bool:
    return name not in SETTINGS or SETTINGS[name].is_shared


def _to_text(value: Any) -> str:
    return "-".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _from_text(name: str, text: str, default: Any) -> Any:
    try:
        if isinstance(default, tuple):
            return tuple(int(part) for part in text.split("-")) if text else ()
        if isinstance(default, bool):
            return {"True": True, "False": False}[text]
        return type(default)(text)
    except (KeyError, ValueError) as error:
        shown, example = plain(text, 40), _to_text(default) or "0"
        raise ValueError(f"The address says {name} = {shown}; it should look like {name}={example}.") from error

"""Hyperparameters are what a person chooses before learning begins; the parameters are what is learned.

Each has a default with its reason, a range, and one line on what it does to learning.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.data.mnist import CLASSES, PIXELS, VALIDATION_COUNT
from core.data.user_drawings import MAX_COLLECTED
from core.nn.network import MOST_LAYERS, MOST_UNITS
from core.plain_text import plain

ACTIVATIONS = ("relu", "sigmoid", "tanh", "linear")
INITIALIZERS = ("glorot_uniform", "he_normal", "random_normal", "zeros")
LOSSES = ("categorical_crossentropy", "mean_squared_error", "binary_crossentropy")
OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam")
WATCHED = ("validation", "test")  # what is measured after each epoch

ALL_DIGITS = 60_000
MOST_EPOCHS = 200
MOST_SEED = 2**31 - 1
FLOAT = 4  # bytes
OPTIMIZER_SLOTS = {"sgd": 0, "momentum": 1, "rmsprop": 1, "adam": 2}  # numbers kept for each parameter


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
    batch_size: int = 32  # Keras' default
    epochs: int = 10
    training_images: int = ALL_DIGITS - VALIDATION_COUNT
    watched: str = "validation"  # the test set is for judging, not for choosing
    dropout: float = 0.0
    l2: float = 0.0
    distortion: float = 0.0  # 1: as far as the bundled network for drawing saw them bent
    shuffled_labels: bool = False
    seed: int = 0
    own_drawings: int = 0  # of the learner, shown among the training images
    own_weight: int = 10  # so many times in each epoch, each time bent anew

    def __post_init__(self) -> None:
        """Check each value against its range."""
        object.__setattr__(self, "hidden_layers", tuple(self.hidden_layers))
        if len(self.hidden_layers) > MOST_LAYERS:
            raise ValueError(f"A network here has at most {MOST_LAYERS} hidden layers.")
        for units in self.hidden_layers:
            _whole("The units of a layer", units, 1, MOST_UNITS)
        _one_of("activation", self.activation, ACTIVATIONS)
        _one_of("weight initialization", self.initializer, INITIALIZERS)
        _one_of("loss", self.loss, LOSSES)
        _one_of("optimizer", self.optimizer, OPTIMIZERS)
        _one_of("set that is watched", self.watched, WATCHED)
        _between("The learning rate (its slider ends at 10)", self.learning_rate, 1e-6, 1e20)
        _whole("Batch size", self.batch_size, 1, 2048)
        _whole("Epochs", self.epochs, 1, MOST_EPOCHS)
        most = ALL_DIGITS if self.watched == "test" else ALL_DIGITS - VALIDATION_COUNT
        _whole("Training images", self.training_images, 10, most)
        _between("Dropout", self.dropout, 0, 0.9)
        _between("L2", self.l2, 0, 1)
        _between("Distortion", self.distortion, 0, 1)
        _whole("Seed", self.seed, 0, MOST_SEED)
        _whole("Own drawings", self.own_drawings, 0, MAX_COLLECTED)
        _whole("Weight of own drawings", self.own_weight, 1, 100)
        if not isinstance(self.shuffled_labels, bool):
            raise ValueError("Shuffled labels is yes or no.")

    @property
    def layer_units(self) -> tuple[int, ...]:
        """Inputs, units of each hidden layer, outputs."""
        return (PIXELS, *self.hidden_layers, CLASSES)

    @property
    def last_activation(self) -> str:
        """Ten probabilities that share 1; for binary cross entropy ten separate answers, yes or no."""
        return "sigmoid" if self.loss == "binary_crossentropy" else "softmax"

    @property
    def parameters(self) -> int:
        """All weights and biases."""
        return sum((a + 1) * b for a, b in zip(self.layer_units[:-1], self.layer_units[1:], strict=True))

    @property
    def learned_images(self) -> int:
        """Images that an epoch shows: the training images, and own drawings as often as their weight says."""
        return self.training_images + self.own_drawings * self.own_weight

    @property
    def updates_per_epoch(self) -> int:
        """Batches in one pass over the training images; the last may be smaller."""
        return math.ceil(self.learned_images / self.batch_size)

    @property
    def memory(self) -> int:
        """Bytes that the training needs beside the program: an estimate from above.

        Parameters, their gradients and the optimizer's numbers, twice while a step is computed; activations and
        their gradients for a batch; the images as bytes.
        """
        learned = self.parameters * FLOAT * (2 + OPTIMIZER_SLOTS[self.optimizer]) * 2
        passing = self.batch_size * sum(self.layer_units) * FLOAT * 6
        images = self.learned_images * PIXELS * (3 if self.distortion or self.own_drawings else 2)
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
            if getattr(self, field.name) != getattr(default, field.name) and not field.name.startswith("own_")
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> TrainingConfig:
        """The settings of to_query; names that are no settings are left out.

        Raises:
            ValueError: a text cannot be read, or a value is out of its range.
        """
        default = cls()
        values = {
            field.name: _from_text(field.name, query[field.name], getattr(default, field.name))
            for field in fields(cls)
            if field.name in query and not field.name.startswith("own_")
        }
        return cls(**values)


def setting_in_words(setting: str) -> str:
    """The name of a setting, or of what else is varied (sweep.py), as pages say it: without underscores."""
    return "checked on" if setting == "watched" else setting.replace("_", " ")


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"The {name} is one of {', '.join(allowed)}.")


def _between(name: str, value: Any, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{name} must lie between {_plain(low)} and {_plain(high)}.")


def _whole(name: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low:,} to {high:,}.")


def _plain(number: float) -> str:
    """A number without an exponent, as far as it can be read so."""
    return f"{number:,.6f}".rstrip("0").rstrip(".") if number < 1e9 else f"10^{round(math.log10(number))}"


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
        said, example = plain(text, 40), _to_text(default) or "0"
        raise ValueError(f"The address says {name} = {said}; it should look like {name}={example}.") from error

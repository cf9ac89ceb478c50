"""An optimizer turns a gradient into a step; each of these keeps a little more in mind than the one before.

Every update is written as its formula, in Keras' exact form, and tested against Keras step for step. A weight is a
number or an array of any shape: no update looks from one weight to another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

EPSILON = 1e-7  # Keras' default: keeps a division by a square root away from 0

OptimizerState = dict[str, Any]  # what an optimizer remembers, by its name in the formula: arrays of the weights' shape
Update = Callable[..., tuple[Any, OptimizerState]]


@dataclass(frozen=True)
class Optimizer:
    """A way to step.

    Attributes:
        formula: one step in LaTeX: w the weight, g its gradient, the learning rate a Greek eta.
        idea: what it does, in words.
        init: what it remembers before the first step, from weights of the same shape.
        update: (weight, gradient, memory, learning_rate, step from 1) -> (new weight, new memory).
        keras_class: the class of keras.optimizers that does the same.
        keras_arguments: what that one is given beside the learning rate.
        is_for_training: whether a run can be trained by it; all can be raced.
    """

    name: str
    title: str
    formula: str
    idea: str
    init: Callable[[Any], OptimizerState]
    update: Update
    keras_class: str
    keras_arguments: Mapping[str, Any] = field(default_factory=dict)
    is_for_training: bool = True

    @property
    def slots(self) -> int:
        """How many numbers it remembers for each weight."""
        return len(self.init(0.0))


def init_none(weight: Any) -> OptimizerState:
    """No memory at all."""
    return {}


def sgd(w: Any, g: Any, memory: OptimizerState, learning_rate: Any, step: int) -> tuple[Any, OptimizerState]:
    """Gradient descent: against the slope, as far as the slope is steep."""
    return w - learning_rate * g, memory


def init_velocity(weight: Any) -> OptimizerState:
    """A ball that does not move yet."""
    return {"velocity": np.zeros_like(weight, dtype=float)}


def momentum(
    w: Any, g: Any, memory: OptimizerState, learning_rate: Any, step: int, momentum: Any = 0.9
) -> tuple[Any, OptimizerState]:
    """Momentum: the ball has mass. It keeps most of its velocity, and the slope only adds to it."""
    velocity = momentum * memory["velocity"] - learning_rate * g
    return w + velocity, {"velocity": velocity}


def nesterov(
    w: Any, g: Any, memory: OptimizerState, learning_rate: Any, step: int, momentum: Any = 0.9
) -> tuple[Any, OptimizerState]:
    """Nesterov's momentum: step from where the velocity is about to carry the ball."""
    velocity = momentum * memory["velocity"] - learning_rate * g
    return w + momentum * velocity - learning_rate * g, {"velocity": velocity}


def init_accumulator(weight: Any) -> OptimizerState:
    """A sum of squares that begins at 0.1, as in Keras."""
    return {"squares": np.full_like(weight, 0.1, dtype=float)}


def adagrad(w: Any, g: Any, memory: OptimizerState, learning_rate: Any, step: int) -> tuple[Any, OptimizerState]:
    """AdaGrad: whatever has been steep so far gets smaller steps; what slopes are multiplied by only ever shrinks."""
    squares = memory["squares"] + g**2
    return w - learning_rate * g / np.sqrt(squares + EPSILON), {"squares": squares}


def init_squares(weight: Any) -> OptimizerState:
    """A mean of squares that begins at 0."""
    return {"squares": np.zeros_like(weight, dtype=float)}


def rmsprop(
    w: Any, g: Any, memory: OptimizerState, learning_rate: Any, step: int, rho: float = 0.9
) -> tuple[Any, OptimizerState]:
    """RMSprop: divide by how steep it has been lately, so that flat and steep directions get equal steps."""
    squares = rho * memory["squares"] + (1 - rho) * g**2
    return w - learning_rate * g / np.sqrt(squares + EPSILON), {"squares": squares}


def init_moments(weight: Any) -> OptimizerState:
    """Two means that begin at 0."""
    return {"mean": np.zeros_like(weight, dtype=float), "squares": np.zeros_like(weight, dtype=float)}


def adam(
    w: Any, g: Any, memory: OptimizerState, learning_rate: Any, step: int, beta_1: float = 0.9, beta_2: float = 0.999
) -> tuple[Any, OptimizerState]:
    """Adam: momentum's running mean of the gradient, divided as in RMSprop; both corrected for their start at 0."""
    mean = beta_1 * memory["mean"] + (1 - beta_1) * g
    squares = beta_2 * memory["squares"] + (1 - beta_2) * g**2
    corrected = learning_rate * ((1 - beta_2**step) ** 0.5 / (1 - beta_1**step))
    return w - corrected * mean / (np.sqrt(squares) + EPSILON), {"mean": mean, "squares": squares}


def _lines(*formulas: str) -> str:
    return r"\begin{aligned}" + r" \\ ".join(formulas).replace(r"\leftarrow", r"&\leftarrow") + r"\end{aligned}"


OPTIMIZERS = {
    optimizer.name: optimizer
    for optimizer in (
        Optimizer(
            "sgd",
            "gradient descent",
            r"w \leftarrow w - \eta\, g",
            "One step against the slope, the longer the steeper it is.",
            init_none,
            sgd,
            "SGD",
        ),
        Optimizer(
            "momentum",
            "momentum",
            _lines(r"v \leftarrow 0.9\, v - \eta\, g", r"w \leftarrow w + v"),
            "The ball has mass: it keeps nine tenths of its velocity, and each slope adds to it. It rolls through flat "
            "ground, and past the minimum and back.",
            init_velocity,
            momentum,
            "SGD",
            {"momentum": 0.9},
        ),
        Optimizer(
            "nesterov",
            "Nesterov",
            _lines(r"v \leftarrow 0.9\, v - \eta\, g", r"w \leftarrow w + 0.9\, v - \eta\, g"),
            "Momentum that looks ahead to where its velocity carries it, and so brakes earlier.",
            init_velocity,
            nesterov,
            "SGD",
            {"momentum": 0.9, "nesterov": True},
            is_for_training=False,
        ),
        Optimizer(
            "adagrad",
            "AdaGrad",
            _lines(r"s \leftarrow s + g^2", r"w \leftarrow w - \eta\, \frac{g}{\sqrt{s + \epsilon}}"),
            "Each weight has its own step size: the learning rate divided by the size of all the slopes it has met. It "
            "only ever shrinks.",
            init_accumulator,
            adagrad,
            "Adagrad",
            is_for_training=False,
        ),
        Optimizer(
            "rmsprop",
            "RMSprop",
            _lines(r"s \leftarrow 0.9\, s + 0.1\, g^2", r"w \leftarrow w - \eta\, \frac{g}{\sqrt{s + \epsilon}}"),
            "AdaGrad that forgets: divided by the slopes of late. Near the bottom it keeps jumping about, as far as "
            "the learning rate says.",
            init_squares,
            rmsprop,
            "RMSprop",
        ),
        Optimizer(
            "adam",
            "Adam",
            _lines(
                r"m \leftarrow 0.9\, m + 0.1\, g",
                r"s \leftarrow 0.999\, s + 0.001\, g^2",
                r"w \leftarrow w - \eta\, \frac{\sqrt{1-0.999^t}}{1-0.9^t}\, \frac{m}{\sqrt{s} + \epsilon}",
            ),
            "Momentum and RMSprop in one. Its first steps are as long as the learning rate, however steep the ground.",
            init_moments,
            adam,
            "Adam",
        ),
    )
}

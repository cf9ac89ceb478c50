"""Large steps first, small ones in the end: a learning rate that falls lets a network settle sooner.

Each schedule says by which factor the learning rate is multiplied at an update. They are those of Keras.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Factors = npt.NDArray[np.float64]
WARM_UP_SHARE = 10  # a tenth of the updates; it begins with a tenth of the rate, too


@dataclass(frozen=True)
class LearningRateSchedule:
    """How the learning rate falls from the first update to the last.

    Attributes:
        title: its name on pages.
        formula: the rate at update t of T, counted from 0, in LaTeX; η is the rate that was set.
        factor: of updates, an array counted from 0, and how many there are in all: what multiplies the rate.
        keras_class: the class in `keras.optimizers.schedules`; "" where the rate stays a number.
        keras_arguments: of the rate and of how many updates there are: what the class is made with.
    """

    title: str
    formula: str
    factor: Callable[[npt.NDArray[Any], int], Factors]
    keras_class: str = ""
    keras_arguments: Callable[[float, int], dict[str, Any]] = lambda rate, updates: {}


def _constant(update: npt.NDArray[Any], updates: int) -> Factors:
    return np.ones(len(update))


def _linear(update: npt.NDArray[Any], updates: int) -> Factors:
    return 1 - update / updates


def _cosine(update: npt.NDArray[Any], updates: int) -> Factors:
    return (1 + np.cos(np.pi * update / updates)) / 2


def _warm_up(update: npt.NDArray[Any], updates: int) -> Factors:
    warm_up = updates // WARM_UP_SHARE
    if not warm_up:
        return _cosine(update, updates)
    rising = (1 + (WARM_UP_SHARE - 1) * update / warm_up) / WARM_UP_SHARE
    return np.where(update < warm_up, rising, _cosine(update - warm_up, updates - warm_up))


def _linear_arguments(rate: float, updates: int) -> dict[str, Any]:
    return {"initial_learning_rate": rate, "decay_steps": updates, "end_learning_rate": 0.0}


def _cosine_arguments(rate: float, updates: int) -> dict[str, Any]:
    return {"initial_learning_rate": rate, "decay_steps": updates}


def _warm_up_arguments(rate: float, updates: int) -> dict[str, Any]:
    warm_up = updates // WARM_UP_SHARE
    if not warm_up:
        return _cosine_arguments(rate, updates)
    return {
        "initial_learning_rate": rate / WARM_UP_SHARE,
        "decay_steps": updates - warm_up,
        "warmup_target": rate,
        "warmup_steps": warm_up,
    }


SCHEDULES = {
    "constant": LearningRateSchedule("constant", r"\eta_t = \eta", _constant),
    "linear_decay": LearningRateSchedule(
        "linear to 0",
        r"\eta_t = \eta \left(1 - \tfrac{t}{T}\right)",
        _linear,
        "PolynomialDecay",
        _linear_arguments,
    ),
    # Loshchilov and Hutter, SGDR, 2017, without restarts.
    "cosine_decay": LearningRateSchedule(
        "cosine to 0",
        r"\eta_t = \tfrac{\eta}{2} \left(1 + \cos \tfrac{\pi t}{T}\right)",
        _cosine,
        "CosineDecay",
        _cosine_arguments,
    ),
    # Goyal et al., Accurate, Large Minibatch SGD, 2017, for the warm-up.
    "warmup_cosine": LearningRateSchedule(
        "warm-up, then cosine",
        r"\eta_t = \eta \left(0.1 + \tfrac{9 t}{T}\right) \text{ for } t < \tfrac{T}{10}",  # then as the cosine
        _warm_up,
        "CosineDecay",
        _warm_up_arguments,
    ),
}

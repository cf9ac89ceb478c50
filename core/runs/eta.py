"""How long will it take? What a training has to compute, divided by what this machine computes in a second.

The training service measures the machine when it starts; each finished run corrects the measure a little.
"""

import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from core.data.augmentation import AugmentationRanges, augment
from core.data.mnist import SIDE
from core.nn.optimizers import OPTIMIZERS
from core.runs.atomic_files import is_number, read_json_object, write_atomic
from core.runs.config import TrainingConfig

SPEED_FILE = "speed.json"
STARTUP_SECONDS = 0.7  # seconds: a process begins, the network is built, the steps compiled; until it is measured
EXPORT_SECONDS = 0.3  # seconds: the network is judged and kept
EPOCH_END_SECONDS = 0.05  # seconds of an epoch's end: checkpoint and state are written
STEP_OVERHEAD_SECONDS = 1e-4  # seconds of an update besides its arithmetic: a batch is gathered, the loss is kept
LARGE_BATCH_EFFICIENCY = 0.7  # of NumPy's products: what TensorFlow's compiler reaches with large batches
MIN_UPDATES = 1000  # updates of a run that says something about the machine
STARTUP_RANGE_SECONDS = (0.1, 60.0)  # seconds: beyond these a run says nothing about others
EMA_WEIGHT = 0.3  # share of the newest run in the correction


@dataclass(frozen=True)
class Speed:
    """What one core of this machine does in a second."""

    matmul_rate: float  # multiplications with additions, in products of matrices, batches of 32
    large_matmul_rate: float  # the same, batches of 256
    elementwise_rate: float  # numbers read, changed and written back
    augmentation_rate: float  # digits distorted
    correction: float = 1.0  # seconds measured in runs, for one that was expected
    startup_seconds: float = STARTUP_SECONDS  # from the beginning of a run's task to its first update


def measure() -> Speed:
    """Measure this machine for about a second, with one thread of NumPy's."""
    random = np.random.default_rng(0)
    weights = random.standard_normal((784, 784), dtype=np.float32)

    def products(batch: int) -> float:
        inputs = random.standard_normal((batch, 784), dtype=np.float32)
        return batch * weights.size / _seconds(lambda: inputs @ weights)

    digits = random.integers(0, 256, (200, SIDE, SIDE), dtype=np.uint8)
    return Speed(
        products(32),
        products(256),
        weights.size / _seconds(lambda: np.add(weights, 1, out=weights)),
        len(digits) / _seconds(lambda: augment(digits, AugmentationRanges(), random)),
    )


def _seconds(what: Callable[[], object]) -> float:
    """The seconds of the fastest of some tries."""
    best = np.inf
    end = time.perf_counter() + 0.2
    while time.perf_counter() < end:
        began = time.perf_counter()
        what()
        best = min(best, time.perf_counter() - began)
    return float(best)


def update_seconds(config: TrainingConfig, speed: Speed) -> float:
    """Seconds of one update: three products for each weight and image, some passes over all parameters."""
    images = min(config.batch_size, config.examples_per_epoch)
    products = speed.matmul_rate if images < 128 else LARGE_BATCH_EFFICIENCY * speed.large_matmul_rate
    backward = (
        config.parameter_count - config.layer_units[0] * config.layer_units[1]
    )  # the first layer sends nothing back
    arithmetic = images * (2 * config.parameter_count + backward) / products
    return (
        STEP_OVERHEAD_SECONDS
        + arithmetic
        + config.parameter_count * (2 + 2 * OPTIMIZERS[config.optimizer].slots) / speed.elementwise_rate
    )


def expected_seconds(config: TrainingConfig, speed: Speed) -> float:
    """Seconds from the beginning of its task to its end."""
    return seconds_left(config, speed, 0, None, is_starting=True)


def seconds_left(config: TrainingConfig, speed: Speed, done: int, pace: float | None, is_starting: bool) -> float:
    """Seconds to the end of a run that has taken `done` updates.

    `pace`: seconds that an update took lately, or None where none was measured; `is_starting`: it does not learn yet.
    """
    update = update_seconds(config, speed) * speed.correction if pace is None else pace
    besides = epoch_overhead_seconds(config, speed) * speed.correction / config.updates_per_epoch
    updates = config.updates - done
    return speed.startup_seconds * is_starting + updates * (update + besides) + EXPORT_SECONDS


def epoch_overhead_seconds(config: TrainingConfig, speed: Speed) -> float:
    """Seconds of an epoch beside its updates: digits are bent before it, others judged after it, and it is kept."""
    judged = (10_000 if config.validate_on == "test" else 5_000) * config.parameter_count / speed.large_matmul_rate
    bent = (config.training_images if config.distortion else 0) + config.own_drawings * config.own_weight
    return judged + bent / speed.augmentation_rate + EPOCH_END_SECONDS


def blend(speed: Speed, expected: float, took: float) -> Speed:
    """The speed after a run whose updates should have taken so many seconds, uncorrected, and took so many."""
    now = float(np.clip(took / expected, 0.1, 10))
    return replace(speed, correction=(1 - EMA_WEIGHT) * speed.correction + EMA_WEIGHT * now)


def calibrate(folder: Path, config: TrainingConfig, steps: int, took: float, beginning: float | None = None) -> None:
    """Correct the machine's speed by a run that took `steps` updates in so many seconds, after those of its beginning.

    Raises:
        OSError: it cannot be written.
    """
    if (speed := read_speed(folder)) is None:
        return
    learned = speed
    if steps >= MIN_UPDATES:
        learned = blend(learned, steps * update_seconds(config, speed), took)
    if beginning is not None:
        now = float(np.clip(beginning, *STARTUP_RANGE_SECONDS))
        learned = replace(learned, startup_seconds=(1 - EMA_WEIGHT) * speed.startup_seconds + EMA_WEIGHT * now)
    if learned != speed:
        write_speed(folder, learned)


def read_speed(folder: Path) -> Speed | None:
    """The speed of this machine; None as long as it was not measured."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        speed = Speed(**read_json_object(folder / SPEED_FILE))
        if all(is_number(value, 1e-9, 1e30) for value in asdict(speed).values()):
            return speed
    return None  # it is damaged


def write_speed(folder: Path, speed: Speed) -> None:
    """Keep the speed for all who ask.

    Raises:
        OSError: it cannot be written.
    """
    write_atomic(folder / SPEED_FILE, json.dumps(asdict(speed)).encode())


def duration_in_words(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} hours"

"""What a run learns from: which digits, in which order, and bent how, all of it following from its seed.

What an epoch shows depends on (seed, epoch) alone, so that a run can be continued exactly.
"""

import functools
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from core.data.augmentation import AugmentationRanges, augment
from core.data.mnist import Digits, load_test_set, load_training_set, split_indices
from core.runs.config import TrainingConfig

AUGMENT_CHUNK = 5000  # digits bent at a time: all at once would take half a gigabyte
ORDER, BENT, CHOSEN, SHUFFLED, OWN = (), (1,), (3,), (4,), (5,)  # random streams


@functools.cache
def mnist() -> tuple[Digits, Digits]:
    """The training and the test set; loaded by the service before it forks, so that all jobs share them."""
    return load_training_set(), load_test_set()


def datasets(config: TrainingConfig) -> tuple[Digits, Digits]:
    """What is learned from, and what is watched."""
    training, test = mnist()
    if config.validate_on == "test":
        learned, watched = training, test
    else:
        to_learn, to_watch = split_indices(training.labels)
        learned, watched = training.take(to_learn), training.take(to_watch)
    if config.training_images < len(learned):
        chosen = np.random.default_rng((config.seed, *CHOSEN)).permutation(len(learned))[: config.training_images]
        learned = learned.take(chosen)
    if config.shuffled_labels:
        labels = np.random.default_rng((config.seed, *SHUFFLED)).permutation(learned.labels)
        learned = Digits(learned.images, labels)
    return learned, watched


def digits_of_epoch(config: TrainingConfig, data: Digits, own: Digits | None, epoch: int) -> Digits:
    """The digits as this epoch shows them: the same in each, unless they are bent anew or drawings are among them."""
    if config.distortion:
        random = np.random.default_rng((config.seed, epoch, *BENT))
        data = Digits(_augmented(data.images, config.distortion, random), data.labels)
    if own is None:
        return data
    random = np.random.default_rng((config.seed, epoch, *OWN))
    images = _augmented(own.images.repeat(config.own_weight, axis=0), 1.0, random)
    labels = own.labels.repeat(config.own_weight)
    return Digits(np.concatenate([data.images, images]), np.concatenate([data.labels, labels]))


def _augmented(images: npt.NDArray[np.uint8], share: float, random: np.random.Generator) -> npt.NDArray[np.uint8]:
    limits = {name: value * share for name, value in asdict(AugmentationRanges()).items()}
    limits["smoothness"] = AugmentationRanges().smoothness
    bent = np.empty_like(images)
    for start in range(0, len(images), AUGMENT_CHUNK):
        part = slice(start, start + AUGMENT_CHUNK)
        bent[part] = (augment(images[part], AugmentationRanges(**limits), random) * 255).round()
    return bent


def order_of_epoch(config: TrainingConfig, epoch: int) -> npt.NDArray[np.int32]:
    """The order in which an epoch shows its digits, as indices."""
    random = np.random.default_rng((config.seed, epoch, *ORDER))
    return random.permutation(config.examples_per_epoch).astype(np.int32)

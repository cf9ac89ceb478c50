"""The two networks that come with the app, trained anew from the bundled digits by one command each.

    python -m core.worker.pretrain.cli article     3 minutes: as in the article, five seeds
    python -m core.worker.pretrain.cli drawing    30 minutes: distorted digits and templates of other hands

Prints the scores, and writes the folder of a finished run (core/runs/README.md) with a manifest.json; the article's
has the network as it was on its way, too, and its loss landscape.
Times are those of two cores. The same versions, seed, number of threads and kind of processor give the same weights.
"""

import argparse
from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import tensorflow as tf

from core.data.augmentation import AugmentationRanges, augment
from core.data.mnist import load_training_set
from core.explain.loss_landscape import landscape_to_npz
from core.runs.checkpoints import network_from_checkpoint, step_of
from core.runs.config import TrainingConfig
from core.runs.events import EpochEvent
from core.runs.presets import PRESETS
from core.runs.settings import ALL_DIGITS
from core.worker.landscape_task import landscape_of
from core.worker.pretrain.bundle_files import write_bundle
from core.worker.pretrain.stroke_shapes import SHAPES
from core.worker.pretrain.stroke_templates import draw_digits
from core.worker.pretrain.train import Batch, Trained, train

THREADS = 2
SEEDS = range(5)  # the article's training is repeated, to see how much luck there is in its score
ARTICLE_ACCURACY = 0.98  # "greater than 98 percent"
# When the article's network is kept on its way: early, when each update changes much, and at ends of epochs.
CHECKPOINT_STEPS = (0, 1, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
CHECKPOINT_EPOCHS = (1, 2, 3, 5, 10)


ARTICLE = PRESETS["article"].config
DRAWING = TrainingConfig(
    epochs=140,
    batch_size=256,
    learning_rate=0.0015,
    learning_rate_schedule="cosine_decay",
    training_images=ALL_DIGITS,
    validate_on="test",
    distortion=1.0,
    template_images=30_000,  # that join the digits in each epoch, distorted anew
)

TEMPLATE_POOL = 60_000  # drawings from templates that are made once
# Less than for the digits: the templates vary by themselves.
TEMPLATE_DISTORTION = AugmentationRanges(rotation=6, shear=0.1, scale=0.12, aspect=0.1, elastic=1.0, stroke_width=0.5)


def article_data() -> Callable[[int, int], Batch]:
    """For (seed, epoch): MNIST's 60,000 training digits in a new order."""
    training = load_training_set()

    def data(seed: int, epoch: int) -> Batch:
        order = np.random.default_rng((seed, epoch)).permutation(len(training))
        return training.images[order], training.labels[order]

    return data


def drawing_data() -> Callable[[int, int], Batch]:
    """For (seed, epoch): all training digits, each distorted anew, mixed with drawings from templates."""
    training = load_training_set()
    drawn = draw_digits(TEMPLATE_POOL, seed=0)

    def data(seed: int, epoch: int) -> Batch:
        random = np.random.default_rng((seed, epoch))
        chosen = random.choice(TEMPLATE_POOL, DRAWING.template_images, replace=False)
        digits = augment(training.images, AugmentationRanges(), random)
        templates = augment(drawn.images[chosen], TEMPLATE_DISTORTION, random)
        images = (np.concatenate([digits, templates]) * 255).round().astype(np.uint8)
        labels = np.concatenate([training.labels, drawn.labels[chosen]])
        order = random.permutation(len(images))
        return images[order], labels[order]

    return data


def train_article(epochs: int | None) -> None:
    """Train with every seed; keep the first that does what the article says, and record all."""
    data, trained = article_data(), {}
    for seed in SEEDS:
        config = replace(ARTICLE, epochs=epochs or ARTICLE.epochs, seed=seed)
        trained[seed] = train(
            config, data, watch_test_set=True, keep_steps=CHECKPOINT_STEPS, keep_epochs=CHECKPOINT_EPOCHS
        )
    accuracies = {seed: _last_epoch(one)["val_accuracy"] for seed, one in trained.items()}
    seed = next((s for s, accuracy in accuracies.items() if accuracy > ARTICLE_ACCURACY), SEEDS[0])
    for other, accuracy in accuracies.items():
        print(f"article test accuracy, seed {other}: {100 * accuracy:.2f} %")
    kept = trained[seed]
    write_bundle(
        "article",
        PRESETS["article"].title,
        replace(ARTICLE, epochs=epochs or ARTICLE.epochs, seed=seed),
        kept,
        _landscape(kept.checkpoints, ARTICLE.loss),
        description="Trained as the article does: MNIST's 60,000 digits as they are, ten times over.",
        training_data={"mnist": 60_000, "watched": "the test set, as in the article"},
        threads=THREADS,
        seeds=accuracies,
    )


def _last_epoch(trained: Trained) -> EpochEvent:
    return next(event for event in reversed(trained.events) if event["type"] == "epoch")


def _landscape(checkpoints: dict[str, bytes], loss: str) -> bytes:
    """The loss landscape of a training, on the first of its digits."""
    networks = {step_of(name): network_from_checkpoint(content) for name, content in sorted(checkpoints.items())}
    return landscape_to_npz(landscape_of(networks, load_training_set(), loss))


def train_drawing(epochs: int | None) -> None:
    """Train on distorted digits and templates; the test set is looked at once, at the end."""
    config = replace(DRAWING, epochs=epochs or DRAWING.epochs)
    write_bundle(
        "drawing",
        PRESETS["drawing"].title,
        config,
        train(config, drawing_data(), watch_test_set=False),
        description="Trained on MNIST's digits, distorted anew each time, and on shapes that others write.",
        training_data={
            "mnist": 60_000,
            "distortion": asdict(AugmentationRanges()),
            "templates_an_epoch": config.template_images,
            "template_distortion": asdict(TEMPLATE_DISTORTION),
            "template_variants": {str(digit): list(shapes) for digit, shapes in enumerate(SHAPES)},
        },
        threads=THREADS,
    )


def main() -> None:
    """Train what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=("article", "drawing"))
    parser.add_argument("--epochs", type=int, help="fewer, to try the command out")
    words = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    {"article": train_article, "drawing": train_drawing}[words.model](words.epochs)


if __name__ == "__main__":
    main()

"""The two networks that come with the app, trained anew from the bundled digits by one command each.

    python -m core.worker.pretrain.cli article     3 minutes: as in the article, five seeds
    python -m core.worker.pretrain.cli drawing    30 minutes: distorted digits and templates of other hands

Prints the scores, and writes a Keras file, the plain weights, the history and an entry in manifest.json; for the
article's also the network as it was on its way, and its loss landscape.
Times are those of two cores. The same versions, seed, number of threads and kind of processor give the same weights.
"""

import argparse
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import tensorflow as tf

from core.data.augmentation import AugmentationRanges, augment
from core.data.mnist import load_training_set
from core.explain.loss_landscape import landscape_to_npz
from core.runs.checkpoints import network_from_checkpoint, step_of
from core.worker.landscape_task import landscape_of
from core.worker.pretrain.bundle_files import write_bundle
from core.worker.pretrain.stroke_shapes import SHAPES
from core.worker.pretrain.stroke_templates import draw_digits
from core.worker.pretrain.train import Batch, BundleSettings, evaluate, train

THREADS = 2
SEEDS = range(5)  # the article's training is repeated, to see how much luck there is in its score
ARTICLE_ACCURACY = 0.98  # "greater than 98 percent"
# When the article's network is kept on its way: early, when each update changes much, and at ends of epochs.
CHECKPOINT_STEPS = (0, 1, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
CHECKPOINT_EPOCHS = (1, 2, 3, 5, 10)


ARTICLE = BundleSettings(epochs=10, batch_size=32, learning_rate=0.001, decay="none")
DRAWING = BundleSettings(epochs=140, batch_size=256, learning_rate=0.0015, decay="cosine")

TEMPLATE_POOL = 60_000  # drawings from templates that are made once
TEMPLATES_AN_EPOCH = 30_000  # of them that join the 60,000 digits in each epoch, distorted anew
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
        chosen = random.choice(TEMPLATE_POOL, TEMPLATES_AN_EPOCH, replace=False)
        digits = augment(training.images, AugmentationRanges(), random)
        templates = augment(drawn.images[chosen], TEMPLATE_DISTORTION, random)
        images = (np.concatenate([digits, templates]) * 255).round().astype(np.uint8)
        labels = np.concatenate([training.labels, drawn.labels[chosen]])
        order = random.permutation(len(images))
        return images[order], labels[order]

    return data


def train_article(epochs: int | None) -> None:
    """Train with every seed; keep the first that does what the article says, and record all."""
    settings = BundleSettings(**{**asdict(ARTICLE), "epochs": epochs or ARTICLE.epochs})
    data, runs = article_data(), {}
    for seed in SEEDS:
        runs[seed] = train(
            settings,
            data,
            seed,
            watch_test_set=True,
            keep_steps=CHECKPOINT_STEPS,
            keep_epochs=CHECKPOINT_EPOCHS,
        )
    accuracies = {seed: run.history["epochs"]["val_accuracy"][-1] for seed, run in runs.items()}
    seed = next((s for s, accuracy in accuracies.items() if accuracy > ARTICLE_ACCURACY), SEEDS[0])
    kept = runs[seed]
    write_bundle(
        "article",
        kept.model,
        kept.history,
        kept.checkpoints,
        _landscape(kept.checkpoints, settings.loss),
        title="As in the article",
        description="Trained as the article does: MNIST's 60,000 digits as they are, ten times over.",
        settings=asdict(settings),
        training_data={"mnist": 60_000, "watched": "the test set, as in the article"},
        seed=seed,
        threads=THREADS,
        scores={**evaluate(kept.model), "seeds": accuracies},
    )


def _landscape(checkpoints: dict[str, bytes], loss: str) -> bytes:
    """The loss landscape of a training, on the first of its digits."""
    networks = {step_of(name): network_from_checkpoint(content) for name, content in sorted(checkpoints.items())}
    return landscape_to_npz(landscape_of(networks, load_training_set(), loss))


def train_drawing(epochs: int | None) -> None:
    """Train on distorted digits and templates; the test set is looked at once, at the end."""
    settings = BundleSettings(**{**asdict(DRAWING), "epochs": epochs or DRAWING.epochs})
    trained = train(settings, drawing_data(), seed=0, watch_test_set=False)
    write_bundle(
        "drawing",
        trained.model,
        trained.history,
        trained.checkpoints,
        title="For drawing",
        description="Trained on MNIST's digits, distorted anew each time, and on shapes that others write.",
        settings=asdict(settings),
        training_data={
            "mnist": 60_000,
            "distortion": asdict(AugmentationRanges()),
            "templates_an_epoch": TEMPLATES_AN_EPOCH,
            "template_distortion": asdict(TEMPLATE_DISTORTION),
            "template_variants": {str(digit): list(shapes) for digit, shapes in enumerate(SHAPES)},
        },
        seed=0,
        threads=THREADS,
        scores=evaluate(trained.model),
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

"""The two networks that come with the app, trained anew from the bundled digits by one command each.

    python -m core.training.bundled article     3 minutes: as in the article, five seeds
    python -m core.training.bundled drawing    30 minutes: distorted digits and templates of other hands

Prints the scores, and writes a Keras file, the plain weights, the history and an entry in manifest.json; for the
article's also the network as it was on its way, and its hill.
Times are those of two cores. The same versions, seed, number of threads and kind of processor give the same weights.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from core.digits import load_test_set, load_training_set, one_hot, to_inputs
from core.distortion import Distortion, distort
from core.hill import hill_to_bytes, survey
from core.training.bundle_files import write_bundle
from core.training.checkpoints import checkpoint_file, network_from_checkpoint, step_of
from core.training.compiled import article_network, compiled_epoch
from core.training.keeping import network_of
from core.training.stroke_shapes import SHAPES
from core.training.stroke_templates import draw_digits

Batch = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]

THREADS = 2
SEEDS = range(5)  # the article's training is repeated, to see how much luck there is in its score
ARTICLE_ACCURACY = 0.98  # "greater than 98 percent"
# When the article's network is kept on its way: early, when each update changes much, and at ends of epochs.
CHECKPOINT_STEPS = (0, 1, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
CHECKPOINT_EPOCHS = (1, 2, 3, 5, 10)
HILL_DIGITS = 1000  # over which the losses of its hill are the mean


@dataclass(frozen=True)
class Settings:
    """How one of the networks is trained."""

    epochs: int
    batch_size: int
    learning_rate: float
    decay: str  # of the learning rate: "none", or "cosine" down to 0
    optimizer: str = "adam"
    loss: str = "categorical_crossentropy"


ARTICLE = Settings(epochs=10, batch_size=32, learning_rate=0.001, decay="none")
DRAWING = Settings(epochs=140, batch_size=256, learning_rate=0.0015, decay="cosine")

TEMPLATE_POOL = 60_000  # drawings from templates that are made once
TEMPLATES_AN_EPOCH = 30_000  # of them that join the 60,000 digits in each epoch, distorted anew
# Less than for the digits: the templates vary by themselves.
TEMPLATE_DISTORTION = Distortion(turn=6, shear=0.1, scale=0.12, aspect=0.1, elastic=1.0, weight=0.5)


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
        digits = distort(training.images, Distortion(), random)
        templates = distort(drawn.images[chosen], TEMPLATE_DISTORTION, random)
        images = (np.concatenate([digits, templates]) * 255).round().astype(np.uint8)
        labels = np.concatenate([training.labels, drawn.labels[chosen]])
        order = random.permutation(len(images))
        return images[order], labels[order]

    return data


@dataclass(frozen=True, eq=False)
class Trained:
    """What a training leaves."""

    model: Any  # of Keras
    history: dict[str, Any]  # loss per batch, and per epoch what was measured
    checkpoints: dict[str, bytes]  # the network on its way, by file names; empty if it was not to be kept


def train(
    settings: Settings,
    data: Callable[[int, int], Batch],
    seed: int,
    watch_test_set: bool,
    keep_steps: tuple[int, ...] = (),
    keep_epochs: tuple[int, ...] = (),
) -> Trained:
    """Train the network, and keep it as it was after some updates and at the ends of some epochs, counted from 1."""
    keras.utils.set_random_seed(seed)
    model = article_network()
    checkpoints: dict[str, bytes] = {}

    def keep(step: int, epoch_end: bool) -> None:
        name, content = checkpoint_file(network_of(model), step, epoch_end)
        checkpoints[name] = content

    if 0 in keep_steps:
        keep(0, epoch_end=False)
    batches: list[npt.NDArray[np.float32]] = []
    epochs: dict[str, list[float]] = {key: [] for key in ("step", "loss", "seconds")}
    with ThreadPoolExecutor(1) as beside:  # the next epoch's digits are distorted while this one's are learned
        prepared = beside.submit(data, seed, 0)
        for number in range(settings.epochs):
            images, labels = prepared.result()
            if number == 0:
                updates = -(-len(images) // settings.batch_size)
                epoch = compiled_epoch(
                    model,
                    _optimizer(settings, updates),
                    keras.losses.get(settings.loss),
                    settings.batch_size,
                )
            prepared = beside.submit(data, seed, number + 1)
            began = time.monotonic()
            losses = []
            for step, part in _parts((images, labels), settings.batch_size, number * updates, keep_steps):
                losses.append(epoch(*part))
                epoch_end = step == (number + 1) * updates
                if step in keep_steps or (epoch_end and number + 1 in keep_epochs):
                    keep(step, epoch_end)
            batches.append(np.concatenate(losses))
            epochs["seconds"].append(time.monotonic() - began)
            epochs["loss"].append(float(batches[-1].mean()))
            epochs["step"].append((number + 1) * updates)
            if watch_test_set:
                for key, value in evaluate(model).items():
                    epochs.setdefault(f"val_{key}", []).append(value)
            print(
                f"epoch {number + 1}/{settings.epochs}",
                {k: round(v[-1], 4) for k, v in epochs.items()},
                flush=True,
            )
    return Trained(model, {"batches": _thinned(np.concatenate(batches)), "epochs": epochs}, checkpoints)


def _parts(digits: Batch, batch_size: int, before: int, cuts: tuple[int, ...]) -> Iterator[tuple[int, Batch]]:
    """An epoch that begins after `before` updates, cut after those of `cuts`: each part with its last update."""
    images, labels = digits
    last = before + -(-len(images) // batch_size)
    edges = [before, *(cut for cut in cuts if before < cut < last), last]
    for begin, end in pairwise(edges):
        part = slice((begin - before) * batch_size, (end - before) * batch_size)
        yield end, (images[part], labels[part])


def _optimizer(settings: Settings, updates: int) -> Any:
    rate: Any = settings.learning_rate
    if settings.decay == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, settings.epochs * updates)
    optimizer = keras.optimizers.get(settings.optimizer)
    optimizer.learning_rate = rate
    return optimizer


def _thinned(losses: npt.NDArray[np.float32], points: int = 400) -> dict[str, list[float]]:
    """Each of the first updates by itself, then means of equal stretches; `step` is a stretch's last update."""
    first = min(20, len(losses))
    edges = np.unique(np.r_[np.arange(first), np.linspace(first, len(losses), points - first).round()].astype(int))
    means = [float(part.mean()) for part in np.split(losses, edges[1:-1])]
    return {"step": [int(edge) for edge in edges[1:]], "loss": [round(value, 5) for value in means]}


def evaluate(model: Any) -> dict[str, float]:
    """Loss and accuracy on the 10,000 test digits."""
    test = load_test_set()
    outputs = model.predict(to_inputs(test.images), batch_size=1000, verbose=0)
    losses = keras.losses.categorical_crossentropy(one_hot(test.labels), outputs)
    right = outputs.argmax(axis=1) == test.labels
    return {"loss": float(np.mean(losses)), "accuracy": float(right.mean())}


def train_article(epochs: int | None) -> None:
    """Train with every seed; keep the first that does what the article says, and record all."""
    settings = Settings(**{**asdict(ARTICLE), "epochs": epochs or ARTICLE.epochs})
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
        _hill(kept.checkpoints, settings.loss),
        title="As in the article",
        description="Trained as the article does: MNIST's 60,000 digits as they are, ten times over.",
        settings=asdict(settings),
        training_data={"mnist": 60_000, "watched": "the test set, as in the article"},
        seed=seed,
        threads=THREADS,
        scores={**evaluate(kept.model), "seeds": accuracies},
    )


def _hill(checkpoints: dict[str, bytes], loss: str) -> bytes:
    """The hill that a training went down, on the first of its digits."""
    networks = {step_of(name): network_from_checkpoint(content) for name, content in sorted(checkpoints.items())}
    digits = load_training_set().take(np.arange(HILL_DIGITS))
    targets = one_hot(digits.labels)
    return hill_to_bytes(survey(list(networks.values()), list(networks), to_inputs(digits.images), targets, loss))


def train_drawing(epochs: int | None) -> None:
    """Train on distorted digits and templates; the test set is looked at once, at the end."""
    settings = Settings(**{**asdict(DRAWING), "epochs": epochs or DRAWING.epochs})
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
            "distortion": asdict(Distortion()),
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

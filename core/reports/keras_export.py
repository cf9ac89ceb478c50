"""The Keras program of exactly one configuration: what a learner takes home, as a script and as a notebook.

It needs Keras, TensorFlow and NumPy and nothing of this app. The order of the batches and the initial weights are those
of Keras' own seed, so its numbers differ from the app's a little, as those of another seed do; and it says so.
"""

import contextlib
import json
import textwrap
from typing import Any

from core.bundled_files import BundledFileError
from core.data.mnist import VALIDATION_COUNT
from core.nn.learning_rate_schedules import SCHEDULES, LearningRateSchedule
from core.nn.optimizers import OPTIMIZERS
from core.pretrained.registry import seed_accuracies
from core.runs.config import TrainingConfig
from core.runs.learning_rate_changes import Changes, effective_changes
from core.runs.settings import ALL_DIGITS

Cells = list[tuple[str, str]]  # a heading and its code


def keras_cells(config: TrainingConfig, changes: Changes = ()) -> Cells:
    """The program in parts, each with its heading; `changes` of the learning rate by hand are made again."""
    return [
        ("Import what is needed", _imports(config)),
        ("Load the digits and shape them", _data(config)),
        ("Build the network", _network(config)),
        ("Choose how it learns", how := _compile(config, changes)),
        ("Train it", _fit(config, _FOLLOW_THE_RATE in how)),
        ("Judge it on digits that it has never seen", _evaluate()),
        ("Save it", 'model.save("digits.keras")\n'),
    ]


def keras_script(config: TrainingConfig, changes: Changes = ()) -> str:
    """The program as a Python file."""
    parts = [f"# {heading}\n{code}" for heading, code in keras_cells(config, changes)]
    says = "\n".join(textwrap.wrap(other_numbers(), 79))
    return f'"""Recognise handwritten digits. Needs: pip install keras tensorflow\n\n{says}\n"""\n\n' + "\n".join(parts)


def other_numbers(whose: str = "Its") -> str:
    """That the program's numbers are not those of the app, and by how much: as measured on the article's network."""
    words = (
        f"{whose} numbers differ a little from those in the app: with the same seed Keras draws other first weights "
        "and another order of the digits, as another seed would."
    )
    with contextlib.suppress(BundledFileError):
        reached = seed_accuracies()
        words += (
            f" {len(reached)} trainings of the article's network from different seeds got {100 * min(reached):.2f} to "
            f"{100 * max(reached):.2f} % of the test digits right."
        )
    return words


def keras_notebook(config: TrainingConfig, changes: Changes = ()) -> str:
    """The program as a Jupyter notebook (nbformat 4)."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "about", "metadata": {}, "source": [other_numbers()]}
    ]
    for number, (heading, code) in enumerate(keras_cells(config, changes)):
        source = code.rstrip("\n").splitlines(keepends=True)
        cells += [
            {"cell_type": "markdown", "id": f"text{number}", "metadata": {}, "source": [f"## {heading}"]},
            {
                "cell_type": "code",
                "id": f"code{number}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            },
        ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    return json.dumps(notebook, indent=1)


def _imports(config: TrainingConfig) -> str:
    numpy = "import numpy as np\n" if _needs_numpy(config) else ""
    return f"import keras\n{numpy}\nkeras.utils.set_random_seed({config.seed})\n"


def _needs_numpy(config: TrainingConfig) -> bool:
    return config.validate_on == "validation" or _uses_some(config) or config.shuffled_labels


def _uses_some(config: TrainingConfig) -> bool:
    most = ALL_DIGITS if config.validate_on == "test" else ALL_DIGITS - VALIDATION_COUNT
    return config.training_images < most


def _data(config: TrainingConfig) -> str:
    code = """\
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255
"""
    if config.validate_on == "validation" or _uses_some(config):
        code += "order = np.random.permutation(len(x_train))\nx_train, y_train = x_train[order], y_train[order]\n"
    if config.validate_on == "validation":
        code += f"x_watched, y_watched = x_train[-{VALIDATION_COUNT}:], y_train[-{VALIDATION_COUNT}:]\n"
    else:
        code += "x_watched, y_watched = x_test, y_test  # as the article does: not fair for choosing settings\n"
    if _uses_some(config) or config.validate_on == "validation":
        count = config.training_images
        code += f"x_train, y_train = x_train[:{count}], y_train[:{count}]\n"
    if config.shuffled_labels:
        code += "y_train = np.random.permutation(y_train)  # broken on purpose\n"
    return code + (
        "y_train = keras.utils.to_categorical(y_train, 10)\n"
        "y_watched = keras.utils.to_categorical(y_watched, 10)\n"
        "y_test = keras.utils.to_categorical(y_test, 10)\n"
    )


def _network(config: TrainingConfig) -> str:
    options = ""
    if config.initializer != "glorot_uniform":
        options += f', kernel_initializer="{config.initializer}"'
    if config.l2:
        options += f", kernel_regularizer=keras.regularizers.L2({config.l2!r})"
    lines = ["model = keras.Sequential()", "model.add(keras.Input((784,)))"]
    if config.distortion:
        lines += _distortion(config.distortion)
    for units in config.hidden_layers:
        lines.append(f'model.add(keras.layers.Dense({units}, activation="{config.activation}"{options}))')
        if config.dropout:
            lines.append(f"model.add(keras.layers.Dropout({config.dropout!r}))")
    lines.append(f'model.add(keras.layers.Dense(10, activation="{config.last_activation}"{options}))')
    return "\n".join(lines) + "\nmodel.summary()\n"


def _distortion(much: float) -> list[str]:
    """Keras' own layers that bend images: near to what the app does, without its elastic part."""
    turn, shift, scale = 12 * much / 360, 1.5 * much / 28, 0.15 * much
    return [
        "# Each digit is bent anew each time (the app bends it like rubber, too, and changes its pen).",
        "model.add(keras.layers.Reshape((28, 28, 1)))",
        f'model.add(keras.layers.RandomRotation({turn:.4f}, fill_mode="constant"))',
        f'model.add(keras.layers.RandomTranslation({shift:.4f}, {shift:.4f}, fill_mode="constant"))',
        f'model.add(keras.layers.RandomZoom({scale:.4f}, fill_mode="constant"))',
        "model.add(keras.layers.Flatten())",
    ]


def _compile(config: TrainingConfig, changes: Changes) -> str:
    schedule, rate = _learning_rate(config, changes)
    optimizer = OPTIMIZERS[config.optimizer]
    words = ", ".join([rate, *(f"{name}={value!r}" for name, value in optimizer.keras_arguments.items())])
    made = f"keras.optimizers.{optimizer.keras_class}({words})"
    return schedule + f'model.compile(optimizer={made}, loss="{config.loss}", metrics=["accuracy"])\n'


def _learning_rate(config: TrainingConfig, changes: Changes) -> tuple[str, str]:
    """Code that comes before, and the learning rate: a number, or what gives the same rates at the same updates."""
    updates, schedule = config.updates, SCHEDULES[config.learning_rate_schedule]
    effective, first = effective_changes(config.learning_rate, changes, updates), config.learning_rate
    if effective and effective[0][0] == 0:
        first = effective.pop(0)[1]
    if not effective:
        return (_schedule(schedule, first, updates), "learning_rate") if schedule.keras_class else ("", repr(first))
    # Keras counts updates from 0, and its boundary is the last update that has the rate before it.
    boundaries, rates = [step - 1 for step, _ in effective], [first, *(rate for _, rate in effective)]
    changed = (
        "# The learning rate was changed by hand while the app trained. Here it changes at the same updates, counted\n"
        "# from 0: each boundary is the last update with the rate before it.\n"
        f"learning_rate = keras.optimizers.schedules.PiecewiseConstantDecay({boundaries!r}, {rates!r})\n"
    )
    if not schedule.keras_class:
        return changed, "learning_rate"
    share = _schedule(schedule, 1.0, updates, "share")
    return changed.replace("learning_rate =", "rate_as_set =") + share + _FOLLOW_THE_RATE, repr(first)


# A callback, and no schedule of one's own: a model that is saved with such a one is opened by this program alone.
_FOLLOW_THE_RATE = """

class FollowTheRate(keras.callbacks.Callback):
    \"""Each update is taken with the rate as it was set, times the schedule's share of it.\"""

    def on_train_batch_begin(self, batch, logs=None):
        update = int(self.model.optimizer.iterations)
        self.model.optimizer.learning_rate = float(rate_as_set(update) * share(update))


"""


def _schedule(schedule: LearningRateSchedule, rate: float, updates: int, name: str = "learning_rate") -> str:
    """Code with Keras' own schedule, from this rate on over so many updates."""
    arguments = ", ".join(f"{name}={value!r}" for name, value in schedule.keras_arguments(rate, updates).items())
    return (
        f"# The learning rate follows a schedule over all {updates:,} updates: {schedule.title}.\n"
        f"{name} = keras.optimizers.schedules.{schedule.keras_class}({arguments})\n"
    )


def _fit(config: TrainingConfig, has_callback: bool) -> str:
    more = ",\n    callbacks=[FollowTheRate()]" if has_callback else ""
    return (
        "history = model.fit(\n"
        f"    x_train, y_train, batch_size={config.batch_size}, epochs={config.epochs},"
        f" validation_data=(x_watched, y_watched){more}\n"
        ")\n"
    )


def _evaluate() -> str:
    return """\
loss, accuracy = model.evaluate(x_test, y_test)
print(f"Accuracy: {accuracy:.4f}")
print(f"Error: {1 - accuracy:.4f}")
"""

"""Trains runs in many ways in the folder argv[1], and the same by Keras' own fit."""

import contextlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from core.data.mnist import load_test_set, one_hot, to_inputs
from core.data.user_drawings import LabelledDrawing
from core.importers.drawings_file import to_npz
from core.nn.network import Network
from core.nn.network import initial_network as build_network
from core.nn.weights_file import network_to_safetensors
from core.runs.commands import REASON_EPOCH_END
from core.runs.config import TrainingConfig
from core.runs.presets import PRESETS
from core.runs.run import Run
from core.runs.states import Outcome, RunState, RunStatus
from core.worker import training_job as jobs
from core.worker.compiled_step import Steps, build_model, build_optimizer
from core.worker.datasets import datasets
from core.worker.training_job import TrainingJob, prepare, set_threads
from tests.core.worker.combinations import PAIRS


def main() -> None:
    set_threads()
    folder = Path(sys.argv[1])
    small = TrainingConfig(hidden_layers=(32,), training_images=1024, epochs=2)
    uneven = replace(small, training_images=1000)  # a last, smaller batch, which is compiled by itself
    rich = replace(uneven, dropout=0.2, distortion=0.5, l2=1e-4, optimizer="momentum", learning_rate=0.05)

    def train(
        title: str, config: TrainingConfig, *commands: list[Any], at: int = 0, files: dict[str, bytes] | None = None
    ) -> Run:
        run = Run.create(config, title, "me", folder, files)
        job = TrainingJob(run)
        look = job._stop_requested

        def wanted() -> Outcome | None:
            if job.step >= at:
                while words:
                    run.command(*words.pop(0))
            return look()

        words = list(commands)
        compiled: list[int] = []
        steps = job.trainer.steps

        def counted(images: Any, labels: Any, order: npt.NDArray[np.int32], rates: Any = None) -> Steps:
            compiled.append(job.trainer._run_steps.experimental_get_tracing_count())
            return steps(images, labels, order, rates)

        job._stop_requested, job.trainer.steps = wanted, counted  # type: ignore[method-assign]  # watched, that is all
        job.train()
        compiled.append(job.trainer._run_steps.experimental_get_tracing_count())
        (run.path / "compiled.json").write_text(json.dumps(compiled))
        return run

    def goes_on(run: Run, command: str = "train") -> None:
        assert run.status().state == "paused", run.status()
        run.resume(command)
        TrainingJob(run).train()

    straight = train("straight", rich)
    goes_on(train("paused", rich, ["pause"], at=9))

    # Prepared before anybody asked, for any seed and rate; and compiled when it is asked for.
    quick = replace(PRESETS["quick"].config, seed=3, learning_rate=0.1, epochs=1)
    prepared = prepare(["article", "quick"])
    run = Run.create(quick, "prepared", "me", folder)
    job = TrainingJob(run, prepared=prepared)
    before = job.trainer._run_steps.experimental_get_tracing_count()
    job.train()
    traced = [before, job.trainer._run_steps.experimental_get_tracing_count()]
    (run.path / "compiled.json").write_text(json.dumps(traced))
    train("not prepared", quick)

    falling = replace(rich, learning_rate_schedule="warmup_cosine")
    train("falling", falling)
    goes_on(train("falling, paused", falling, ["learning_rate", 0.1], ["pause"], at=9))
    train("falling, changed", falling, ["learning_rate", 0.1], at=9)

    train("straight, three epochs", replace(rich, epochs=3))
    longer = train("longer", rich)
    assert longer.status().state == "finished"
    longer.train_more_epochs(3)
    assert longer.status().state == "queued"
    TrainingJob(longer).train()

    by_epochs = train("by epochs", replace(rich, epochs=3), ["pause"], at=9)
    goes_on(by_epochs, "epoch")
    assert by_epochs.status() == RunStatus(RunState.PAUSED, step=32, reason=REASON_EPOCH_END), by_epochs.status()
    goes_on(by_epochs, "epoch")
    assert by_epochs.status() == RunStatus(RunState.PAUSED, step=64, reason=REASON_EPOCH_END), by_epochs.status()

    # What is taken home, opened by Keras alone.
    inputs = to_inputs(load_test_set().images[:500])
    outputs = [keras.saving.load_model(straight.path / f"model.{kind}")(inputs).numpy() for kind in ("keras", "h5")]
    np.savez(folder / "opened.npz", *outputs)

    # Trained on, with drawings of one's own: sevens upside down that are said to be threes.
    sevens = load_test_set()
    sevens = sevens.take(np.flatnonzero(sevens.labels == 7)[:20])
    drawings = to_npz([LabelledDrawing(image[::-1], 3, {}) for image in sevens.images])
    begin = (straight.path / "model.safetensors").read_bytes()
    taught = replace(rich, epochs=6, own_drawings=20, own_weight=20)
    goes_on(train("taught", taught, ["pause"], at=30, files={"drawings.npz": drawings, "begin.safetensors": begin}))

    # A run of a command's settings, whose templates only that command draws.
    with contextlib.suppress(ValueError):
        train("templates", replace(small, template_images=10))

    # The same settings in Keras' own fit, the batches in the same order.
    for loss, optimizer in PAIRS:
        some = uneven if optimizer == "adam" else small
        config = replace(some, loss=loss, optimizer=optimizer, learning_rate=0.01, epochs=1)
        train(f"{loss} {optimizer}", config)
        model = build_model(config)
        model.compile(build_optimizer(config), loss, metrics=["accuracy"])
        data, _ = datasets(config)
        data = data.take(np.random.default_rng((config.seed, 0)).permutation(config.training_images))
        losses: list[float] = []
        each = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda _, logs, losses=losses: losses.append(logs["loss"])
        )
        inputs, targets = to_inputs(data.images), one_hot(data.labels)
        model.fit(inputs, targets, batch_size=32, shuffle=False, verbose=0, callbacks=[each])
        seen = np.minimum(32 * np.arange(1, len(losses) + 1), config.training_images)
        sums = np.array(losses) * seen  # Keras shows the mean over the digits so far
        each = np.diff(sums, prepend=0) / np.diff(seen, prepend=0)
        np.savez(folder / f"{loss} {optimizer}.npz", losses[-1], each, *model.get_weights())

    train("diverged", replace(small, optimizer="sgd", learning_rate=1e20))
    train("zeros", replace(small, initializer="zeros", epochs=1))
    # Made dead: no digit comes over such biases.
    alive = build_network((784, 16, 32, 10), ("relu", "relu", "softmax"), seed=0)
    dead = Network((alive.layers[0], replace(alive.layers[1], biases=np.full(32, -100, np.float32)), alive.layers[2]))
    dying = replace(small, hidden_layers=(16, 32), optimizer="sgd", learning_rate=0.1)
    for title, network in (("dead", dead), ("alive", alive)):
        train(title, dying, files={"begin.safetensors": network_to_safetensors(network)})

    train("rate", small, ["learning_rate", 0.5])
    train("stopped", small, ["stop"])
    train("two tabs", small, ["stop"], ["train"], ["pause"], ["train"])
    train("nonsense", small, ["learning_rate", float("nan")], ["dance"], ["learning_rate", -1])
    jobs.UNATTENDED_SECONDS = -1.0
    train("left alone", small)
    train("asked to go on", small, ["go_on"])


if __name__ == "__main__":
    main()

"""Runs a program that changes its rate, beside the app's own training, in the folder argv[1]."""

import contextlib
import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from core.nn.learning_rate_schedules import SCHEDULES
from core.reports.keras_export import keras_script
from core.runs.config import TrainingConfig
from core.runs.history import HistoryReader
from core.runs.run import Run
from core.runs.states import Outcome
from core.worker.compiled_step import Steps
from core.worker.training_job import TrainingJob, set_threads
from tests.core.reports.bundled_mnist import serve_bundled_mnist


def main() -> None:
    set_threads()
    serve_bundled_mnist(sys.argv[2])
    folder = Path(sys.argv[1])
    config = TrainingConfig(hidden_layers=(8,), optimizer="momentum", learning_rate=0.2, training_images=1000, epochs=2)
    fit = keras.Sequential.fit
    for schedule in SCHEDULES:
        keras.Sequential.fit = fit
        rates = rates_of(replace(config, learning_rate_schedule=schedule), folder)
        (folder / f"{schedule}.json").write_text(json.dumps(rates))


def rates_of(config: TrainingConfig, folder: Path) -> dict[str, list[float]]:
    """The rate of each update, in the app and in the program that it gives away."""
    run = Run.create(config, "changed", "me", folder)
    job, wishes = TrainingJob(run), [(9, 5.0), (32, 0.001), (40, 0.05)]
    in_the_app: list[float] = []
    look, steps = job._stop_requested, job.trainer.steps

    def wanted() -> Outcome | None:
        if wishes and job.step >= wishes[0][0]:
            run.command("learning_rate", wishes.pop(0)[1])
        return look()

    def counted(images: Any, labels: Any, order: npt.NDArray[np.int32], rates: Any = None) -> Steps:
        in_the_app.extend(rates.tolist())
        return steps(images, labels, order, rates)

    # Watched on purpose; and one update at a time, so that no wish is late.
    job._stop_requested, job.trainer.steps = wanted, counted  # type: ignore[method-assign]
    job._next_count = lambda: 1  # type: ignore[method-assign]
    job.train()
    script = keras_script(config, HistoryReader(run).update().learning_rates)
    in_the_program: list[float] = []
    fit = keras.Sequential.fit

    def watched_fit(model: Any, *arguments: Any, **options: Any) -> Any:
        each = keras.callbacks.LambdaCallback(
            on_train_batch_begin=lambda batch, logs: in_the_program.append(float(model.optimizer.learning_rate))
        )
        return fit(model, *arguments, callbacks=[*options.pop("callbacks", []), each], **options)

    keras.Sequential.fit = watched_fit
    with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(folder):
        exec(script, {})  # noqa: S102  what the app gives away
    return {"app": in_the_app, "program": in_the_program}


if __name__ == "__main__":
    main()

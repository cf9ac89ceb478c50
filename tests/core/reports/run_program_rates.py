"""Runs a program that changes its rate, beside the app's own training, in the folder argv[1]."""

import contextlib
import io
import json
import sys
from pathlib import Path

import keras

from core.reports.keras_export import keras_script
from core.runs.config import TrainingConfig
from core.runs.history import HistoryReader
from core.runs.run import Run
from core.worker.training_job import TrainingJob, set_threads
from tests.core.reports.bundled_mnist import serve_bundled_mnist


def main() -> None:
    set_threads()
    serve_bundled_mnist(sys.argv[2])
    folder = Path(sys.argv[1])
    config = TrainingConfig(hidden_layers=(8,), optimizer="momentum", learning_rate=0.2, training_images=1000, epochs=2)
    run = Run.create(config, "changed", "me", folder)
    job, in_the_app, wishes = TrainingJob(run), [], [(9, 5.0), (32, 0.001), (40, 0.05)]
    look, steps = job._stop_requested, job.trainer.steps

    def wanted():
        if wishes and job.step >= wishes[0][0]:
            run.command("learning_rate", wishes.pop(0)[1])
        return look()

    def counted(images, labels, batches):
        in_the_app.extend([float(job.optimizer.learning_rate.numpy())] * len(batches))
        return steps(images, labels, batches)

    job._stop_requested, job.trainer.steps, job._next_count = wanted, counted, lambda: 1
    job.train()
    script = keras_script(config, HistoryReader(run).update().learning_rates)
    in_the_program, fit = [], keras.Sequential.fit

    def watched_fit(model, *arguments, **options):
        each = keras.callbacks.LambdaCallback(
            on_train_batch_begin=lambda batch, logs: in_the_program.append(float(model.optimizer.learning_rate))
        )
        return fit(model, *arguments, callbacks=[each], **options)

    keras.Sequential.fit = watched_fit
    with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(folder):
        exec(script, {})  # noqa: S102  what the app gives away
    (folder / "rates.json").write_text(json.dumps({"app": in_the_app, "program": in_the_program}))


if __name__ == "__main__":
    main()

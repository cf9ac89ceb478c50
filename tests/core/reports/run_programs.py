"""Runs the programs that the app gives away, beside its own trainings, in the folder argv[1]."""

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

from core.runs.config import TrainingConfig
from core.runs.run import Run
from core.worker.training_job import TrainingJob, set_threads
from tests.core.reports.bundled_mnist import serve_bundled_mnist


def main() -> None:
    set_threads()
    serve_bundled_mnist(sys.argv[2])
    folder = Path(sys.argv[1])
    for path in sorted(folder.glob("*.json")):
        run = Run.create(TrainingConfig.from_dict(json.loads(path.read_text())), path.stem, "me", folder)
        TrainingJob(run).train()
        names: dict[str, Any] = {}
        with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(folder):
            exec(path.with_suffix(".py").read_text(), names)  # noqa: S102  what the app gives away
        app = json.loads((run.path / "scores.json").read_text())["accuracy"]
        path.with_suffix(".result").write_text(json.dumps({"app": app, "program": names["accuracy"]}))


if __name__ == "__main__":
    main()

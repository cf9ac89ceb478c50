"""Trains the run in the folder argv[1] on to its end."""

import sys
from pathlib import Path

from core.runs.run import Run
from core.worker.training_job import TrainingJob, set_threads


def main() -> None:
    set_threads()
    run = Run(Path(sys.argv[1]))
    run.resume()
    TrainingJob(run).train()


if __name__ == "__main__":
    main()

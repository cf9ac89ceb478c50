"""How well do the presets learn, and how fast? The article's over five seeds, Quick over as many.

    python -m tests.benchmarks.presets [SEEDS]

Error on the test set: mean and range; seconds from the press of the button to the kept network, in a warm training
service, one run at a time and nothing else at work.
"""

import statistics
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from core.runs.config import TrainingConfig
from core.runs.presets import PRESETS
from core.runs.run import Run
from core.runs.service_client import TrainingService
from core.runs.states import ACTIVE

MOMENT = threading.Event()  # never set: a clock


def train(config: TrainingConfig, folder: Path) -> tuple[float, float]:
    """The error on the test set in percent, and the seconds that it took."""
    began = time.perf_counter()
    run = Run.create(config, "", "benchmark", folder)
    while run.status().state in ACTIVE:
        run.send_viewer_heartbeat()
        MOMENT.wait(0.02)
    scores = run.scores()
    assert scores, run.status()
    return 100 * (1 - scores["accuracy"]), time.perf_counter() - began


def main() -> None:
    """Train and print."""
    seeds = range(int(sys.argv[1]) if sys.argv[1:] else 5)
    seconds = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        service = TrainingService(Path(name))
        service.ready.wait()
        for preset in ("article", "quick"):
            results = [train(replace(PRESETS[preset].config, seed=seed), Path(name)) for seed in seeds]
            errors = [error for error, _ in results]
            seconds[preset] = statistics.median(took for _, took in results)
            print(f"{preset} errors: {' '.join(f'{error:.2f}' for error in errors)} %")
            print(f"{preset} error: mean {statistics.mean(errors):.2f} %, {min(errors):.2f} to {max(errors):.2f} %")
            print(f"{preset} seconds: median {seconds[preset]:.1f}, at most {max(took for _, took in results):.1f}")
        service.shutdown()
    print(f"ratio seconds quick / article: {seconds['quick'] / seconds['article']:.2f}")


if __name__ == "__main__":
    main()

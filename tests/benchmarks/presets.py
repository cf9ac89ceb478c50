"""How well do the presets learn, and how fast? The article's over five seeds, Quick over as many.

    python -m tests.benchmarks.presets [SEEDS]

Error on the test set: mean and range; seconds from the press of the button to the first loss, and to the kept network,
in a warm training service, one run at a time, each a few seconds after the one before, and nothing else at work.
"""

import statistics
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from core.runs.config import TrainingConfig
from core.runs.presets import PRESETS
from core.runs.run import EVENTS, Run
from core.runs.service_client import TrainingService
from core.runs.states import ACTIVE

MOMENT = threading.Event()  # never set: a clock
PAUSE = 4.0  # seconds from one run's end to the next press


class Trained(NamedTuple):
    """What came of a run."""

    error: float  # percent of the test set
    first_loss: float  # seconds from the press
    seconds: float  # from the press to the kept network


def train(config: TrainingConfig, folder: Path) -> Trained:
    """Press, and wait."""
    MOMENT.wait(PAUSE)
    began, first_loss = time.perf_counter(), 0.0
    run = Run.create(config, "", "benchmark", folder)
    events = run.path / EVENTS
    while run.status().state in ACTIVE:
        run.send_viewer_heartbeat()
        if not first_loss and events.exists() and b'"steps"' in events.read_bytes():
            first_loss = time.perf_counter() - began
        MOMENT.wait(0.01)
    scores = run.scores()
    assert scores, run.status()
    return Trained(100 * (1 - scores["accuracy"]), first_loss, time.perf_counter() - began)


def main() -> None:
    """Train and print."""
    seeds = range(int(sys.argv[1]) if sys.argv[1:] else 5)
    seconds = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        service = TrainingService(Path(name))
        service.ready.wait()
        for preset in ("article", "quick"):
            results = [train(replace(PRESETS[preset].config, seed=seed), Path(name)) for seed in seeds]
            errors = [one.error for one in results]
            seconds[preset] = statistics.median(one.seconds for one in results)
            print(f"{preset} errors: {' '.join(f'{error:.2f}' for error in errors)} %")
            print(f"{preset} error: mean {statistics.mean(errors):.2f} %, {min(errors):.2f} to {max(errors):.2f} %")
            first = sorted(one.first_loss for one in results)
            print(f"{preset} seconds to the first loss: median {statistics.median(first):.2f}, at most {first[-1]:.2f}")
            print(f"{preset} seconds: median {seconds[preset]:.2f}, at most {max(one.seconds for one in results):.2f}")
        service.shutdown()
    print(f"ratio seconds quick / article: {seconds['quick'] / seconds['article']:.2f}")


if __name__ == "__main__":
    main()

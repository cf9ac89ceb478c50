"""What does a cluster gain, what does it cost, and what does a lost machine cost?

    python -m tests.benchmarks.cluster [MACHINES PROCESSORS]

Eight runs of eight visitors are trained by this machine alone, two at a time, then on a cluster of MACHINES (2) with
PROCESSORS (2) each, all of them on this machine: where it has fewer cores than MACHINES x PROCESSORS, the cluster can
gain nothing, and the ratio shows what it costs. Then again, and a machine is killed in the middle.
"""

import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ray.cluster_utils import Cluster

from core.runs.config import TrainingConfig
from core.runs.history import HistoryReader
from core.runs.run import Run
from core.runs.service_client import TrainingService, read_queue
from core.runs.states import ACTIVE
from tests.benchmarks.while_training import wait_until

CONFIGS = [TrainingConfig(hidden_layers=(96 + number,), epochs=4) for number in range(8)]
QUIET = {"include_dashboard": False, "object_store_memory": 200 * 1024 * 1024}


def train(folder: Path, meanwhile: Callable[[list[Run]], None] = lambda runs: None) -> tuple[float, list[Run]]:
    """Seconds from the press of the button to the last one's end, and the runs."""
    began = time.perf_counter()
    runs = [Run.create(config, "", f"visitor {number}", folder) for number, config in enumerate(CONFIGS)]
    for run in runs:
        run.command("go_on")
    meanwhile(runs)
    wait_until(lambda: all(run.status().state not in ACTIVE for run in runs))
    return time.perf_counter() - began, runs


def hashes(runs: list[Run]) -> list[str]:
    """Of their networks."""
    return [hashlib.sha256((run.path / "model.safetensors").read_bytes()).hexdigest() for run in runs]


def measure(machines: int, processors: int) -> None:
    """Alone, together, and with a loss."""
    print(f"cores here: {os.cpu_count()}; eight runs, {CONFIGS[0].parameter_count:,} parameters or more, 4 epochs each")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        service = TrainingService(Path(name), RAY_ADDRESS="", TRAINING_SLOTS="2")
        service.ready.wait()
        alone, runs = train(Path(name))
        here = hashes(runs)
        service.shutdown()
    print(f"this machine alone, two at a time: {alone:.1f} s")

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **QUIET})
    nodes = [cluster.add_node(num_cpus=processors, **QUIET) for _ in range(machines)]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        service = TrainingService(folder, RAY_ADDRESS=cluster.address)
        wait_until(lambda: read_queue(folder).slots == machines * processors)
        together, runs = train(folder)
        print(f"cluster of {machines} machines, {machines * processors} at a time: {together:.1f} s")
        print(f"ratio cluster / alone: {together / alone:.2f}")
        print(f"networks equal to the bit: {hashes(runs) == here}")

        def lose_one(begun: list[Run]) -> None:
            wait_until(lambda: sum((run.path / "state.npz").exists() for run in begun) >= machines * processors)
            cluster.remove_node(nodes.pop(), allow_graceful=False)

        broken, runs = train(folder, lose_one)
        moved = sum(HistoryReader(run).update().was_migrated for run in runs)
        print(f"the same, one machine killed after the first epochs: {broken:.1f} s, {broken - together:.1f} s more")
        print(f"runs that went on elsewhere: {moved}; networks equal to the bit: {hashes(runs) == here}")
        service.shutdown()
    cluster.shutdown()


def main() -> None:
    """Measure and print."""
    machines, processors = map(int, sys.argv[1:] or (2, 2))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as ray:
        os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "RAY_TMPDIR": ray, "TMPDIR": ray}
        measure(machines, processors)


if __name__ == "__main__":
    main()

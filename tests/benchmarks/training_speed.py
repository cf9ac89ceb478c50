"""How long does an epoch of the article's training take? Three ways, side by side.

    python -m tests.benchmarks.training_speed [EPOCHS]

Keras' plain `fit` as in the article's program (its default threads), the test set watched; this app, one thread a job,
the test set watched and a browser looking on; and a loop in JAX, which watches nothing, as a reference. Wall and
CPU seconds of one epoch: the median of EPOCHS (3) epochs after a first one that compiles. All see 60,000 digits in
batches of 32.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from core.paths import ROOT
from core.runs.run import Run
from core.runs.settings import ALL_DIGITS
from core.runs.states import ACTIVE
from tests.browser.app import LIMIT, chromium, serve

FIT = """
import sys, time
import keras
from core.data.mnist import load_test_set, load_training_set, one_hot, to_inputs
training, test = load_training_set(), load_test_set()
inputs, targets = to_inputs(training.images), one_hot(training.labels)
watched = to_inputs(test.images), one_hot(test.labels)
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(784, activation="relu"),
    keras.layers.Dense(100, activation="relu"), keras.layers.Dense(10, activation="softmax")])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
model.fit(inputs[:3200], targets[:3200], batch_size=32, verbose=0)
for _ in range(int(sys.argv[1])):
    wall, cpu = time.perf_counter(), time.process_time()
    model.fit(inputs, targets, batch_size=32, verbose=0, validation_data=watched)
    print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)
"""

JAX = """
import sys, time
import jax, jax.numpy as jnp, numpy as np
from core.data.mnist import load_training_set
from core.nn.network import initial_network
training = load_training_set()
images, labels = jnp.asarray(training.images.reshape(-1, 784)), jnp.asarray(training.labels.astype(np.int32))
layers = initial_network((784, 784, 100, 10), ("relu", "relu", "softmax"), seed=0).layers
parameters = [(jnp.asarray(layer.weights), jnp.asarray(layer.biases)) for layer in layers]

def loss(parameters, x, y):
    a = x.astype(jnp.float32) / 255
    for weights, biases in parameters[:-1]:
        a = jax.nn.relu(a @ weights + biases)
    weights, biases = parameters[-1]
    return -jnp.take_along_axis(jax.nn.log_softmax(a @ weights + biases), y[:, None], 1).mean()

def step(state, batch):
    parameters, m, v, t = state
    value, gradients = jax.value_and_grad(loss)(parameters, images[batch], labels[batch])
    t = t + 1
    tree = jax.tree.map
    m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
    v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
    rate = 0.001 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    parameters = tree(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), parameters, m, v)
    return (parameters, m, v, t), value

zeros = jax.tree.map(jnp.zeros_like, parameters)
state = (parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), 0.0)
epoch = jax.jit(lambda state, order: jax.lax.scan(step, state, order))
for number in range(int(sys.argv[1]) + 1):
    order = jnp.asarray(np.random.default_rng((0, number)).permutation(60_000).reshape(-1, 32))
    wall, cpu = time.perf_counter(), time.process_time()
    state, losses = epoch(state, order)
    losses.block_until_ready()
    if number:
        print(time.perf_counter() - wall, time.process_time() - cpu, flush=True)
"""
ONE_THREAD = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1", "OMP_NUM_THREADS": "1"}
TICKS = os.sysconf("SC_CLK_TCK")


def program_seconds(code: str, epochs: int, **environment: str) -> tuple[float, float]:
    """Wall and CPU seconds of the median epoch that a program prints."""
    run = subprocess.run(
        [sys.executable, "-c", code, str(epochs)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
    )
    pairs = [tuple(map(float, line.split())) for line in run.stdout.splitlines()]
    return statistics.median(wall for wall, _ in pairs), statistics.median(cpu for _, cpu in pairs)


def cpu_seconds(pid: int) -> float:
    """CPU seconds that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def our_seconds(epochs: int) -> tuple[float, float]:
    """Wall and CPU seconds of the median epoch in the app, a browser watching: all that a job does is counted."""
    checkpoint = threading.Event()  # never set: a clock
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        serve(RUNS_DIR=folder) as (address, _),
        chromium() as browser,
    ):
        page = browser.new_page()
        page.goto(f"{address}/train_network?training_images={ALL_DIGITS}&watched=test&epochs={epochs + 1}")
        page.get_by_role("button", name="Train", exact=True).click(timeout=LIMIT)
        page.wait_for_url(re.compile("run="), timeout=LIMIT)
        run = Run.find(page.url.split("run=")[1], Path(folder))
        assert run
        walls, cpus, done = [], [], 0
        began = None
        while run.status().state in ACTIVE:
            checkpoint.wait(0.05)
            events = [json.loads(line) for line in (run.path / "events.jsonl").read_text().splitlines()]
            ended = [event for event in events if event["type"] == "epoch"]
            if len(ended) > done and (pid := run.status().pid):
                now = (os.times().elapsed, cpu_seconds(pid))
                if began:
                    walls.append((now[0] - began[0]) / (len(ended) - done))
                    cpus.append((now[1] - began[1]) / (len(ended) - done))
                began, done = now, len(ended)
    return statistics.median(walls), statistics.median(cpus)


def main() -> None:
    """Measure and print."""
    epochs = int(sys.argv[1]) if sys.argv[1:] else 3
    measured = {
        "plain fit": program_seconds(FIT, epochs),
        "ours": our_seconds(epochs),
        "jax": program_seconds(JAX, epochs, **ONE_THREAD),
    }
    for name, (wall, cpu) in measured.items():
        print(f"{name} wall: {wall:.2f} s")
        print(f"{name} cpu: {cpu:.2f} s")
    print(f"ratio wall ours / plain fit: {measured['ours'][0] / measured['plain fit'][0]:.2f}")
    print(f"ratio cpu ours / jax: {measured['ours'][1] / measured['jax'][1]:.2f}")


if __name__ == "__main__":
    main()

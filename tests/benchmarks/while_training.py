"""Do pages stay quick while two networks are trained, and what does that take of memory?

    python -m tests.benchmarks.while_training [RUNS]

One page (another digit on the first chapter, from the click to the changed picture, in a real browser) is timed idle
and while two runs are at work. Then RUNS (20) short runs are trained one after the other; memory after two and all.
Thirty visitors press Train at once: seconds until each has its place.
"""

import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from core.runs.config import TrainingConfig
from core.runs.run import Run
from core.runs.service_client import read_queue
from core.runs.states import ACTIVE, RunState
from tests.browser.app import LIMIT, chromium, memory, serve

MOMENT = threading.Event()  # never set: a clock
CLICKS = 60
LONG = TrainingConfig(epochs=200)
SHORT = TrainingConfig(hidden_layers=(64,), batch_size=128, epochs=1)


def wait_until(condition: Callable[[], bool]) -> None:
    """Look again and again."""
    while not condition():
        MOMENT.wait(0.02)


def own_memory(pid: int) -> float:
    """What a process does not share with others, in MB (Linux)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def click_seconds(page: Page) -> float:
    """The median time from a click to what it shows."""
    took = []
    for _ in range(CLICKS):
        before = page.locator("[data-testid=stImage] img").first.get_attribute("src")
        began = time.perf_counter()
        page.get_by_role("button", name="Another digit").click()
        page.wait_for_function(
            "before => document.querySelector('[data-testid=stImage] img').getAttribute('src') !== before",
            arg=before,
            polling="raf",
        )
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def press_train_at_once(folder: Path, visitors: int = 30) -> tuple[float, int]:
    """Seconds until each of them is trained or has its place, and how many are trained at once."""
    runs: list[Run] = []
    threads = [
        threading.Thread(target=lambda n=number: runs.append(Run.create(SHORT, "", f"visitor {n}", folder)))
        for number in range(visitors)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = {run.id for run in runs}
    wait_until(lambda: names <= {*read_queue(folder).running, *read_queue(folder).waiting})
    took = time.perf_counter() - began
    at_work = len(read_queue(folder).running)
    for run in runs:
        run.delete()
    wait_until(lambda: not read_queue(folder).running)
    return took, at_work


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if sys.argv[1:] else 20
    with (
        tempfile.TemporaryDirectory() as name,
        serve(RUNS_DIR=name) as (address, web),
        chromium() as browser,
    ):
        folder = Path(name)
        page = browser.new_page()
        page.set_default_timeout(LIMIT)
        page.goto(address)
        page.get_by_role("button", name="Another digit").wait_for()
        wait_until(lambda: (folder / "speed.json").exists())  # the service is warm
        click_seconds(page)
        idle = click_seconds(page)
        pair = [Run.create(LONG, "", owner, folder) for owner in ("anna", "ben")]
        for run in pair:
            run.command("go_on")
        wait_until(lambda: all((run.path / "live.npz").exists() for run in pair))
        busy = click_seconds(page)
        statuses = [run.status() for run in pair]
        again = [own_memory(one.pid) for one in statuses if one.state == RunState.RUNNING and one.pid]
        for run in pair:
            run.command("stop")
        wait_until(lambda: all(run.status().state not in ACTIVE for run in pair))
        print(f"page idle: {1000 * idle:.0f} ms")
        print(f"page while two jobs train: {1000 * busy:.0f} ms")
        print(f"ratio page busy / idle: {busy / idle:.2f}")
        print(f"job's own memory: {max(again):.0f} MB")

        took, at_work = press_train_at_once(folder)
        print(f"30 press train, each has its place after: {took:.2f} s, trained at once: {at_work}")

        after: dict[int, float] = {}
        for number in range(1, count + 1):
            page.goto(f"{address}/train_network?{'&'.join(f'{k}={v}' for k, v in SHORT.to_query().items())}")
            page.get_by_role("button", name="Train", exact=True).click()
            page.wait_for_url(re.compile("run="))
            page.get_by_text("On the 10,000 test digits").wait_for()
            after[number] = memory(web)
        print(f"web process after 2 runs: {after[2]:.0f} MB")
        print(f"web process after {count} runs: {after[count]:.0f} MB")


if __name__ == "__main__":
    main()

"""Does a small server hold a class? Many learners at once, who look, draw, move sliders, train and watch.

    python -m tests.benchmarks.many_sessions [--sessions N] [--minutes M] [--browsers B] [--rounds R] [--processes P]

N learners (30) speak Streamlit's own protocol (protocol.py); B real browsers (5) are beside them; all share one
machine with the server, at a lower priority than it has. Where there are P web processes with one folder of runs, each
has as many of them, as behind a proxy that keeps a visitor at one. They open the app within two seconds and press Train
at once. Then each walks through the chapters (walks.py, browser_walks.py) at a person's pace, a step every one to five
seconds, and trains again whenever the own run has ended, for M minutes (5). At last the N walk on in haste, unmeasured,
R rounds (10) through all chapters, each time in a new session: how much the web process grows from the first to the
last shows whether it forgets those who were there.

Printed are medians and 95th percentiles of the time from a step to its whole answer (in the browsers: to the changed
picture; a drawing waits there for 0.2 s in the canvas), what went wrong, the largest sum of memory (proportional: what
processes share counts once), and what the last of all waited for the first update of its first run. Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import secrets
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from core.runs.run import Run
from core.runs.service_client import read_queue
from tests.benchmarks.browser_walks import BrowserLearner
from tests.benchmarks.protocol import TroubleError
from tests.benchmarks.walks import Learner
from tests.browser.app import OFFLINE, QUIET, find_chromium, serve

ARRIVAL = 2.0  # seconds within which all come
PAUSES = (1.0, 5.0)  # seconds between two steps of a learner
MODEST = 10  # of -20 to 19: a lower priority than the server's 0
LOOK = 2.0  # seconds between looks at memory and queue
HASTY = 4  # learners who walk at once, in haste


class Measured:
    """What is found out."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self.troubles: Counter[str] = Counter()
        self.memory: dict[str, float] = defaultdict(float)  # MB, at its largest
        self.web = 0.0  # MB, of the web processes, now
        self.at_work: list[int] = []  # trainings, at each look
        self.waited: dict[str, float] = {}  # seconds from Train to its beginning, by run
        self.measuring = True

    def took(self, action: str, seconds: float) -> None:
        """Somebody waited so long for an answer."""
        if self.measuring:
            self.seconds[action].append(seconds)

    def went_wrong(self, words: str) -> None:
        """Somebody saw something go wrong."""
        self.troubles[words] += 1

    async def look_on(self, folder: Path, web: list[int]) -> None:
        """Look at the memory and the queue, again and again."""
        while True:
            self.look(folder, web)
            await asyncio.sleep(LOOK)

    def look(self, folder: Path, web: list[int]) -> None:
        """Look at the memory and the queue."""
        sizes = {pid: _proportional(pid) for one in web for pid in _family(one)}
        self.web = sum(sizes[pid] for pid in web)
        others = sorted(((size, pid) for pid, size in sizes.items() if pid not in web), reverse=True)
        for name, size in (
            ("web process" if len(web) == 1 else f"{len(web)} web processes", self.web),
            ("the largest other process", others[0][0] if others else 0.0),
            ("all processes", sum(sizes.values())),
        ):
            self.memory[name] = max(self.memory[name], size)
        queue = read_queue(folder)
        for name in queue.running:
            if name not in self.waited and (run := Run.find(name, folder)):
                self.waited[name] = time.time() - run.metadata().created
        if self.measuring:
            self.at_work.append(len(queue.running))


def _family(pid: int) -> list[int]:
    """A process and all that it has begun."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (thread / "children").read_text().split()]
    return found


def _give_way() -> None:
    """Learners and browsers have machines of their own: here they may not take the server's.

    Linux weighs sessions of processes before it weighs processes, and a browser is a session of its own.
    """
    for pid in _family(os.getpid()):
        with contextlib.suppress(OSError):
            if "chrom" in Path(f"/proc/{pid}/comm").read_text():
                Path(f"/proc/{pid}/autogroup").write_text(str(MODEST))


def _proportional(pid: int) -> float:
    """A process' part of the memory, in MB."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


async def at_a_persons_pace(learner: Any, chance: random.Random, measured: Measured, until: float) -> None:
    """Walk on and on; somebody for whom something went wrong loads the page again."""
    await asyncio.sleep(ARRIVAL * chance.random())
    try:
        await learner.arrive()
    except Exception as trouble:  # the benchmark counts what goes wrong, whatever it is
        measured.went_wrong(f"{learner.last}: {trouble}"[:200])
    while time.monotonic() < until:
        try:
            async for _ in learner.walk():
                await asyncio.sleep(chance.uniform(*PAUSES))
                if time.monotonic() > until:
                    break
        except Exception as trouble:
            measured.went_wrong(f"{learner.last}: {trouble}"[:200])
            with contextlib.suppress(Exception):
                await learner.come_back()
            await asyncio.sleep(1)


async def in_haste(learners: list[Learner], measured: Measured) -> None:
    """One round: all walk through all chapters, a few at a time."""
    free = asyncio.Semaphore(HASTY)

    async def one(learner: Learner) -> None:
        async with free:
            try:
                await learner.come_back()
                async for _ in learner.walk(watched=0):
                    pass
            except TroubleError as trouble:
                measured.went_wrong(f"in haste: {trouble}"[:300])

    await asyncio.gather(*(one(learner) for learner in learners))


async def rehearse(addresses: list[str], web: list[int], folder: Path, asked: argparse.Namespace) -> Measured:
    """The whole lesson."""
    measured, chance = Measured(), random.Random(0)
    os.nice(MODEST)
    watching = asyncio.create_task(measured.look_on(folder, web))
    names = (secrets.token_urlsafe(16) for _ in range(asked.sessions + asked.browsers))
    learners = [
        Learner(addresses[number % len(addresses)], next(names), random.Random(number), measured.took)
        for number in range(asked.sessions)
    ]
    until = time.monotonic() + 60 * asked.minutes
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=[*QUIET, *OFFLINE])
        _give_way()
        all_of_them = [
            *learners,
            *(
                BrowserLearner(
                    browser,
                    addresses[number % len(addresses)],
                    next(names),
                    random.Random(-number),
                    measured.took,
                    measured.went_wrong,
                )
                for number in range(1, asked.browsers + 1)
            ),
        ]
        await asyncio.gather(
            *(at_a_persons_pace(one, random.Random(chance.random()), measured, until) for one in all_of_them)
        )
        await browser.close()
    measured.measuring = False
    sizes = []
    for _ in range(asked.rounds):
        await in_haste(learners, measured)
        measured.look(folder, web)
        sizes.append(measured.web)
    watching.cancel()
    for learner in learners:
        await learner.leave()
    _say(measured, sizes)
    return measured


def _say(measured: Measured, sizes: list[float]) -> None:
    for action, seconds in sorted(measured.seconds.items()):
        middle, most = (
            statistics.median(seconds),
            statistics.quantiles(seconds, n=20)[-1] if seconds[1:] else seconds[0],
        )
        print(f"{action} p50, p95: {middle:.2f} s, {most:.2f} s  ({len(seconds)} times, longest {max(seconds):.2f} s)")
    print(f"errors: {measured.troubles.total()}")
    for words, count in measured.troubles.most_common(10):
        print(f"    {count} x {words}")
    for name, size in measured.memory.items():
        print(f"{name}: {size:.0f} MB")
    if sizes:
        print(f"web processes after round 1 and {len(sizes)}: {sizes[0]:.0f} MB, {sizes[-1]:.0f} MB")
    print(f"trainings at work: {statistics.mean(measured.at_work):.2f} on average")
    print(f"from Train to its beginning: {statistics.median(measured.waited.values()):.0f} s (median), ", end="")
    print(f"{max(measured.waited.values()):.0f} s (the last)")


def main() -> None:
    """Rehearse, and print what was found out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--browsers", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--processes", type=int, default=1)
    asked = parser.parse_args()
    with contextlib.ExitStack() as open_ones:
        folder = open_ones.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        servers = [open_ones.enter_context(serve(RUNS_DIR=folder)) for _ in range(asked.processes)]
        addresses, web = [address for address, _ in servers], [process.pid for _, process in servers]
        asyncio.run(rehearse(addresses, web, Path(folder), asked))


if __name__ == "__main__":
    main()

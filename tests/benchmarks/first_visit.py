"""What does a first visit cost: how many bytes does a browser fetch, and how long does the server work for thirty?

    python -m tests.benchmarks.first_visit [VISITS]

Bytes: Chromium with an empty cache opens each chapter, as files come over the wire, with their headers; once from this
machine, where it takes Brotli, and what the same files are by gzip, which is all that browsers take by plain http from
elsewhere. Then a second chapter after Start. Beside them the pages' own messages, as they are before they are packed.
Work: VISITS (30) raw visitors come within ten seconds, each with a browser's requests for Start and its websocket;
seconds of the processor, of the web process alone. Linux.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.benchmarks.protocol import Visitor
from tests.browser.app import chromium, serve, settled

CHAPTERS = {
    "": "Start",
    "explore_digits": "Explore",
    "gradient_descent": "Descend",
    "look_inside": "Look inside",
    "train_network": "Train",
    "compare_runs": "Compare",
    "draw_digit": "Draw",
}
ARRIVAL = 10.0  # seconds within which all come
REST = 1500  # milliseconds in which a page fetches what it has not asked for yet
TAKES = "gzip, deflate, br, zstd"  # what Chromium says from this machine


class Fetched:
    """What a page fetches: bytes of files by their address, and of its messages."""

    def __init__(self, page: Page) -> None:
        self.files: dict[str, float] = {}
        self.messages = 0
        self._urls: dict[str, str] = {}
        told = page.context.new_cdp_session(page)
        told.on("Network.responseReceived", self._begins)
        told.on("Network.loadingFinished", self._ends)
        told.on("Network.webSocketFrameReceived", self._hears)
        told.send("Network.enable")

    def _begins(self, event: dict[str, Any]) -> None:
        self._urls[event["requestId"]] = event["response"]["url"]

    def _ends(self, event: dict[str, Any]) -> None:
        url = self._urls.get(event["requestId"], "")
        self.files[url] = self.files.get(url, 0) + event["encodedDataLength"]

    def _hears(self, event: dict[str, Any]) -> None:
        self.messages += len(event["response"]["payloadData"]) * 3 // 4  # it is told in base64

    @property
    def bytes(self) -> float:
        """Of all files."""
        return sum(self.files.values())


@contextmanager
def visit(browser: Browser, address: str, chapter: str) -> Iterator[tuple[Page, Fetched]]:
    """A first visit, until nothing more is fetched."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    fetched = Fetched(page)
    page.goto(f"{address}/{chapter}")
    settled(page)
    page.wait_for_timeout(REST)
    yield page, fetched
    context.close()


def length(url: str, takes: str) -> int:
    """Bytes of a file's body, when somebody asks who takes these encodings."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": takes})  # noqa: S310  our own server
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return len(answer.read())
    except urllib.error.HTTPError as error:  # a deep link asks in the wrong place first
        return len(error.read())


def bytes_of_visits() -> list[str]:
    """Print what each chapter fetches; the addresses of what Start fetches."""
    of_start: list[str] = []
    with serve() as (address, _), chromium() as browser:
        for chapter in CHAPTERS:
            with visit(browser, address, chapter) as (_, fetched):
                files = [url for url in fetched.files if url.startswith(address)]
                headers = fetched.bytes - sum(length(url, TAKES) for url in files)
                by_gzip = sum(length(url, "gzip, deflate") for url in files) + headers
                print(
                    f"first visit of {chapter or 'start'}: {fetched.bytes / 1e6:.2f} MB in {len(fetched.files)} files, "
                    f"by gzip {by_gzip / 1e6:.2f} MB; messages {fetched.messages / 1e3:.0f} kB"
                )
                of_start = of_start or [url.removeprefix(address) for url in files]
        for chapter, title in list(CHAPTERS.items())[1:]:
            with visit(browser, address, "") as (page, fetched):
                before = fetched.bytes
                page.get_by_test_id("stPageLink").get_by_text(title, exact=True).first.click()
                page.wait_for_url(f"**/{chapter}*")
                settled(page)
                page.wait_for_timeout(REST)
                print(f"{chapter} after start: {(fetched.bytes - before) / 1e6:.2f} MB")
    return of_start


def seconds_of_processor(pid: int) -> float:
    """What a process has worked until now."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


async def thirty_come(address: str, paths: list[str], visits: int) -> None:
    """Each fetches all files, six at a time as browsers do, and opens the page."""
    chance = random.Random(0)

    async def one(after: float) -> None:
        await asyncio.sleep(after)
        six = asyncio.Semaphore(6)

        async def fetch(path: str) -> None:
            async with six:
                await asyncio.to_thread(length, address + path, TAKES)

        await asyncio.gather(*map(fetch, paths))
        visitor = Visitor(address)
        await visitor.open()
        await visitor.close()

    await asyncio.gather(*(one(ARRIVAL * chance.random()) for _ in range(visits)))


def main() -> None:
    """Measure and print."""
    visits = int(sys.argv[1]) if sys.argv[1:] else 30
    paths = [path for path in bytes_of_visits() if "/media/" not in urlsplit(path).path.removeprefix("/static")]
    with serve() as (address, process):
        asyncio.run(thirty_come(address, paths, 1))  # the first visitor of all pays for the imports
        before = seconds_of_processor(process.pid)
        asyncio.run(thirty_come(address, paths, visits))
        worked = seconds_of_processor(process.pid) - before
    print(
        f"{visits} first visits of start: {worked:.2f} seconds of the processor, {1000 * worked / visits:.0f} ms each"
    )


if __name__ == "__main__":
    main()

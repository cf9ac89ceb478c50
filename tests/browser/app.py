"""The app as a visitor meets it: a server of its own and a real Chromium."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, BrowserType, Locator, Page, sync_playwright

from core.paths import ROOT

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
OFFLINE = ("--disable-background-networking", "--disable-component-update")
NO_WEBGL = ("--disable-software-rasterizer",)
LIMIT = 60_000  # milliseconds: no wait is longer

# A seven, as shares of the canvas.
SEVEN = ((0.3, 0.2), (0.7, 0.2), (0.55, 0.5), (0.45, 0.8))


def find_chromium() -> str | None:
    """The path of an installed Chromium or Chrome."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def is_at(page: Page, address: str | re.Pattern[str]) -> None:
    """Wait until the page's address matches, a pattern or words with ** for any letters and * for all but a slash.

    Asked of the page itself: of entries that follow each other closely, Playwright hears in another order.
    """
    if isinstance(address, str):
        parts = ["[^/]*".join(map(re.escape, part.split("*"))) for part in address.split("**")]
        address = re.compile(f"^{'.*'.join(parts)}$")
    page.wait_for_function("pattern => new RegExp(pattern).test(location.href)", arg=address.pattern)


def address_of(page: Page) -> str:
    """The page's address, as the page itself says it."""
    return str(page.evaluate("() => location.href"))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def serve(script: Path = ROOT / "streamlit_app.py", **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A Streamlit server that has begun to listen: its address and its process. It ends with the block.

    Its runs are in a folder of its own, unless the environment says otherwise.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield from _served(script, {"RUNS_DIR": folder, **environment})


def _served(script: Path, environment: dict[str, str]) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = free_port()
    command: list[str | Path] = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true"]
    process = subprocess.Popen(
        [*command, f"--server.port={port}", "--server.address=127.0.0.1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1", **environment},
    )
    assert process.stdout
    log = []
    for line in process.stdout:
        log.append(line)
        if "URL:" in line:
            break
    else:
        raise RuntimeError(f"The server ended before it listened: {''.join(log)}")
    try:
        drain = threading.Thread(target=process.stdout.read)  # lest the pipe fills
        drain.start()
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait()
        drain.join()
        process.stdout.close()


@contextlib.contextmanager
def chromium(*, webgl: bool = True) -> Iterator[Browser]:
    """A headless browser; without WebGL, which is drawn by the processor here, it takes a sixth less of that."""
    with sync_playwright() as playwright, launched(playwright.chromium, webgl=webgl) as browser:
        yield browser


@contextlib.contextmanager
def launched(kind: BrowserType, *, webgl: bool) -> Iterator[Browser]:
    """The same from what Playwright starts such browsers with; it is there once a process."""
    path = find_chromium()
    if path is None:
        raise SystemExit("This needs Chromium or Chrome: on Debian, `apt-get install chromium`.")
    browser = kind.launch(executable_path=path, args=[*QUIET, *OFFLINE, *(() if webgl else NO_WEBGL)])
    try:
        yield browser
    finally:
        browser.close()


def settled(page: Page) -> Page:
    """Wait until Streamlit has nothing more to show."""
    page.locator("h1").wait_for(timeout=LIMIT)
    page.wait_for_function(
        """() => document.querySelector('[data-test-script-state]')?.dataset.testScriptState === "notRunning"
          && !document.querySelector("[data-testid*=Skeleton]")
          && [...document.images].every((image) => image.complete)""",
        timeout=LIMIT,
    )
    page.evaluate("() => document.fonts.ready")
    return page


def canvas_box(page: Page) -> dict[str, float]:
    """Where the canvas is on the screen, once it is there: x, y, width and height in pixels."""
    page.locator(".st-key-canvas canvas.upper-canvas").last.wait_for(timeout=LIMIT)
    place = page.locator(".st-key-canvas")  # stays where it is while the canvas in it is replaced
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def places_on_canvas(page: Page, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Pixels of the screen, from shares of the canvas."""
    box = canvas_box(page)
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]


def draw(page: Page, points: tuple[tuple[float, float], ...] = SEVEN, steps: int = 6) -> None:
    """Draw one stroke with the mouse through points, given as shares of the canvas, in steps from each to the next."""
    places = places_on_canvas(page, points)
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=steps)
    page.mouse.up()


def answer(page: Page, network: int = 0) -> Locator:
    """The digit that a network reads: 0 for the one for drawing, 1 for the one as in the article."""
    return page.locator(f".st-key-answer-{network} h2")


def memory(process: subprocess.Popen[str]) -> float:
    """The resident memory of a process, in MB (Linux)."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("The system does not say how much memory the server holds.")

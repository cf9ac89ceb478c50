"""Whether the page "Draw a digit" loses a stroke in Chromium, Firefox or WebKit.

    python -m tests.browser.all_browsers [--count 20] [--seed 1] [--chapters]
      [chromium | chromium-touch | firefox | firefox-touch | webkit ...]

It makes the drawings of `drawings.py` in each browser, by its pointer, and says of each how far what the network sees
is from what was drawn (0 to 1). With --chapters it also opens every chapter, and says what went wrong in the page.
On Debian: `apt-get install chromium firefox-esr webkit2gtk-driver xvfb`.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Page
from websockets.sync.client import connect

from tests.browser.app import LIMIT, chromium, free_port, serve
from tests.browser.arrivals import MENU, wait_for
from tests.browser.conftest import PHONE, WINDOW
from tests.browser.drawings import draw_all, plan
from tests.browser.hand import MouseOrFinger
from tests.browser.webdriver import PATIENCE, FirefoxHand, WebDriverHand, WebKitHand

MINI_BROWSER = "usr/lib/*/webkit2gtk-*/MiniBrowser"  # WebKit's own small browser, where Debian keeps it
TOUCH = 'user_pref("dom.w3c_touch_events.enabled", 1);'  # as on a machine that has a touch screen

# The heading of the chapter, once all of it is shown.
WHOLE = """(document.querySelector("[data-test-script-state]")?.dataset.testScriptState === "notRunning"
  && !document.querySelector("[data-testid*=Skeleton]") && document.querySelector("h1")?.textContent)"""
CHAPTERS = f"""[...document.querySelectorAll("{MENU}")].map((link) => link.textContent)"""

T = TypeVar("T")


@contextlib.contextmanager
def firefox(address: str, pointer: str = "mouse") -> Iterator[WebDriverHand]:
    """A hand in a Firefox of its own."""
    with tempfile.TemporaryDirectory() as profile:
        Path(profile, "user.js").write_text(TOUCH if pointer == "touch" else "")
        command = [program("firefox-esr"), "--headless", "--no-remote", "--profile", profile]
        with (
            running([*command, f"--remote-debugging-port={free_port()}"]) as said,
            connect(
                until(lambda: said(r"BiDi listening on (ws://\S+)")) + "/session", max_size=None, proxy=None
            ) as way,
        ):
            yield FirefoxHand(address, way, pointer)


@contextlib.contextmanager
def webkit(address: str) -> Iterator[WebDriverHand]:
    """A hand in a WebKit of its own, on a screen of its own."""
    port, size = free_port(), f"{WINDOW['width']}x{WINDOW['height']}x24"
    driver = [program("WebKitWebDriver", "webkit2gtk-driver"), f"--port={port}"]
    browser = next(Path("/").glob(MINI_BROWSER), "MiniBrowser")
    screen = [program("Xvfb"), "-displayfd", "1", "-nolisten", "tcp", "-screen", "0", size]
    with (
        running(screen) as said,
        running(driver, DISPLAY=":" + until(lambda: said(r"(\d+)\n"))),
    ):
        until(lambda: listens(port))
        hand = WebKitHand(address, f"http://127.0.0.1:{port}", str(browser))
        try:
            yield hand
        finally:
            hand.close()


class ChromiumHand(MouseOrFinger):
    """A hand in Chromium that can say what it has seen."""

    def __init__(self, page: Page, address: str, pointer: str) -> None:
        super().__init__(page, address, touch=pointer == "touch")
        self.pointer, self._errors = pointer, list[str]()
        browser = page.context.browser
        self.version = f"Chromium {browser.version if browser else ''}"
        page.on("pageerror", lambda error: self._errors.append(str(error)))

    def errors(self) -> list[str]:
        """What went wrong in the page since it was asked last."""
        errors, self._errors = self._errors, []
        return errors


@contextlib.contextmanager
def chromium_hand(address: str, pointer: str = "mouse") -> Iterator[ChromiumHand]:
    """A hand in a Chromium of its own."""
    with chromium() as browser:
        options = PHONE if pointer == "touch" else {"viewport": WINDOW}
        page = browser.new_context(**options).new_page()
        page.set_default_timeout(LIMIT)
        yield ChromiumHand(page, address, pointer)


BROWSERS: dict[str, Callable[[str], contextlib.AbstractContextManager[WebDriverHand | ChromiumHand]]] = {
    "chromium": chromium_hand,
    "chromium-touch": lambda address: chromium_hand(address, "touch"),
    "firefox": firefox,
    "firefox-touch": lambda address: firefox(address, "touch"),
    "webkit": webkit,
}


def program(name: str, package: str = "") -> str:
    """The path of a program.

    Raises:
        FileNotFoundError: it is not installed; the message says what to do.
    """
    if path := shutil.which(name):
        return path
    raise FileNotFoundError(f"There is no {name}: on Debian, `apt-get install {package or name.lower()}`.")


@contextlib.contextmanager
def running(command: Sequence[str], **environment: str) -> Iterator[Callable[[str], str]]:
    """A program that runs until the block ends; asked with a pattern, it gives the pattern's group in what it said."""
    with tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **environment})

        def said(pattern: str) -> str:
            found = re.search(pattern, Path(log.name).read_text(errors="replace"))
            return found[1] if found else ""

        try:
            yield said
        finally:
            process.terminate()
            process.wait()


def until(ask: Callable[[], T]) -> T:
    """The answer to a question that is asked again until it is yes, or something."""
    end = time.monotonic() + PATIENCE
    while not (answer := ask()):
        if time.monotonic() > end:
            raise TimeoutError("A browser did not start.")
        time.sleep(0.05)
    return answer


def listens(port: int) -> bool:
    """Whether a program on this machine has opened a port."""
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def open_chapters(hand: WebDriverHand | ChromiumHand) -> list[str]:
    """Open each chapter, the first one again at the end, and say what went wrong in the page. All of that, a line each.

    From the menu, since a browser also calls it an error that what it was loading for a page is not needed any more.
    """
    troubles: list[str] = []
    heading = wait_for(hand, WHOLE, bool, "the first chapter")
    chapters = wait_for(hand, CHAPTERS, bool, "the menu")
    assert isinstance(chapters, list)
    first, *others = chapters
    for chapter in (*others, first):

        def is_new(found: object, last: object = heading) -> bool:
            return bool(found) and found != last

        hand.press(MENU, chapter)
        heading = wait_for(hand, WHOLE, is_new, chapter)
        errors = hand.errors()
        print(f"    {heading}: {'; '.join(errors) or 'no error'}", flush=True)
        troubles += errors
    return troubles


def main() -> None:
    """Make the drawings in each browser, and say what was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("browsers", nargs="*", choices=[*BROWSERS, []], metavar="browser")
    parser.add_argument("--count", type=int, default=20, help="drawings in each browser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chapters", action="store_true", help="open every chapter, too")
    given = parser.parse_args()
    failed = False
    with serve() as (address, _):
        for name in given.browsers or BROWSERS:
            try:
                with BROWSERS[name](address) as hand:
                    print(f"{hand.version}, {hand.pointer}", flush=True)
                    hand.go("")
                    troubles = open_chapters(hand) if given.chapters else []
                    lost = draw_all(hand, plan(given.count, given.seed), tell=lambda line: print(line, flush=True))
            except FileNotFoundError as missing:
                print(missing)
                failed = True
                continue
            print(f"lost: {len(lost)} of {given.count}", *lost, *troubles, sep="\n    ", flush=True)
            failed |= bool(lost or troubles)
    sys.exit(failed)


if __name__ == "__main__":
    main()

"""How long does the chapter that looks inside take to answer, and what do ten learners on it cost?

    python -m tests.benchmarks.inside_speed [ROUNDS]

On the server: another unit, a change measured on all test digits, an update with all its pictures, another moment of a
training, each from the control to the whole page in Streamlit's own script runner. In the browser: a hundred updates,
from the press of the button until they are taken, and until the last batch is shown. At last the memory of a web
process with ten learners, each with a network of their own: the least and the most while they look at all parts once
more, which takes longer than the time from one collection of what was left behind to the next.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page

from tests.benchmarks.server import chapter, milliseconds, setting, widget
from tests.browser.app import LIMIT, chromium, memory, serve

LEARNERS = 10
BATCH = "look_inside?inside=One+batch+backward"


def press(at: Any, label: str) -> Any:
    """A button by the beginning of its label, pressed."""
    return next(button for button in at.button if button.label.startswith(label)).click()


def on_the_server(rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each answer, by what was asked."""
    took: dict[str, list[float]] = {}
    with chapter("look_inside") as at:
        took["another unit"] = [milliseconds(at, setting(at, "unit", unit)) for unit in range(10 * rounds)]
        scale = next(slider for slider in at.slider if slider.label.startswith("Multiply"))
        took["a change, measured on 10,000 digits"] = [
            milliseconds(at, setting(at, scale.key, to / 10)) for to in range(11, 11 + 3 * rounds)
        ]
        widget(at, "inside").set_value("One batch backward").run()
        for optimizer in ("sgd", "adam"):
            widget(at, "learns_by").set_value(optimizer).run()
            took[f"an update of 32 digits, {optimizer}"] = [
                milliseconds(at, lambda: press(at, "1 update")) for _ in range(10 * rounds)
            ]
        widget(at, "inside").set_value("Time machine").run()
        checkpoint = at.select_slider[0].key
        for name in ("another moment, first look", "another moment, seen before"):
            took[name] = [milliseconds(at, setting(at, checkpoint, place)) for place in range(1, 16)]
        widget(at, "inside").set_value("The real hill").run()
        took["the real hill"] = [milliseconds(at, lambda: None) for _ in range(3 * rounds)]
    return took


def hundred_updates(page: Page, rounds: int) -> dict[str, list[float]]:
    """Seconds from the press of the button until all are taken, and until their last batch is shown."""
    took: dict[str, list[float]] = {"taken": [], "shown": []}
    for done in range(1, rounds + 1):
        began = time.monotonic()
        page.get_by_role("button", name="100", exact=True).click()
        page.get_by_text(f"Epoch 1: {100 * done:,} of").wait_for()
        took["taken"].append(time.monotonic() - began)
        page.get_by_text(f"Batch {100 * done + 1:,}:").wait_for()
        took["shown"].append(time.monotonic() - began)
    return took


def learner(browser: Browser, address: str) -> Page:
    """A learner in a browser of their own, with a network that Adam teaches: that takes three times its memory."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(LIMIT)
    page.goto(f"{address}/{BATCH}&learns_by=Adam")
    page.get_by_role("button", name="10", exact=True).click()
    page.get_by_text("Batch 11:").wait_for()
    return page


def visit_all_parts(learners: list[Page]) -> Iterator[str]:
    """Let each learner look at each part of the chapter; its name, each time it is shown."""
    for one in learners:
        for part in ("Time machine", "The real hill", "One digit forward", "One batch backward"):
            one.get_by_role("radio", name=part).click()
            one.locator(".chart .main-svg").first.wait_for()
            yield part


def main() -> None:
    """Print medians, and the web process' memory."""
    rounds = int(sys.argv[1]) if sys.argv[1:] else 3
    for name, took in on_the_server(rounds).items():
        print(f"{name}: median {statistics.median(took):.0f} ms, largest {max(took):.0f} ms")
    with serve() as (address, process), chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}/{BATCH}")
        page.get_by_text("Batch 1:").wait_for()
        for name, took in hundred_updates(page, rounds).items():
            print(f"a hundred updates, {name}: median {statistics.median(took):.2f} s")
        learners = [learner(browser, address) for _ in range(LEARNERS)]
        list(visit_all_parts(learners))
        held = [memory(process) for learner in learners for _ in visit_all_parts([learner])]
        print(f"web process with {LEARNERS} learners: {min(held):.0f} to {max(held):.0f} MB")


if __name__ == "__main__":
    main()

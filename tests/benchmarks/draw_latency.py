"""How long does an answer take, once the app is warm?

    python -m tests.benchmarks.draw_latency [DRAWINGS]

On the server: from a canvas value to the whole page, in Streamlit's own script runner. In the browser: from the
mouse going up to a new answer on the screen, of which the canvas itself waits 200 ms. And what the server then holds.
"""

import statistics
import sys
from unittest import mock

import numpy as np
from playwright.sync_api import Page

from pages.ui.shell.session import session
from tests.benchmarks.server import chapter, milliseconds
from tests.browser.app import SEVEN, answer, chromium, draw, memory, serve
from tests.fabric import fabric_drawing

ONE = ((0.5, 0.15), (0.5, 0.85))


def server_milliseconds(drawings: int) -> list[float]:
    """Each: another drawing on the canvas, and the draw page run from its first to its last line."""
    random = np.random.default_rng(0)
    drawing = None

    def draw_anew() -> None:
        nonlocal drawing
        stroke = np.array(SEVEN) * 320 + random.normal(0, 8, (4, 2))
        drawing = fabric_drawing([np.repeat(stroke, 15, axis=0).tolist()])

    with (
        mock.patch("pages.ui.components.canvas.show_canvas", lambda brush: setattr(session(), "canvas", drawing)),
        chapter("draw_digit") as at,
    ):
        return [milliseconds(at, draw_anew) for _ in range(drawings + 3)][3:]  # the first runs fill the caches


def browser_milliseconds(page: Page, drawings: int) -> list[float]:
    """Each: clear the canvas, draw, and wait until the answer to this drawing is painted."""
    took = []
    for number in range(drawings):
        page.locator(".st-key-clear button").click()
        page.get_by_text("Draw a digit from 0 to 9").wait_for()
        # The clock is the browser's own: it starts when the button goes up and stops when the answer is there.
        page.evaluate(
            """() => {
              window.took = new Promise((resolve) => {
                addEventListener("mouseup", () => {
                  const start = performance.now()
                  const look = () => document.querySelector('.st-key-answer-0 h2')
                    ? resolve(performance.now() - start) : requestAnimationFrame(look)
                  look()
                }, {once: true, capture: true})
              })
            }"""
        )
        draw(page, SEVEN if number % 2 else ONE)
        took.append(page.evaluate("window.took"))
    return took


def main() -> None:
    """Print percentiles and the server's memory."""
    drawings = int(sys.argv[1]) if sys.argv[1:] else 30
    server = server_milliseconds(drawings)
    print(f"server median: {statistics.median(server):.0f} ms")
    print(f"server p95: {np.quantile(server, 0.95):.0f} ms")
    with serve() as (address, process), chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}/draw_digit")
        draw(page)
        answer(page).wait_for()
        took = browser_milliseconds(page, drawings)
        print(f"browser median: {statistics.median(took):.0f} ms")
        print(f"browser p95: {np.quantile(took, 0.95):.0f} ms")
        print(f"web process: {memory(process):.0f} MB")


if __name__ == "__main__":
    main()

"""How long does the chapter on the loss curve take to answer a slider, and to open cold?

    python -m tests.benchmarks.descent_speed [ROUNDS]

On the server: from a slider's new value to the whole page, in Streamlit's own script runner, for each part; with six
optimizers and 500 steps where it has them. In the browser, in rounds: from starting the server to the chapter's heading
and to its first chart, beside the heading of an empty Streamlit page.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from core.bundle import ROOT
from core.descent.optimizers import OPTIMIZERS
from tests.benchmarks.cold_start import EMPTY, PAINTED, seconds
from tests.browser.app import chromium

HEADING = "() => document.querySelector('h1')?.textContent.includes('loss curve')"
CHART = "() => document.querySelector('.st-key-one-weight .live-chart .scatterlayer path.js-line')"

# For each part: what is set first, and which slider is moved to where.
MOVES = {
    "One weight": ({"steps": 500}, "rate", [0.2, 0.251, 0.316, 0.398, 0.501, 0.631, 0.794, 0.891, 1.12, 2.0]),
    "Two weights": (
        {"racers": list(OPTIMIZERS), "race_steps": 500},
        "x",
        [-3.0, -2.5, -2.0, -1.5, -1.0, 0.5, 1.0, 2.0, 2.5, 3.0],
    ),
    "Momentum": ({}, "x", [-3.0, -2.5, -2.0, -1.5, -1.0, 0.5, 1.0, 2.0, 2.5, 3.0]),
    "A line through points": (
        {"line_steps": 300, "restarts": True},
        "slope",
        [-3.0, -2.0, -1.0, -0.8, 0.0, 0.5, 1.0, 2.0, 2.5, 3.0],
    ),
    "Three losses": ({}, "p", [0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]),
}


def server_milliseconds(part: str, rounds: int) -> list[float]:
    """Each: a slider moved, and the page run from its first to its last line."""
    from streamlit.testing.v1 import AppTest

    first, slider, places = MOVES[part]
    took = []
    with mock.patch("pages.ui.training_service.Starter"), mock.patch("pages.ui.visitor._cookie", lambda: ""):
        at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
        at.switch_page("pages/gradient_descent.py").run()
        at.segmented_control(key="part").set_value(part).run()
        for key, value in first.items():
            kinds = (at.slider, at.pills, at.toggle)
            next(widget for kind in kinds for widget in kind if widget.key == key).set_value(value).run()
        moved = next(widget for kind in (at.slider, at.select_slider) for widget in kind if widget.key == slider)
        for place in places * rounds:
            moved.set_value(place)
            began = time.perf_counter()
            at.run()
            took.append(1000 * (time.perf_counter() - began))
            moved = next(widget for kind in (at.slider, at.select_slider) for widget in kind if widget.key == slider)
        if at.exception:
            raise RuntimeError(f"{part} failed: {at.exception[0].value}")
    return took


def main() -> None:
    """Print medians and ratios."""
    rounds = int(sys.argv[1]) if sys.argv[1:] else 5
    for part in MOVES:
        took = server_milliseconds(part, rounds)
        print(f"{part}: median {statistics.median(took):.0f} ms, largest {max(took):.0f} ms")
    cold: dict[str, list[float]] = {"empty page": [], "chapter's heading": [], "chapter's chart": []}
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY)
        for _ in range(rounds):
            cold["empty page"].append(seconds(browser, empty, "", PAINTED))
            for name, until in (("chapter's heading", HEADING), ("chapter's chart", CHART)):
                cold[name].append(seconds(browser, ROOT / "streamlit_app.py", "gradient_descent", until))
    medians = {name: statistics.median(values) for name, values in cold.items()}
    for name, median in medians.items():
        print(f"{name}: {median:.2f} s, {median / medians['empty page']:.2f} of an empty page")


if __name__ == "__main__":
    main()

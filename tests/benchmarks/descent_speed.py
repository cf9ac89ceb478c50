"""How long does the chapter on the loss curve take to answer a slider, and to open cold?

    python -m tests.benchmarks.descent_speed [ROUNDS]

On the server: from a slider's new value to the whole page, in Streamlit's own script runner, for each part; with six
optimizers and 500 steps where it has them. In the browser, in rounds: from starting the server to the chapter's heading
and to its first chart, beside the heading of an empty Streamlit page.
"""

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from core.nn.optimizers import OPTIMIZERS
from core.paths import ROOT
from tests.benchmarks.cold_start import EMPTY, PAINTED, seconds
from tests.benchmarks.server import chapter, milliseconds, setting, widget
from tests.browser.app import chromium

HEADING = "() => document.querySelector('h1')?.textContent.includes('loss curve')"
CHART = "() => document.querySelector('.st-key-one-weight .chart .scatterlayer path.js-line')"

# For each part: what is set first, and which slider is moved to where.
MOVES: dict[str, tuple[dict[str, Any], str, list[float]]] = {
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
    first, slider, places = MOVES[part]
    with chapter("gradient_descent") as at:
        widget(at, "part").set_value(part).run()
        for key, value in first.items():
            widget(at, key).set_value(value).run()
        return [milliseconds(at, setting(at, slider, place)) for place in places * rounds]


def main() -> None:
    """Print medians and ratios."""
    rounds = int(sys.argv[1]) if sys.argv[1:] else 5
    for part in MOVES:
        took = server_milliseconds(part, rounds)
        print(f"{part}: median {statistics.median(took):.0f} ms, largest {max(took):.0f} ms")
    cold: dict[str, list[float]] = {"empty page": [], "chapter's heading": [], "chapter's chart": []}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, chromium() as browser:
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

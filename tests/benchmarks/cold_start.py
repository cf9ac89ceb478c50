"""How long from starting the server to the first recognised digit? Beside an empty page, and a page with Keras.

    python -m tests.benchmarks.cold_start [ROUNDS]

Each round starts three servers, one after the other: an empty Streamlit page, until its text is painted; this app
at its draw page, until a seven drawn with the mouse is read; and a page that loads the same model with Keras and
calls `predict` on a test digit, until its answer is painted. Prints medians.
"""

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from core.paths import ROOT
from tests.browser.app import LIMIT, chromium, draw, serve

EMPTY = "import streamlit as st\nst.title('Painted')\n"
KERAS = """
import sys
sys.path.insert(0, {root})
import keras
import streamlit as st
from core.data.mnist import load_test_set, to_inputs

st.title('Painted')

@st.cache_resource
def model():
    return keras.models.load_model({model})

digit = model().predict(to_inputs(load_test_set().images[:1])).argmax()
with st.container(key='answer-0'):
    st.header(int(digit))
"""

# Looked for at each frame: Playwright's own waits look again after up to a second.
PAINTED = "() => document.querySelector('h1')?.textContent.includes('Painted')"
CANVAS = "() => [...document.querySelectorAll('*')].some((e) => e.shadowRoot?.querySelector('canvas'))"
ANSWERED = "() => document.querySelector('.st-key-answer-0 h2')?.textContent.includes('7')"


def seconds(browser: Browser, script: Path, path: str, until: str, draws: bool = False) -> float:
    """From the start of the server until a condition, in JavaScript, holds on the page; drawn first if asked."""
    began = time.monotonic()
    with serve(script) as (address, _):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(f"{address}/{path}")
        if draws:
            page.wait_for_function(CANVAS, polling="raf", timeout=LIMIT)
            draw(page, steps=1)  # a quick hand: the drawing itself is no wait
        page.wait_for_function(until, polling="raf", timeout=LIMIT)
        took = time.monotonic() - began
        context.close()
    return took


def main() -> None:
    """Measure in rounds, so that a busy moment of the machine meets all three alike."""
    rounds = int(sys.argv[1]) if sys.argv[1:] else 5
    model = ROOT / "core/assets/models/drawing/model.keras"
    took: dict[str, list[float]] = {"empty paint": [], "first answer": [], "keras page": []}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, chromium() as browser:
        empty, keras = Path(folder) / "empty.py", Path(folder) / "keras_page.py"
        empty.write_text(EMPTY)
        keras.write_text(KERAS.format(root=json.dumps(str(ROOT)), model=json.dumps(str(model))))
        for _ in range(rounds):
            took["empty paint"].append(seconds(browser, empty, "", PAINTED))
            took["first answer"].append(seconds(browser, ROOT / "streamlit_app.py", "draw_digit", ANSWERED, draws=True))
            took["keras page"].append(seconds(browser, keras, "", ANSWERED))
    medians = {name: statistics.median(values) for name, values in took.items()}
    for name, median in medians.items():
        print(f"{name}: {median:.2f} s")
    print(f"ratio first answer / empty paint: {medians['first answer'] / medians['empty paint']:.2f}")
    print(f"ratio first answer / keras page: {medians['first answer'] / medians['keras page']:.2f}")


if __name__ == "__main__":
    main()

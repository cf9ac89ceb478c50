"""What looks again by itself stays as clear as it was, however long a busy server takes."""

import pytest

from core.paths import ROOT
from tests.browser.app import LIMIT, serve

PAGE = """
import time
import streamlit as st
from pages.ui.shell.navigation import STYLE
from pages.ui.widgets.live_part import live_part

st.html(STYLE)
st.title("Live")

@st.fragment(run_every=0.5)
def look(words):
    time.sleep(2)  # a busy server
    st.markdown(f":blue-badge[{words}]")

with live_part("run"):
    look("of a live part")
look("of any other")
"""
# How much is seen, at least, of each badge that Streamlit holds for old, once it has had the time to fade it.
SEEN = """async () => {
  const least = {}
  for (const end = Date.now() + 9000; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
    for (const old of document.querySelectorAll("[data-testid=stElementContainer][data-stale=true]")) {
      const words = old.innerText.trim()
      if (words) least[words] = Math.min(least[words] ?? 1, Number(getComputedStyle(old).opacity))
    }
  }
  return least
}"""


@pytest.fixture
def page(tmp_path, browser):
    script = tmp_path / "live.py"
    script.write_text(PAGE)
    with serve(script, PYTHONPATH=str(ROOT)) as (address, _):
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(LIMIT)
        page.goto(address)
        yield page
        context.close()


def test_a_live_part_does_not_fade_while_the_next_look_takes_long(page):
    page.get_by_text("of any other").wait_for()
    seen = page.evaluate(SEEN)
    assert seen["of any other"] < 0.7  # what Streamlit does elsewhere, else nothing would be tried here
    assert seen["of a live part"] == 1

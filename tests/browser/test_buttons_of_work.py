"""While the server works for a page its words grow and shrink, and the buttons that end the work stay where they are:
the press of a button that moves before it is released is lost."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from core.runs.config import TrainingConfig
from tests.browser.app import settled
from tests.browser.conftest import PHONE, WINDOW
from tests.browser.trainings import ENDLESS, LONG, press, wait_for_update
from tests.trained import trained_run

SCREENS = [{"viewport": WINDOW}, PHONE]

# All places on the page, in whole pixels, that buttons of some names have from now on, by name.
WATCH = """(names) => {
  window.places = Object.fromEntries(names.map((name) => [name, []]))
  const look = () => {
    for (const button of document.querySelectorAll(".stMain button")) {
      const places = window.places[button.innerText.trim().split("\\n").at(-1)]
      const { x, y } = button.getBoundingClientRect()
      const place = [x, y + document.querySelector(".stMain").scrollTop].map(Math.round)
      if (places && String(places.at(-1)) !== String(place)) places.push(place)
    }
  }
  look()
  new MutationObserver(look).observe(document.body,
    { subtree: true, childList: true, attributes: true, characterData: true })
}"""


def watch(page, *names):
    settled(page)
    page.evaluate(WATCH, list(names))


def assert_each_at_one_place(page, *names):
    places = page.evaluate("() => window.places")
    assert {name: len(places[name]) for name in names} == dict.fromkeys(names, 1), places


@pytest.mark.parametrize("screen", SCREENS, ids=["desktop", "phone"])
def test_stop_of_an_epoch(open_page, screen):
    page = open_page("look_inside?inside=One+batch+backward", **screen)
    expect(page.get_by_role("button", name="1 update")).to_be_enabled()
    watch(page, "Stop", "1 update")
    press(page, "100")
    expect(page.get_by_text("Epoch 1: 100 of 1,875 updates taken")).to_be_visible()
    page.get_by_role("button", name="To the end of epoch 1").click()
    expect(page.get_by_role("button", name="Stop")).to_be_enabled()
    page.get_by_role("button", name="To the end of epoch 2").click()
    expect(page.get_by_text(re.compile("Epoch [12]: [2-9],?[0-9]{2,} of"))).to_be_visible()
    press(page, "Stop")
    expect(page.get_by_role("button", name="Stop")).to_be_disabled()
    settled(page)
    assert_each_at_one_place(page, "Stop", "1 update")


@pytest.mark.parametrize("screen", SCREENS, ids=["desktop", "phone"])
def test_pause_and_stop_of_a_training(begin, screen):
    """From its place in the queue over its first updates to its second epoch."""
    page = begin(ENDLESS, **screen)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    watch(page, "Pause", "Stop")
    wait_for_update(page, 400)
    press(page, "Stop")
    assert_each_at_one_place(page, "Pause", "Stop")  # now: when a training has ended, other buttons come in their place
    expect(page.get_by_role("button", name="Pause")).to_have_count(0, timeout=LONG)


def test_stop_all_of_a_sweep(open_page, address, runs_folder, tmp_path):
    """Its words say how many are at work and how long it takes."""
    page, owner = open_page(), secrets.token_urlsafe(16)
    run = trained_run(owner, config=TrainingConfig(hidden_layers=(16,), training_images=5000), folder=tmp_path)
    run.path.rename(runs_folder / run.id)
    page.context.add_cookies([{"name": "visitor", "value": owner, "url": address}])
    page.goto(f"{address}/compare_runs")
    press(page, "Train 3")
    expect(page.get_by_role("button", name="Stop all")).to_be_visible()
    watch(page, "Stop all")
    expect(page.get_by_text(re.compile("0 of 3 done, [12] at work"))).to_be_visible(timeout=LONG)
    assert_each_at_one_place(page, "Stop all")
    press(page, "Stop all")
    expect(page.get_by_role("button", name="Stop all")).to_have_count(0, timeout=LONG)

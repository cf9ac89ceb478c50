"""A training on its page: begun, waited for, found among the runs."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from core.runs.run import Run
from tests.browser.app import address_of

LONG = 120_000  # milliseconds: the training program starts, other tests train
ENDLESS = "train_network?hidden_layers=16&epochs=200&training_images=20000"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def is_in_state(page: Page, state: str, timeout: float = LONG) -> None:
    expect(page.get_by_test_id("stMarkdownContainer").get_by_text(state, exact=True)).to_be_visible(timeout=timeout)


def wait_for_update(page: Page, least: int) -> None:
    """Until so many updates are told on the page."""
    page.wait_for_function(
        """least => Number(document.querySelector("[data-testid=stProgress]")?.innerText
          .match(/update ([0-9,]+)/)?.[1].replaceAll(",", "")) >= least""",
        arg=least,
        timeout=LONG,
    )


def run_of(page: Page, runs_folder: Path) -> Run | None:
    named = re.search(r"run=([\w-]{22})", address_of(page))
    assert named
    return Run.find(named[1], runs_folder)

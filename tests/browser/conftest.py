"""The app in a real Chromium. Without one these tests are skipped; with CI set they fail instead."""

import os

import pytest
from playwright.sync_api import expect

from tests.browser.app import LIMIT, chromium, find_chromium, serve
from tests.browser.drawings import ARRIVALS, from_a_training
from tests.trained import trained_run

expect.set_options(timeout=LIMIT / 2)  # a busy machine is no fault of the app
HOW = "needs Chromium or Chrome (on Debian: apt-get install chromium)"


def pytest_collection_modifyitems(items):
    missing = find_chromium() is None and not os.environ.get("CI")
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(pytest.mark.skip(reason=HOW))


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def address(runs_folder):
    with serve(RUNS_DIR=str(runs_folder)) as (address, _):
        yield address


@pytest.fixture(scope="session")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser, address):
    """A page of the app in a fresh context; an error in the browser fails the test, and so does a request to others."""
    contexts, errors, abroad = [], [], []
    ours = (address, "data:", "blob:")

    def open_at(path="", beside=None, **options):
        """In a browser of its own, or in another tab beside a page."""
        context = beside.context if beside else browser.new_context(**{"viewport": WINDOW, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LIMIT)
        page.on("pageerror", lambda error: errors.append(error))
        page.on("request", lambda request: request.url.startswith(ours) or abroad.append(request.url))
        page.goto(f"{address}/{path}")
        page.locator("h1").wait_for()
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert not errors
    assert not abroad


WINDOW = {"width": 1280, "height": 800}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def phone():
    return PHONE


@pytest.fixture
def arrivals(runs_folder, tmp_path):
    """All ways of coming to the canvas, from a training that has ended, too."""
    run = trained_run("A" * 22, folder=tmp_path)  # where no service is at work that would train it
    run.path.rename(runs_folder / run.id)
    return (*ARRIVALS, from_a_training(run.id))

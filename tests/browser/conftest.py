"""The app in a real Chromium. Without one these tests are skipped; with CI set they fail instead."""

import json
import os
import re

import pytest
from playwright.sync_api import Error, expect

from tests.browser.app import LIMIT, chromium, find_chromium, is_at, serve
from tests.browser.arrivals import ARRIVALS, from_a_training
from tests.browser.trainings import press, run_of
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
    with chromium(webgl=False) as browser:
        yield browser


class Pages:
    """Pages for one test after another. A page that was used before loads the app in a third of the time."""

    def __init__(self, browser, address):
        self._browser, self._health = browser, f"{address}/_stcore/health"
        self._free = {}

    def take(self, viewport=None, **options):
        """A page with nothing kept in it, of a browser of its own as long as it is in use."""
        free = self._free.setdefault(json.dumps(options, sort_keys=True), [])
        if free:
            page = free.pop()
        else:
            page = self._browser.new_context(**options).new_page()
            page.goto(self._health)  # lest Back leads out of the app
        page.set_viewport_size(viewport or WINDOW)
        return page, free

    def give_back(self, page, free):
        """Forget all that a visitor may leave behind."""
        try:
            page.unroute_all()
            page.goto(self._health)
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear() }")
            page.emulate_media(reduced_motion="no-preference")
            page.context.clear_cookies()
            page.context.clear_permissions()
        except Error:
            page.context.close()
        else:
            free.append(page)


@pytest.fixture(scope="session")
def pages(browser, address):
    return Pages(browser, address)


@pytest.fixture
def open_page(pages, address):
    """A page of the app as a new visitor has it; an error in it fails the test, and so does a request to others."""
    taken, tabs, errors, abroad = [], [], [], []
    ours = (address, "data:", "blob:")

    def note_error(error):
        errors.append(error)

    def note_request(request):
        if not request.url.startswith(ours):
            abroad.append(request.url)

    def open_at(path="", beside=None, **options):
        """In a browser of its own, or in another tab beside a page."""
        if beside:
            page = beside.context.new_page()
            tabs.append(page)
        else:
            page, free = pages.take(**options)
            taken.append((page, free))
        page.set_default_timeout(LIMIT)
        page.on("pageerror", note_error)
        page.on("request", note_request)
        page.goto(f"{address}/{path}")
        page.locator("h1").wait_for()
        return page

    yield open_at
    for tab in tabs:
        tab.close()
    for page, free in taken:
        page.remove_listener("pageerror", note_error)
        page.remove_listener("request", note_request)
        pages.give_back(page, free)
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


@pytest.fixture
def begin(open_page, runs_folder):
    """Begin a training; it ends with the test, or it would take the processor from others for three minutes more."""
    begun = []

    def begin_at(path, **options):
        page = open_page(path, **options)
        press(page, "Train")
        is_at(page, re.compile(r"run=[\w-]{22}"))
        begun.append(run_of(page, runs_folder))
        return page

    yield begin_at
    for run in begun:
        run.command("stop")

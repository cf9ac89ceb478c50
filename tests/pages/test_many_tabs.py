"""Real servers and raw messages: what a page never offers, and what several tabs ask for at the same moment."""

import asyncio
import secrets
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.runs.atomic_files import JsonlTail
from core.runs.permissions import RunPermissions
from core.runs.run import Run
from tests.benchmarks.protocol import Visitor
from tests.browser.app import serve

TABS = 8


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """Two servers on one folder: their addresses, and the folder."""
    folder = tmp_path_factory.mktemp("runs")
    with serve(RUNS_DIR=str(folder)) as (one, _), serve(RUNS_DIR=str(folder)) as (other, _):
        yield (one, other), folder


def moved(run, folder):
    """A run among those of the servers, whose training service was never asked for its turn."""
    return Run(Path(shutil.move(run.path, folder / run.id)))


def do(asked):
    with ThreadPoolExecutor() as thread:  # in this one the browser tests may have left a loop that runs
        return thread.submit(lambda: asyncio.run(asked)).result()


def commands(run):
    return [line["command"] for line in JsonlTail(run.path / "commands.jsonl").read_new()]


def test_tabs_that_press_train_at_once_begin_one_run(servers):
    addresses, folder = servers
    me = secrets.token_urlsafe(16)

    async def press_at_once():
        tabs = [Visitor(addresses[number % 2], f"visitor={me}") for number in range(TABS)]
        for tab in tabs:
            await tab.open("train_network")
        await asyncio.gather(*(tab.press("Train") for tab in tabs))
        shown = [tab.query for tab in tabs]
        for tab in tabs:
            await tab.close()
        return shown

    shown = do(press_at_once())
    (run,) = Run.of_owner(me, folder)
    assert shown == [f"run={run.id}"] * TABS  # and all tabs turn to it


def test_a_message_for_a_button_that_a_watcher_never_got_does_nothing(servers, trained):
    addresses, folder = servers
    ana, ben = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    run = moved(trained(ana, state="paused"), folder)
    query = f"run={run.id}"

    async def forge():
        owner, watcher = Visitor(addresses[0], f"visitor={ana}"), Visitor(addresses[0], f"visitor={ben}")
        for tab in (owner, watcher):
            await tab.open("train_network")
            await tab.go_to("train_network", query)
        wanted = {name: owner.controls[name] for name in ("Resume", "One epoch", "New settings")}
        assert not {"Resume", "One epoch"} & set(watcher.controls)
        fragment = watcher.controls["New settings"][2]  # the ids are the same, the fragment is the session's own
        for name in ("Resume", "One epoch"):
            kind, element, _ = wanted[name]
            watcher.controls[name] = kind, element, fragment
            await watcher.press(name)
            watcher.controls[name] = kind, element, ""
            await watcher.press(name)
        forged = commands(run)
        await owner.press("Resume")
        for tab in (owner, watcher):
            await tab.close()
        return forged, wanted["New settings"][1].id == watcher.controls["New settings"][1].id

    forged, ids_are_known = do(forge())
    assert ids_are_known  # so that the messages named what the server gives its owner
    assert forged == []
    assert commands(run) == ["train"]  # the same message from who began it


def test_a_page_left_open_steers_no_longer_when_it_was_withdrawn(servers, trained):
    addresses, folder = servers
    ana, ben = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    run = moved(trained(ana, state="paused"), folder)
    token = RunPermissions(run, ana).hand_over()

    async def press_late():
        tab = Visitor(addresses[1], f"visitor={ben}")
        await tab.open("train_network")
        await tab.go_to("train_network", f"run={run.id}&steer={token}")
        assert tab.query == f"run={run.id}"
        assert "Resume" in tab.controls
        RunPermissions(run, ana).withdraw()
        await tab.press("Resume")
        await tab.close()

    do(press_late())
    assert commands(run) == []

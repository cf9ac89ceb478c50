"""A run in whose files a hand or a disk has put values of another kind: a sentence, and never Streamlit's error."""

import json
import shutil

import pytest
import streamlit as st

from core.worker.scheduler import Scheduler
from tests.core.worker.fakes import Processes
from tests.damage import WRONG, replace_each

FILES = [("config.json", 7), ("status.json", 1), ("scores.json", 1), ("events.jsonl", 67)]


def own(trained, mine, state):
    run = trained(mine, state=state)
    run.update_metadata(kept=True, sweep="abc", varied="seed")
    return run


def damaged_in_turn(run, file, every=1):
    """Replace each value of a file by each that is wrong, in turn; of all these, one in so many."""
    path = run.path / file
    whole = path.read_bytes()
    lines = whole.splitlines() if file == "events.jsonl" else [whole]
    for number, line in enumerate(lines):
        cases = [json.dumps(damaged).encode() for wrong in WRONG for damaged in replace_each(json.loads(line), wrong)]
        for damaged in cases[::every]:
            path.write_bytes(b"\n".join([*lines[:number], damaged, *lines[number + 1 :]]) + b"\n")
            yield
    path.write_bytes(whole)


@pytest.mark.parametrize(("file", "every"), FILES)
def test_pages_with_many_damaged_runs_open_and_the_service_goes_on(compare, trained, mine, runs_folder, file, every):
    """One folder with a run for each of the damages, seen where all are seen at once."""
    whole = own(trained, mine, "finished")
    for number, _ in enumerate(damaged_in_turn(whole, file, every)):
        shutil.copytree(whole.path, runs_folder / f"{number:03}{'x' * 19}")
    copies = sorted(run.name for run in runs_folder.glob("*x"))
    assert len(copies) >= 10
    at = compare(runs=copies[:8])
    for page in ("compare_runs", "draw_digit", "look_inside", "train_network"):
        at.switch_page(f"pages/{page}.py").run()
        assert not at.exception
    scheduler = Scheduler(runs_folder, Processes(places=100))
    scheduler.recover()
    scheduler.tick()
    assert scheduler._published
    scheduler.shutdown()


@pytest.mark.parametrize("state", ["finished", "queued"])
@pytest.mark.parametrize(("file", "every"), FILES)
def test_the_page_of_a_damaged_run_says_so_or_shows_it(compare, trained, mine, state, file, every):
    run = own(trained, mine, state)
    at = compare()
    at.switch_page("pages/train_network.py")
    said = 0
    for _ in damaged_in_turn(run, file, every):
        st.cache_resource.clear()  # as after a restart: what was read before is no help
        at.query_params["run"] = run.id
        at.run()
        assert not at.exception, (run.path / file).read_text()
        errors = [one.value for one in at.error]
        assert not errors or "cannot be read" in errors[0]
        said += bool(errors)
    assert said or file not in ("config.json", "status.json")

"""A run in whose files a hand or a disk has put values of another kind: a sentence, and never Streamlit's error."""

import io
import json
import shutil

import numpy as np
import pytest
import streamlit as st

from core.data.user_drawings import LabelledDrawing
from core.importers.drawings_file import to_npz
from core.paths import ASSETS
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
        at.switch_page(f"../../{page}.py").run()
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
    at.switch_page("../../train_network.py")
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


# What is damaged in an array, and how: each is a well-formed file, whose values are not what they should be.
SPOILT = {
    "text": lambda array: np.array("text"),
    "nothing": lambda array: np.zeros(0),
    "one number": lambda array: np.float32(3),
    "another shape": lambda array: np.zeros((3, 2), array.dtype),
    "one axis more": lambda array: array[None],
    "another type": lambda array: array.astype("U8"),
}


def with_spoilt_arrays(run, file):
    """A file of arrays as often as it has arrays and there are ways to spoil them; then without each; then cut off."""
    path = run.path / file
    whole = path.read_bytes()
    loaded = np.load(io.BytesIO(whole))
    arrays = dict(loaded) if file.endswith(".npz") else {"": loaded}
    for name, array in arrays.items():
        for spoil in (*SPOILT.values(), None):
            others = {other: kept for other, kept in arrays.items() if other != name}
            content = io.BytesIO()
            if name:
                np.savez(content, **others, **({name: spoil(array)} if spoil else {}))
            elif spoil:
                np.save(content, spoil(array))
            path.write_bytes(content.getvalue())
            yield name, spoil
    path.write_bytes(whole[: len(whole) // 2])
    yield "cut off", None
    path.write_bytes(whole)


@pytest.mark.parametrize(
    ("file", "page"),
    [
        ("live.npz", "train_network"),
        ("drawings.npz", "train_network"),
        ("test_answers.npy", "compare_runs"),
        ("hill.npz", "look_inside"),
    ],
)
def test_a_page_is_shown_whatever_is_in_a_file_of_arrays(compare, trained, mine, file, page):
    run = own(trained, mine, "finished")
    drawings = [LabelledDrawing(np.full((28, 28), 255, np.uint8), 3, {})]
    (run.path / "drawings.npz").write_bytes(to_npz(drawings))
    (run.path / "hill.npz").write_bytes((ASSETS / "models" / "article" / "hill.npz").read_bytes())
    at = compare()
    at.switch_page(f"../../{page}.py").run()
    count = 0
    for name, spoil in with_spoilt_arrays(run, file):
        st.cache_resource.clear()
        st.cache_data.clear()
        at.query_params["run"] = run.id
        if page == "look_inside":
            at.segmented_control(key="inside").set_value("The real hill").run()
            at.selectbox(key="training").set_value(run.id)
        at.run()
        assert not at.exception, (name, spoil)
        count += 1
    assert count >= 8

"""What the READMEs say is what the code does."""

import json
import re

import pytest

from core.paths import ROOT
from core.runs import environment, limits
from core.runs.events import EVENT_TYPES, is_valid_event

README = (ROOT / "README.md").read_text(encoding="utf-8")
OF_RUNS = (ROOT / "core/runs/README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(path for path in ROOT.glob("**/*.md") if ".venv" not in path.parts and "narrative" not in path.parts)


def rows_of(text, heading):
    """The cells of each row of the first table below a heading."""
    table = re.search(r"(?:^\|.*\n)+", text[text.index(heading) :], re.MULTILINE)[0]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]


def test_the_table_of_the_environment_has_each_variable_and_its_default():
    rows = {name: default for names, default, _ in rows_of(README, "### Set by environment") for name in [names]}
    names = [name for cell in rows for name in re.findall(r"`(\w+)`", cell)]
    known = {*environment.INTEGERS, *environment.DECIMAL, *environment.SWITCHES, environment.CLUSTER, "RUNS_DIR"}
    assert sorted(names) == sorted(known)
    assert rows["`TRAINING_QUEUE`"] == str(limits.MAX_QUEUED)
    assert rows["`TRAINING_MINUTES`"] == f"{limits.MAX_MINUTES:g}"
    assert rows["`SWEEP_MINUTES`"] == f"{limits.MAX_SWEEP_MINUTES:g}"
    kept = f"{limits.MAX_RUNS}, {limits.MAX_RUN_DAYS:g}, {limits.MAX_RUNS_BYTES // 1024**2}"
    assert rows["`RUNS_KEPT`, `RUNS_DAYS`, `RUNS_MB`"] == kept


def test_the_events_that_are_written_down_are_valid_and_of_every_kind():
    block = re.search(r"^Events.*?```\n(.*?)```", OF_RUNS, re.MULTILINE | re.DOTALL)[1]
    told = [line.split("}")[0] + "}" for line in block.splitlines() if line.startswith("{")]
    events = [json.loads(line.replace("[...]", "[1]").replace(":..", ":0.5")) for line in told]
    assert {event["type"] for event in events} == set(EVENT_TYPES)
    for event in events:
        assert is_valid_event(event), event
        kind = EVENT_TYPES[event["type"]]
        assert kind.__required_keys__ <= event.keys() <= kind.__required_keys__ | kind.__optional_keys__


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_a_document_names_is_there(path):
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:core|pages|tests|\.ci|\.github)/[\w./-]+)`", text)
    links = [link for link in re.findall(r"\]\(([\w./-]+)\)", text) if not link.startswith("http")]
    pictures = re.findall(r'(?:\(|src=")(\.github/screenshots/[\w.-]+)', text)
    assert not [name for name in [*named, *pictures] if not (ROOT / name.rstrip("/")).exists() and "my_" not in name]
    assert not [link for link in links if not (path.parent / link).exists()]

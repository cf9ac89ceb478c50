"""The words that were replaced do not come back: the page may sing, the identifier may not."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from core.paths import ROOT
from tests.test_architecture import SOURCES, name_of

RENAMED = [
    line.split("\t")
    for line in (ROOT / "tests/names.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]

# As whole names, anywhere: each had a standard term, or several meanings.
GONE = {
    *("Wish", "Wishes", "wishes", "Turn", "TURNS", "HillMaking", "Hill", "hill", "survey", "Workplace", "workplace"),
    *("ThisMachine", "AtWork", "Moment", "Moments", "moment", "moments", "evidence", "Evidence", "Edits", "Nudge"),
    *("Distortion", "Collected", "Preparation", "recognise", "Answer", "Verdict", "verdict", "Film", "Steering"),
    *("steering", "NotSteeringError", "write_whole", "whole_files", "written_out", "digit_alone", "microscope"),
    *("one_bad_run", "told_to_stop", "keep_small", "give_back", "MOST_EPOCHS", "told", "said"),
}


def definitions(tree):
    """The names that a module defines: "name", and "Class.member"."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}.{name}" for name in definitions(node))
        for target in node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]:
            if isinstance(target, ast.Name):
                yield target.id


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_name_that_was_replaced_is_defined_again(path):
    mine = {old for file, old, _ in RENAMED if file == path.relative_to(ROOT).as_posix()}
    assert not mine & set(definitions(ast.parse(path.read_text(encoding="utf-8"))))


def test_the_list_names_files_that_are_there():
    assert not {file for file, *_ in RENAMED if not (ROOT / file).exists()}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_none_of_the_replaced_words_is_an_identifier(path: Path):
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    assert not {token.string for token in tokens if token.type == tokenize.NAME} & GONE


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_limit_is_called_max_or_min(path: Path):
    constants = [name for name in definitions(ast.parse(path.read_text(encoding="utf-8"))) if name.isupper()]
    assert not [name for name in constants if re.match(r"_?(MOST|LEAST|LONGEST|FARTHEST|FEW|EVERY)(_|$)", name)]


@pytest.mark.parametrize("path", [path for path in SOURCES if "core" in path.parts], ids=name_of)
def test_a_command_is_no_wish_and_a_task_no_turn(path: Path):
    """In what is said of the code, too."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b([Ww]ish(es|ed)?|TURNS?|want a turn|turn at a task)\b", text)

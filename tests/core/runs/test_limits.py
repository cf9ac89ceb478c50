import os
import subprocess
import sys

import pytest

from core.paths import ROOT
from core.runs.limits import available_memory


def test_a_container_has_what_it_may_take_and_a_machine_what_it_has(tmp_path):
    machine = available_memory(container_limits=())
    small, none = tmp_path / "small", tmp_path / "none"
    small.write_text("1073741824\n")
    none.write_text("max\n")
    assert available_memory((str(small), str(tmp_path / "missing"))) == 1024**3
    assert available_memory((str(none),)) == machine
    if hasattr(os, "sysconf"):
        assert 256 * 1024**2 < machine < 2**50


def test_a_small_server_trains_one_run_at_a_time():
    for available, slots in ((1.4e9, "1"), (1.6e9, "2")):
        assert told_by("limits.SLOTS", available).stdout.strip() == slots


def test_an_empty_variable_sets_nothing_and_a_number_counts():
    assert told_by("limits.SLOTS, limits.MAX_QUEUED", TRAINING_QUEUE="").stdout == "2 200\n"
    assert told_by("limits.SLOTS, limits.MAX_MINUTES", TRAINING_SLOTS="3", TRAINING_MINUTES="inf").stdout == "3 inf\n"


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("TRAINING_QUEUE", "abc", "a whole number, 1 or more"),
        ("TRAINING_SLOTS", "0", "a whole number, 1 or more"),
        ("TRAINING_SLOTS", "1.5", "a whole number, 1 or more"),
        ("RUNS_DAYS", "nan", "a number, 0.1 or more"),
    ],
)
def test_what_is_no_number_that_makes_sense_is_said_by_name(name, value, kind):
    told = told_by("limits.SLOTS", **{name: value}).stderr
    assert told.splitlines()[-1] == f"ValueError: The environment sets {name} to '{value}'. It has to be {kind}."


@pytest.mark.parametrize(("value", "taken"), [("", "True"), ("on", "True"), (" off ", "False")])
def test_files_of_networks_are_taken_unless_switched_off(value, taken):
    assert told_by("limits.MODEL_FILES", MODEL_FILES=value).stdout.strip() == taken


def test_a_switch_that_is_neither_on_nor_off_is_said_by_name():
    told = told_by("limits.SLOTS", MODEL_FILES="no").stderr
    assert told.splitlines()[-1] == "ValueError: The environment sets MODEL_FILES to 'no'. It has to be on or off."


def told_by(what, available=4e9, **environment):
    """What a new process, in an environment, makes of a machine with so many bytes of memory."""
    program = (
        f"import os; os.sysconf = lambda name: {{'SC_PAGE_SIZE': 4096}}.get(name, {int(available) // 4096});"
        f"from core.runs import limits; print(*({what},))"
    )
    environment = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True)

"""What the environment sets is checked all at once; what makes no sense stops the start, in one sentence each."""

import importlib.util
import os
import subprocess
import sys

import pytest

from core.paths import ROOT
from core.runs.environment import problems
from core.runs.run import runs_folder
from tests.waiting import LIMIT

SENSELESS = {
    "TRAINING_SLOTS": "0",
    "TRAINING_QUEUE": "1e3",
    "TRAINING_MEMORY_MB": "abc",
    "TRAINING_MINUTES": "-1",
    "SWEEP_MINUTES": "nan",
    "RUNS_KEPT": "9" * 400,
    "RUNS_DAYS": "0",
    "RUNS_MB": "4,000",
    "MODEL_FILES": "no",
    "RAY_ADDRESS": "10.0.0.1",
}


@pytest.fixture
def clean(monkeypatch):
    for name in (*SENSELESS, "RUNS_DIR"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def start():
    spec = importlib.util.spec_from_file_location("start", ROOT / ".ci" / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_that_makes_no_sense_is_named_in_a_sentence_all_at_once(clean):
    assert problems() == []
    for name, value in SENSELESS.items():
        clean.setenv(name, value)
    found = problems()
    assert len(found) == len(SENSELESS)
    for name in SENSELESS:
        assert sum(f"sets {name} to" in sentence for sentence in found) == 1
    assert max(map(len, found)) < 250


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_sets_nothing(clean, value):
    for name in (*SENSELESS, "RUNS_DIR"):
        clean.setenv(name, value)
    assert problems() == []
    assert runs_folder() == ROOT / ".runs"


@pytest.mark.parametrize("address", ["head:6379", "10.0.0.1:6379", "[::1]:1"])
def test_an_address_of_a_cluster_is_heard(clean, address):
    clean.setenv("RAY_ADDRESS", address)
    assert problems() == []


@pytest.mark.parametrize("address", ["head", ":6379", "head:", "head:port", "head:0", "head:65536", "head:²"])
def test_what_is_no_address_of_a_cluster_is_said(clean, address):
    clean.setenv("RAY_ADDRESS", address)
    assert len(problems()) == 1


def test_the_script_of_the_app_ends_the_process_before_it_imports_a_page(tmp_path):
    """Before it serves anything: `streamlit run` imports this file first."""
    program = "import runpy; runpy.run_path('streamlit_app.py'); print('served')"
    environment = {**os.environ, "RUNS_DIR": str(tmp_path), "TRAINING_SLOTS": "0", "RUNS_KEPT": "1e3"}
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode == 2
    assert "served" not in ended.stdout
    assert [line.split("'")[0] for line in ended.stderr.splitlines()] == [
        "The app does not start.",
        "The environment sets TRAINING_SLOTS to ",
        "The environment sets RUNS_KEPT to ",
    ]


def test_streamlit_run_serves_nothing_then():
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "streamlit_app.py",
        "--server.headless=true",
        "--server.port=0",
    ]
    environment = {**os.environ, "TRAINING_SLOTS": "0"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT)
    assert ended.returncode == 2
    assert "TRAINING_SLOTS" in ended.stderr


def test_the_start_of_the_app_is_refused_before_anything_is_set_up(start, clean, monkeypatch, capsys):
    monkeypatch.setattr(start, "set_up", lambda _: pytest.fail("It was set up."))
    monkeypatch.setattr(sys, "argv", ["start.py", "app"])
    clean.setenv("TRAINING_SLOTS", "0")
    clean.setenv("RUNS_DAYS", "soon")
    assert start.main() == 2
    assert len(capsys.readouterr().err.splitlines()) == 3


@pytest.mark.parametrize(
    ("words", "listens"),
    [
        ([], ["--server.address=localhost"]),
        (["--server.port=1"], ["--server.address=localhost", "--server.port=1"]),
        (["--server.address=192.168.1.5"], ["--server.address=192.168.1.5"]),
        (["--server.address", "192.168.1.5"], ["--server.address", "192.168.1.5"]),
    ],
)
def test_the_app_listens_on_this_machine_alone_unless_one_says_otherwise(start, clean, monkeypatch, words, listens):
    called = []
    monkeypatch.setattr(start, "set_up", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["start.py", "app", *words])
    monkeypatch.delenv("STREAMLIT_SERVER_ADDRESS", raising=False)
    done = subprocess.CompletedProcess([], 0)
    monkeypatch.setattr(start.subprocess, "run", lambda command: called.append(command) or done)
    assert start.main() == 0
    assert called[0][2:] == ["streamlit", "run", "streamlit_app.py", *listens]

"""The service's process as the app holds it: begun, begun again, and ended. In its place a program that only waits."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from core.paths import ROOT
from core.runs import service_client
from core.runs.leadership import take_lock
from core.runs.service_client import (
    EXIT_ALREADY_LED,
    FAILING,
    MAX_LOG_BYTES,
    READY,
    SILENT,
    STARTING,
    Queue,
    ServiceState,
    TrainingService,
    expected_wait,
    read_queue,
    reason_in_words,
)
from tests.waiting import LIMIT, eventually

WAITS = "import sys; print('ready', flush=True); sys.stdin.read()"


@pytest.fixture
def popen(monkeypatch):
    """What is called to begin a process; a test may put something before it."""
    real = subprocess.Popen

    def begin(_, **more):
        begin.before()
        begin.count += 1
        return real([sys.executable, "-c", begin.program], **more)

    begin.before, begin.program, begin.count = lambda: None, WAITS, 0
    monkeypatch.setattr("core.runs.service_client.subprocess.Popen", begin)
    return begin


def test_one_that_is_ended_while_its_process_is_being_begun_ends(popen, tmp_path):
    begun, go_on = threading.Event(), threading.Event()

    def wait():
        begun.set()
        go_on.wait(LIMIT)

    popen.before = wait
    service = TrainingService(tmp_path)
    begun.wait(LIMIT)
    ending = threading.Thread(target=service.shutdown, daemon=True)
    ending.start()
    ending.join(0.1)  # it comes as far as it can
    go_on.set()
    ending.join(LIMIT)
    assert not ending.is_alive()
    assert service.pid is None


def test_what_the_system_refuses_once_is_tried_again(popen, tmp_path, caplog):
    def refuse():
        popen.before = lambda: None
        raise OSError(12, "Cannot allocate memory")

    popen.before = refuse
    service = TrainingService(tmp_path)
    assert service.ready.wait(LIMIT)
    service.shutdown()
    assert "was not started ([Errno 12] Cannot allocate memory)" in caplog.text


def test_a_folder_that_cannot_be_written_is_tried_again(popen, tmp_path):
    folder = tmp_path / "runs"
    folder.write_text("a file where the folder should be")
    service = TrainingService(folder)
    folder.unlink()
    assert service.ready.wait(LIMIT)
    service.shutdown()


@pytest.mark.parametrize(("length", "left"), [(100, 100), (MAX_LOG_BYTES + 1, 0)])
def test_a_log_that_has_grown_long_is_begun_anew(popen, tmp_path, length, left):
    log = tmp_path / "service.log"
    log.write_bytes(b"x" * length)
    service = TrainingService(tmp_path)
    assert service.ready.wait(LIMIT)
    service.shutdown()
    assert log.stat().st_size == left


@pytest.mark.parametrize("system", [sys.platform, "win32"])
def test_a_service_sees_that_its_app_is_gone(system):
    program = f"""
import sys
from core.worker.service import closing_of_input
sys.platform = {system!r}
closed = closing_of_input()
print(closed(), flush=True)
while not closed():
    pass
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as waits:
        assert waits.stdout.readline() == b"False\n"
        waits.stdin.close()
        assert waits.wait(LIMIT) == 0


def test_the_expected_wait_is_worked_out_by_hand():
    assert expected_wait([], [], 2) == 0  # a place is free
    assert expected_wait([10], [], 2) == 0
    assert expected_wait([10, 30], [], 2) == 10
    assert expected_wait([10, 30], [5], 2) == 15  # that one from 10 to 15
    assert expected_wait([10, 30], [50, 5], 2) == 35  # from 10 to 60, and from 30 to 35
    assert expected_wait([10], [20, 5], 1) == 35


@pytest.mark.parametrize("content", ["", "[]", "{}", "3", '{"running": 1, "waiting": []}', '{"running": []}'])
def test_a_queue_that_was_not_told_is_empty(tmp_path, content):
    assert read_queue(tmp_path) == Queue()
    (tmp_path / "service.json").write_text(content)
    assert read_queue(tmp_path) == Queue()


PLACE = "/srv/secret/place"
ENDINGS = {
    f"raise ImportError('No module named keras in {PLACE}')": "ImportError: No module named keras in ...",
    "raise MemoryError": "This server has not enough memory for it.",
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)": "This server has not enough memory for it.",
    f"raise OSError(28, 'No space left on device', '{PLACE}/x')": "The disk of this server is full.",
    f"open('{PLACE}/x', 'w') if 0 else exec('raise PermissionError(13, \"Permission denied\", \"{PLACE}\")')": (
        "The folder for runs on this server cannot be written."
    ),
}


@pytest.mark.parametrize("program", ENDINGS)
def test_a_service_that_ends_twice_before_it_is_ready_is_said_to_fail_and_why(popen, tmp_path, caplog, program):
    popen.program = program
    service = TrainingService(tmp_path)
    assert service.state() == ServiceState(STARTING)
    eventually(lambda: service.state().kind == FAILING)
    service.shutdown()
    reason = service.state().reason
    assert ENDINGS[program] in reason
    assert PLACE not in reason
    told = caplog.text
    assert told.count("ended 2 times in a row") == 1
    assert str(tmp_path / "service.log") in told


def test_a_service_that_comes_after_all_is_said_to_be_at_work(popen, tmp_path, caplog):
    popen.program = "raise MemoryError"
    service = TrainingService(tmp_path)
    eventually(lambda: service.state().kind == FAILING)
    popen.program = WAITS
    eventually(lambda: service.state().kind == READY)
    eventually(lambda: "is at work again" in caplog.text)
    service.shutdown()


def test_a_program_that_cannot_be_begun_is_said_to_fail(popen, tmp_path):
    def refuse():
        raise OSError(12, "Cannot allocate memory")

    popen.before = refuse
    service = TrainingService(tmp_path)
    eventually(lambda: service.state() == ServiceState(FAILING, "This server has not enough memory for it."))
    service.shutdown()


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ("It ended with code 1. OSError: C:\\runs\\x is bad", "It ended with code 1. OSError: ... is bad"),
        ("It ended with code 1. FileNotFoundError: '/home/a b/c'", "It ended with code 1. FileNotFoundError: ..."),
        ("It ended with code 1. see \x1b[31m`ls`\n", "It ended with code 1. see [31mls"),
        ("x" * 5000, "x" * 200),
    ],
)
def test_a_stranger_reads_no_path_and_no_control_letters(failure, words):
    assert reason_in_words(failure) == words


def test_one_that_finds_another_leading_fails_nothing_and_waits_for_its_end(popen, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(service_client, "STANDBY_POLL_SECONDS", 0.01)
    lock = take_lock(tmp_path)
    (tmp_path / "service.json").write_text('{"running": [], "waiting": [], "ready": true}')
    service = TrainingService(tmp_path)
    eventually(lambda: service.state().kind == READY)
    assert popen.count == 0
    lock.release()
    eventually(lambda: service.ready.is_set())
    service.shutdown()
    assert not caplog.text


def test_one_that_came_second_by_a_moment_fails_nothing(popen, tmp_path, caplog):
    popen.program = f"raise SystemExit({EXIT_ALREADY_LED})"
    service = TrainingService(tmp_path)
    eventually(lambda: popen.count > 3)
    service.shutdown()
    assert service.state() == ServiceState(STARTING)
    assert not caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_service_that_hangs_is_said_not_to_answer_then_ended_and_begun_again(popen, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(service_client, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(service_client, "UNRESPONSIVE_SECONDS", 0.1)
    monkeypatch.setattr(service_client, "MAX_SILENCE_SECONDS", 1e9)
    popen.program = f"""
import sys, threading, time
from pathlib import Path
print("ready", flush=True)
threading.Thread(target=lambda: sys.exit(sys.stdin.read())).start()
while threading.active_count() > 1:
    Path({str(tmp_path / "service.heartbeat")!r}).touch()
    time.sleep(0.01)
"""
    service = TrainingService(tmp_path)
    eventually(lambda: service.state().kind == READY)
    old = service.pid
    os.kill(old, signal.SIGSTOP)
    eventually(lambda: service.state().kind == SILENT)
    monkeypatch.setattr(service_client, "MAX_SILENCE_SECONDS", 0.2)
    eventually(lambda: service.pid not in (None, old))
    monkeypatch.setattr(service_client, "MAX_SILENCE_SECONDS", 1e9)
    eventually(lambda: service.ready.is_set())
    service.shutdown()
    assert "gave no sign of life and was ended by force" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_one_that_hangs_is_ended_with_the_app(popen, tmp_path, monkeypatch):
    monkeypatch.setattr(service_client, "SHUTDOWN_SECONDS", 0.05)
    service = TrainingService(tmp_path)
    assert service.ready.wait(LIMIT)
    os.kill(service.pid, signal.SIGSTOP)
    service.shutdown()
    assert service.pid is None

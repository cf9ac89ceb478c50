"""The service's process as the app holds it: begun, begun again, and ended. In its place a program that only waits."""

import subprocess
import sys
import threading

import pytest

from core.bundle import ROOT
from core.training.client import LONGEST_LOG, Queue, TrainingService, expected_wait, read_queue
from tests.waiting import LIMIT

WAITS = "import sys; print('ready', flush=True); sys.stdin.read()"


@pytest.fixture
def popen(monkeypatch):
    """What is called to begin a process; a test may put something before it."""
    real = subprocess.Popen

    def begin(_, **more):
        begin.before()
        return real([sys.executable, "-c", WAITS], **more)

    begin.before = lambda: None
    monkeypatch.setattr("core.training.client.subprocess.Popen", begin)
    return begin


def test_one_that_is_ended_while_its_process_is_being_begun_ends(popen, tmp_path):
    begun, go_on = threading.Event(), threading.Event()

    def wait():
        begun.set()
        go_on.wait(LIMIT)

    popen.before = wait
    service = TrainingService(tmp_path)
    begun.wait(LIMIT)
    ending = threading.Thread(target=service.end, daemon=True)
    ending.start()
    ending.join(0.1)  # it comes as far as it can
    go_on.set()
    ending.join(LIMIT)
    assert not ending.is_alive()
    assert service.pid is None


def test_what_the_system_refuses_once_is_tried_again(popen, tmp_path, capsys):
    def refuse():
        popen.before = lambda: None
        raise OSError(12, "Cannot allocate memory")

    popen.before = refuse
    service = TrainingService(tmp_path)
    assert service.ready.wait(LIMIT)
    service.end()
    assert "was not started ([Errno 12] Cannot allocate memory)" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_tried_again(popen, tmp_path):
    folder = tmp_path / "runs"
    folder.write_text("a file where the folder should be")
    service = TrainingService(folder)
    folder.unlink()
    assert service.ready.wait(LIMIT)
    service.end()


@pytest.mark.parametrize(("length", "left"), [(100, 100), (LONGEST_LOG + 1, 0)])
def test_a_log_that_has_grown_long_is_begun_anew(popen, tmp_path, length, left):
    log = tmp_path / "service.log"
    log.write_bytes(b"x" * length)
    service = TrainingService(tmp_path)
    assert service.ready.wait(LIMIT)
    service.end()
    assert log.stat().st_size == left


@pytest.mark.parametrize("system", [sys.platform, "win32"])
def test_a_service_sees_that_its_app_is_gone(system):
    program = f"""
import sys
from core.training.service import closing_of_input
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

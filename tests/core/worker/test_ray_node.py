"""A machine's side of a cluster: what it is given, and what it tells. What would train is the test itself."""

import json
import sys
from dataclasses import replace

import pytest

from core.runs.atomic_files import write_atomic
from core.runs.config import TrainingConfig
from core.runs.run import INBOX, LANDSCAPE, QUEUE_FILE, TRAIN, Run
from core.runs.service_client import ONE_THREAD
from core.runs.states import RunStatus
from core.worker import ray_node as nodes
from core.worker.ray_node import RayNode, task_files

NAME = "A" * 22
SAID = {"commands.jsonl": b"", "lease": b""}


class ServiceThatTrainsNothing:
    def __init__(self, folder, **environment):
        (folder / INBOX).mkdir()
        self.environment = environment

    def end(self):
        pass


@pytest.fixture
def node(tmp_path, monkeypatch):
    monkeypatch.setattr(nodes, "TrainingService", ServiceThatTrainsNothing)
    monkeypatch.setattr(nodes.tempfile, "gettempdir", lambda: str(tmp_path / "there"))
    node = RayNode("machine", ONE_THREAD)
    tell(node, running=[NAME])
    return node


@pytest.fixture
def run(tmp_path):
    """On the web server; it was trained for a while."""
    run = Run.create(TrainingConfig(hidden_layers=(6,)), "mine", "anna", tmp_path / "here")
    write_atomic(run.path / "state.npz", b"state 0")
    write_atomic(run.path / "checkpoints" / "000000000-s.safetensors", b"network 0")
    return run


def tell(node, running=(), waiting=()):
    """What the machine's training service says of its queue."""
    (node.folder / QUEUE_FILE).write_text(json.dumps({"running": list(running), "waiting": list(waiting)}))


@pytest.fixture
def copy(node, run):
    """The copy of the run there, what is known of it here, and a way to ask."""
    known = node.start_task(NAME, TRAIN, task_files(run))
    copy = Run(node.folder / NAME)
    (node.folder / INBOX / NAME).unlink()  # its service has seen it
    copy.known, copy.after = known, 0

    def ask(given=SAID, task=TRAIN):
        return node.sync(NAME, task, given, copy.known, copy.after)

    copy.ask = ask
    return copy


def test_a_copy_waits_for_its_turn_and_belongs_to_nobody_else(node, run):
    known = node.start_task(NAME, TRAIN, task_files(run))
    copy = Run(node.folder / NAME)
    assert (node.folder / INBOX / NAME).exists()
    assert copy.metadata() == replace(run.metadata(), owner=NAME)
    assert copy.status() == RunStatus("queued")
    assert (copy.path / "state.npz").read_bytes() == b"state 0"
    assert set(known) == {"state.npz", "checkpoints/000000000-s.safetensors"}


def test_what_was_begun_is_not_begun_again_when_the_answer_was_lost(node, run, copy):
    copy.set_status("running")
    assert node.start_task(NAME, TRAIN, task_files(run)) == {}
    assert copy.status() == RunStatus("running")


def test_only_what_is_new_is_told_and_told_again_as_long_as_it_is_not_known(copy):
    assert copy.ask() == (b"", {}, [], None)
    write_atomic(copy.path / "state.npz", b"state 1")
    copy.set_status("running", pid=1)
    news = copy.ask()
    assert {name: content for name, (_, content) in news.files.items()} == {
        "state.npz": b"state 1",
        "status.json": b'{"state": "running", "pid": 1}',
    }
    assert list(news.files)[-1] == "status.json"
    assert copy.ask() == news
    copy.known |= {name: version for name, (version, _) in news.files.items()}
    copy.after = len(news.events)
    assert copy.ask() == (b"", {}, [], None)


def test_a_half_written_event_waits(copy):
    with (copy.path / "events.jsonl").open("ab") as file:
        file.write(b'{"type":"epoch"}\n{"type":')
    news = copy.ask()
    assert news.events == b'{"type":"epoch"}\n'
    copy.after = len(news.events)
    assert copy.ask().events == b""


def test_a_checkpoint_that_made_room_is_gone_here_too(copy):
    (copy.path / "checkpoints" / "000000000-s.safetensors").unlink()
    assert copy.ask().gone == ["checkpoints/000000000-s.safetensors"]


def test_what_is_being_written_is_not_told(copy):
    (copy.path / ".model.safetensors.1234.new").write_bytes(b"half")
    assert copy.ask().files == {}


def test_what_pages_say_is_heard_there(copy):
    word = b'{"command": "pause", "value": null}\n'
    copy.ask({"commands.jsonl": word, "lease": b"watched"})
    assert (copy.path / "commands.jsonl").read_bytes() == word
    assert (copy.path / "lease").read_bytes() == b"watched"


def test_it_is_over_when_it_has_said_how_it_ended_and_its_process_is_gone(node, copy):
    copy.set_status("finished")
    assert copy.ask().code is None  # the process may still write
    tell(node)
    news = copy.ask()
    assert news.code == 0
    assert b"finished" in news.files["status.json"][1]


def test_one_that_waits_to_be_seen_is_not_over(node, copy):
    tell(node)
    assert copy.ask().code is None  # between the inbox and the queue


def test_a_death_is_for_the_web_server_to_judge(node, copy):
    copy.set_status("interrupted", reason="Its process ended")
    tell(node)
    news = copy.ask()
    assert news.code == 1
    assert "status.json" not in news.files


def test_a_hill_is_over_when_the_queue_has_let_go_and_the_runs_state_is_left_alone(node, copy):
    copy.set_status("paused")
    landscape = copy.task_id(LANDSCAPE)
    (node.folder / INBOX / landscape).touch()
    tell(node)
    assert copy.ask(task=LANDSCAPE).code is None
    tell(node, running=[landscape])
    (node.folder / INBOX / landscape).unlink()
    assert copy.ask(task=LANDSCAPE).code is None
    tell(node)
    write_atomic(copy.path / "hill.npz", b"hill")
    news = copy.ask(task=LANDSCAPE)
    assert news.code == 0
    assert list(news.files) == ["hill.npz"]


def test_a_run_is_dropped_whether_or_not_it_is_there(node, copy):
    node.discard(NAME)
    node.discard(NAME)
    assert not list(node.folder.glob("*A*"))


def test_a_machine_that_begins_anew_has_forgotten_what_a_killed_one_left(node, copy):
    assert not (RayNode("machine", ONE_THREAD).folder / NAME).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_what_learners_drew_is_for_no_other_user_of_the_machine(node):
    assert node.folder.stat().st_mode & 0o077 == 0

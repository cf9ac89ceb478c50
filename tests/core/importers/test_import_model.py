"""The page's side of reading a file: it trusts neither the file nor the process that read it."""

import json
import secrets
import subprocess
import sys
import threading

import numpy as np
import pytest

from core.data.mnist import load_test_set
from core.importers import sandbox
from core.importers.errors import ModelFileError
from core.importers.import_model import import_file
from core.nn.prediction import predict
from core.nn.weights_file import network_from_safetensors, network_to_safetensors
from core.paths import ROOT
from core.pretrained.registry import load_model
from core.runs import limits
from core.runs.run import Run
from tests.hostile.good_files import keras_file, run_file, safetensors_file

ONE_SENTENCE = r"^[A-Z][^\n]+\.$"


def test_a_network_is_judged_on_the_test_digits(bundled_model):
    imported = import_file(network_to_safetensors(bundled_model.network))
    assert imported.accuracy == pytest.approx(bundled_model.test_accuracy, abs=1e-4)
    assert imported.state == "imported"
    assert imported.config is None


def test_it_becomes_a_run_with_its_network_its_scores_and_its_answers(tmp_path):
    run = import_file(keras_file()).as_run("a file", "me", tmp_path)
    assert run.status().state == "imported"
    assert Run.of_owner("me", tmp_path)[0].id == run.id
    network = network_from_safetensors((run.path / "model.safetensors").read_bytes())
    test = load_test_set()
    outputs = predict(network, test.images)
    np.testing.assert_allclose(np.load(run.path / "test_answers.npy"), outputs, atol=1e-3)
    assert run.scores()["accuracy"] == (outputs.argmax(axis=1) == test.labels).mean()
    assert not list((tmp_path / "inbox").iterdir())  # nothing waits to be trained
    with pytest.raises(ValueError, match="no settings"):
        run.config()


def test_a_run_comes_back_as_it_was(tmp_path):
    imported = import_file(run_file())
    run = imported.as_run(imported.title, "me", tmp_path)
    assert run.metadata().title == "a run"
    assert run.status().state == "finished"
    assert run.config().hidden_layers == (8,)
    assert run.scores()["step"] == 10
    assert len(list((run.path / "checkpoints").iterdir())) == 3


FOUND = {
    "pixels": "0 to 1",
    "activation": "",
    "turned": False,
    "unprepared": None,
    "tried": 10_000,
    "softmax_added": False,
}


def told(content=b"", loss=1.0, found=FOUND, **values):
    """A process that answers with this, whatever it is given."""
    text = json.dumps({"loss": loss, "found": found, **values}).encode()
    return f"sys.stdout.buffer.write({len(text).to_bytes(8, 'little') + text + content!r})"


GOOD = safetensors_file()
ANSWERS = bytes(10_000 * 10 * 2)
SIZES = {"model.safetensors": len(GOOD), "test_answers.npy": len(ANSWERS)}
BROKEN = {
    "crashes": "os.kill(os.getpid(), signal.SIGSEGV)",
    "raises": "raise SystemExit(1)",
    "says nothing": "",
    "says what is no answer": "print('x' * 100_000)",
    "never ends its answer": "[sys.stdout.buffer.write(bytes(2**20)) for _ in range(10_000)]",
    "promises more than it gives": told(files={**SIZES, "test_answers.npy": 2**40}, accuracy=0.5, content=GOOD),
    "gives other files": told(files={"../../evil": 4}, accuracy=0.5, content=b"evil"),
    "gives a history to a model file": told(files={**SIZES, "events.jsonl": 0}, accuracy=0.5, content=GOOD + ANSWERS),
    "gives a negative size": told(files={**SIZES, "test_answers.npy": -1}, accuracy=0.5, content=GOOD),
    "gives weights that are none": told(
        files={**SIZES, "model.safetensors": 9}, accuracy=0.5, content=b"x" * 9 + ANSWERS
    ),
    "gives an accuracy of 2": told(files=SIZES, accuracy=2, content=GOOD + ANSWERS),
    "gives no accuracy": told(files=SIZES, content=GOOD + ANSWERS),
    "gives answers that are no numbers": told(files=SIZES, accuracy=0.5, content=GOOD + b"\xff" * len(ANSWERS)),
    "has found out nothing": told(files=SIZES, accuracy=0.5, content=GOOD + ANSWERS, found=None),
    "has found other pixels": told(files=SIZES, accuracy=0.5, content=GOOD + ANSWERS, found=FOUND | {"pixels": "evil"}),
    "has found a page": told(files=SIZES, accuracy=0.5, content=GOOD + ANSWERS, found=FOUND | {"activation": "<b>"}),
    "has found more": told(files=SIZES, accuracy=0.5, content=GOOD + ANSWERS, found=FOUND | {"unprepared": 0.5}),
    "has tried 1e9 digits": told(files=SIZES, accuracy=0.5, content=GOOD + ANSWERS, found=FOUND | {"tried": 10**9}),
    "gives files in a list": told(files=["model.safetensors"], accuracy=0.5),
    "refuses with a page": told(files={}, refused="<script>alert(1)</script>"),
    "refuses with a traceback": told(files={}, refused='Traceback:\n File "/srv/app.py"'),
    "refuses with a number": told(files={}, refused=7),
}


@pytest.fixture
def process(monkeypatch, tmp_path):
    """Let another program stand for the process that reads files."""

    def stand_in(code):
        program = tmp_path / "stand_in.py"
        program.write_text(f"import os, signal, sys, time\nsys.stdin.buffer.read()\n{code}\n")
        monkeypatch.setattr(sandbox, "COMMAND", (sys.executable, str(program)))

    return stand_in


@pytest.mark.parametrize("how", BROKEN)
def test_whatever_becomes_of_the_process_the_visitor_reads_one_sentence(process, how):
    process(BROKEN[how])
    with pytest.raises(ModelFileError, match=ONE_SENTENCE) as error:
        import_file(GOOD)
    assert "/srv" not in str(error.value)
    assert "<" not in str(error.value)


def test_a_server_that_takes_no_files_begins_no_process(process, monkeypatch):
    process(told(files=SIZES, accuracy=0.5, content=GOOD + ANSWERS))
    monkeypatch.setattr(limits, "MODEL_FILES", False)
    with pytest.raises(ModelFileError, match="takes no networks from files"):
        import_file(GOOD)


def test_a_good_answer_of_a_stand_in_is_taken(process):
    """So that the tests above fail for what they name, not because nothing would be taken."""
    process(told(files=SIZES, accuracy=0.5, content=GOOD + ANSWERS))
    assert import_file(GOOD).accuracy == 0.5


def test_a_process_that_hangs_is_ended(process, monkeypatch):
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.5)
    process("signal.pause()" if hasattr(__import__("signal"), "pause") else "time.sleep(1000)")
    with pytest.raises(ModelFileError, match=ONE_SENTENCE):
        import_file(GOOD)


def test_a_process_that_does_not_take_the_file_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "COMMAND", (sys.executable, "-c", "import sys; sys.stdin.close()"))
    with pytest.raises(ModelFileError, match=ONE_SENTENCE):
        import_file(GOOD + bytes(1))


def test_two_are_read_at_a_time_and_a_third_is_told_to_try_again(process, monkeypatch):
    monkeypatch.setattr(sandbox, "MAX_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(sandbox, "_turns", threading.BoundedSemaphore(sandbox.MAX_CONCURRENT))
    process(told(files=SIZES, accuracy=0.5, content=GOOD + ANSWERS))
    for _ in range(sandbox.MAX_CONCURRENT):
        assert sandbox._turns.acquire()
    with pytest.raises(ModelFileError, match="try again"):
        import_file(GOOD)
    sandbox._turns.release()
    assert import_file(GOOD).accuracy == 0.5
    process("raise SystemExit(1)")
    for _ in range(3):
        with pytest.raises(ModelFileError, match="could not be read"):
            import_file(GOOD)  # a place is free again after each


def test_the_process_knows_nothing_of_the_server(process, monkeypatch):
    secret = secrets.token_hex(8)
    monkeypatch.setenv("A_SECRET", secret)
    process("sys.exit(any('SECRET' in name for name in os.environ)) if len(os.environ) < 10 else sys.exit(2)")
    with pytest.raises(ModelFileError):
        import_file(GOOD)
    process("os.environ.get('A_SECRET') or " + told(files=SIZES, accuracy=0.5, content=GOOD + ANSWERS))
    assert import_file(GOOD).accuracy == 0.5


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limits")
@pytest.mark.parametrize(
    "deed",
    [
        "bytearray(300 * 2**20)",
        "open('evil', 'wb', 0).write(b'x')",
        "exec('while True: pass')",
        "[open(os.devnull) for _ in range(100)]",
    ],
    ids=["memory", "a file", "time", "open files"],
)
def test_the_process_may_do_little(process, monkeypatch, tmp_path, deed):
    monkeypatch.setattr(sandbox, "ROOT", tmp_path)
    good = told(files=SIZES, accuracy=0.5, content=GOOD + ANSWERS)
    ready = f"sys.path.insert(0, {str(sandbox.__file__.split('/core/')[0])!r}); "
    ready += "from core.importers import sandbox_worker; sandbox_worker.CPU_SECONDS = 2; sandbox_worker.set_limits()"
    process(f"{ready}; {good}")
    assert import_file(GOOD).accuracy == 0.5
    process(f"{ready}; {deed}; {good}")
    with pytest.raises(ModelFileError, match="could not be read"):
        import_file(GOOD)
    assert not (tmp_path / "evil").exists() or not (tmp_path / "evil").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limits")
@pytest.mark.parametrize("deed", ["open('README.md')", "socket.socket()", "os.pipe()", "os.fork()"])
def test_from_a_file_s_first_byte_on_nothing_can_be_opened_or_begun(deed):
    program = f"""
import os, resource, socket
from core.importers import sandbox_worker
sandbox_worker.set_limits()
sandbox_worker.give_up_rights()
for attempt in ("first", "after asking for more"):
    try:
        {deed}
        print("done")
    except OSError:
        print("refused")
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        resource.setrlimit(resource.RLIMIT_NPROC, (64, 64))
    except ValueError:
        pass
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused", "refused"]


def test_a_stranger_s_file_meets_a_process_that_has_given_up_its_rights():
    """And has all that it needs by then: modules, encodings, the open file of the test digits."""
    program = (
        "from core.importers import readers, sandbox_worker\n"
        "from tests.hostile.good_files import GOOD\n"
        "files = [make() for make in GOOD.values()]\n"
        "given_up = sandbox_worker.give_up_rights\n"
        "sandbox_worker.give_up_rights = lambda: (given_up(), print('given up'))\n"
        "read_network = readers.read_network\n"
        "readers.read_network = lambda content: (print('read'), read_network(content))[1]\n"
        "sandbox_worker.set_limits()\n"
        "sandbox_worker.read(files[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["given up", "read", ""]


def test_the_article_s_network_comes_home(tmp_path):
    model = load_model("article")
    imported = import_file(network_to_safetensors(model.network))
    assert all(
        np.array_equal(mine.weights, theirs.weights)
        for mine, theirs in zip(imported.network.layers, model.network.layers, strict=True)
    )

"""How a task's end is told: by its exit code, even where its log can no longer be written."""

import contextlib
import errno
import os
import sys
from pathlib import Path

import pytest

from core.runs.config import TrainingConfig
from core.runs.run import TRAIN, Run
from core.runs.states import RunStatus
from core.worker import local_executor
from core.worker.scheduler import Scheduler
from tests.core.worker.fakes import Processes

SMALL = TrainingConfig(hidden_layers=(16,), training_images=1000, epochs=2)
WORDS = {
    errno.ENOSPC: "The disk of this server is full",
    errno.EDQUOT: "The disk of this server is full",
    errno.EROFS: "Its folder on this server cannot be written",
    errno.EACCES: "Its folder on this server cannot be written",
    errno.ENOTDIR: "Its folder on this server cannot be written",
    errno.EIO: "One of its files could not be read or written",
    errno.ENOMEM: "There was not enough memory for it",
}


def code_of_a_training_that_raises(error, run, monkeypatch):
    def train(*_):
        raise error

    monkeypatch.setattr(local_executor, "_train", train)
    return local_executor.run_task(run, TRAIN)


@pytest.mark.parametrize("number", WORDS, ids=errno.errorcode.get)
def test_what_the_system_refused_is_told_by_its_name(tmp_path, monkeypatch, number):
    scheduler = Scheduler(tmp_path, Processes())
    run = Run.create(SMALL, "", "me", tmp_path)
    scheduler.tick()
    code = code_of_a_training_that_raises(OSError(number, os.strerror(number)), run, monkeypatch)
    scheduler.executor.finish(1, code)
    scheduler.tick()
    assert run.status() == RunStatus("failed", reason=WORDS[number])


@pytest.mark.skipif(sys.platform != "linux", reason="a device that is always full")
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), MemoryError()])
def test_the_reason_survives_a_log_on_the_full_disk(tmp_path, monkeypatch, error):
    run = Run.create(SMALL, "", "me", tmp_path)
    expected = code_of_a_training_that_raises(error, run, monkeypatch)
    log = Path("/dev/full").open("w", buffering=1)  # noqa: SIM115  closing it fails, too
    monkeypatch.setattr(sys, "stderr", log)
    code = code_of_a_training_that_raises(error, run, monkeypatch)
    monkeypatch.undo()
    with contextlib.suppress(OSError):  # it still holds what it could not write
        log.close()
    assert code == expected != 1

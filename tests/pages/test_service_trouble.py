"""What a learner reads where the training service starts, cannot start or does not answer."""

import errno

import pytest

from core.runs.run import Run
from core.runs.service_client import FAILING, READY, SILENT, STARTING, ServiceState
from pages.ui.shell.training_service import training_service
from pages.ui.shell.visitor import owner_id

FAILS = ServiceState(FAILING, "This server has not enough memory for it.")


def warnings(at):
    return [one.value for one in at.warning]


def told_in_the_queue(at):
    return at.get("progress")[0].proto.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ServiceState(STARTING), "is starting"),
        (ServiceState(SILENT), "does not answer"),
        (FAILS, "cannot start, so your run waits; it is tried again and again. This server has not enough memory"),
        (ServiceState(READY), "It begins."),
    ],
)
def test_who_waits_reads_how_it_stands_with_the_service(train, trained, state, words):
    run = trained(owner_id(), state="queued")
    at = train()
    training_service().told = state
    at.query_params["run"] = run.id
    at.run()
    assert not at.exception
    assert words in told_in_the_queue(at)


@pytest.mark.parametrize(
    ("state", "words"),
    [(ServiceState(STARTING), None), (ServiceState(READY), None), (FAILS, "memory"), (ServiceState(SILENT), "answer")],
)
def test_who_would_begin_reads_before_that_nobody_would_train_it(train, state, words):
    at = train()
    training_service().told = state
    at.run()
    assert not at.exception
    assert bool(warnings(at)) is (words is not None)
    assert words is None or words in warnings(at)[0]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "The disk of this server is full. Nothing was begun"),
        (errno.EROFS, "The folder for runs on this server cannot be written. Nothing was begun"),
        (errno.ENOTDIR, "The folder for runs on this server cannot be written. Nothing was begun"),
        (errno.EACCES, "The folder for runs on this server cannot be written. Nothing was begun"),
    ],
)
def test_why_nothing_is_begun_is_said_by_its_name(train, monkeypatch, number, words):
    def refuse(*_, **__):
        raise OSError(number, "no")

    at = train()
    monkeypatch.setattr(Run, "create", refuse)
    next(one for one in at.button if one.label == "Train").click().run()
    assert not at.exception
    assert words in at.toast[0].value

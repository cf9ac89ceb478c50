"""What goes wrong with one run is logged once, and nothing is ended by it."""

import logging

from core.worker.error_log import log_errors


def fail(words):
    with log_errors():
        raise OSError(words)


def test_a_misfortune_that_comes_again_is_said_once_whatever_its_file_beside_is_called(caplog):
    with caplog.at_level(logging.ERROR):
        fail("no room for status.json.0a1b2c3d.new")
        fail("no room for status.json.ffffffff.new")
        fail("no room for config.json")
    assert [record.exc_info[1].args[0] for record in caplog.records] == [
        "no room for status.json.0a1b2c3d.new",
        "no room for config.json",
    ]

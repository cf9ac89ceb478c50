"""What lives as long as the server: no visitor's browser can end it, and who ends it leaves nothing behind."""

import gc
import subprocess
import threading

import pytest
import streamlit as st

from pages.ui.shell import heap_trimmer
from pages.ui.shell.once import once_a_process
from pages.ui.shell.training_service import LazyService, training_service
from pages.ui.widgets import cached_models
from tests.waiting import LIMIT


def clear_all_caches():
    """What Streamlit does when any browser sends it the word `clear_cache`."""
    st.cache_data.clear()
    st.cache_resource.clear()


def test_the_training_service_outlives_a_clearing_of_the_caches(app):
    app()
    before = training_service()
    clear_all_caches()
    app()
    assert training_service() is before


def test_the_memory_is_seen_to_by_one_thread_however_often_caches_are_cleared(app):
    def threads():
        return [thread for thread in threading.enumerate() if thread.name == "memory"]

    app()
    heap_trimmer.start_heap_trimmer()
    before = threads()
    for _ in range(3):
        clear_all_caches()
        heap_trimmer.start_heap_trimmer()
    assert threads() == before
    assert not heap_trimmer.start_heap_trimmer().is_set()


def test_a_cleared_cache_does_not_freeze_what_is_garbage_by_then():
    cached_models.model("drawing")
    frozen = gc.get_freeze_count()
    rubbish = [[number] for number in range(10_000)]
    clear_all_caches()
    cached_models.model("drawing")
    assert gc.get_freeze_count() < frozen + len(rubbish)


@pytest.fixture
def begun(monkeypatch):
    """The processes that were begun."""
    processes = []

    def popen(command, **_):
        processes.append(command)
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", popen)
    return processes


def test_starts_that_are_ended_while_they_wait_leave_no_thread_and_no_process(begun):
    before = set(threading.enumerate())
    for _ in range(60):
        LazyService().end()
    assert set(threading.enumerate()) <= before
    assert not begun


def test_a_start_that_is_ended_while_it_imports_begins_nothing(begun, monkeypatch):
    """The import is what takes long: it has begun when all is over."""
    imports, go_on = threading.Event(), threading.Event()

    class Slow:
        def __enter__(self):
            imports.set()
            go_on.wait(LIMIT)

        def __exit__(self, *_):
            pass

    starter = LazyService()
    starter._starting = Slow()
    starter.start_now()
    imports.wait(LIMIT)
    starter._is_over = True
    go_on.set()
    starter.end()
    assert starter.service is None
    assert not begun


def test_two_who_come_first_at_once_get_the_same():
    made, both = [], threading.Barrier(2)

    @once_a_process
    def make():
        made.append(object())
        return made[-1]

    def come():
        both.wait(LIMIT)
        got.append(make())

    got = []
    visitors = [threading.Thread(target=come) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert got[0] is got[1]
    assert len(made) == 1

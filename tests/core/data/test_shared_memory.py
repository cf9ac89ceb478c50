import os
import subprocess
import sys

import numpy as np
import pytest

from core.data.shared_memory import ENV_VAR, attach, child_environment, publish
from core.paths import ROOT

needs_linux = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="only Linux has files in memory")


@needs_linux
def test_a_child_has_the_same_memory():
    mine = publish("numbers", np.arange(6, dtype=np.uint8).reshape(2, 3).copy())
    descriptors, environment = child_environment()
    program = """
import numpy as np
from core.data.shared_memory import attach
numbers = attach("numbers")
print(numbers.tolist(), numbers.flags.writeable, type(numbers) is np.ndarray, attach("others"))
"""
    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **environment},
        pass_fds=descriptors,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said == "[[0, 1, 2], [3, 4, 5]] False True None\n"
    assert mine.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert not mine.flags.writeable


def test_without_files_in_memory_each_holds_its_own(monkeypatch):
    monkeypatch.delattr(os, "memfd_create", raising=False)
    array = np.arange(3)
    assert publish("own", array) is array
    assert not array.flags.writeable
    assert attach("own") is None


@needs_linux
def test_where_no_file_may_be_written_each_holds_its_own_and_nothing_stays_open():
    program = """
import os, resource
import numpy as np
from core.data.shared_memory import attach, publish
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
array, before = np.arange(3), os.listdir("/proc/self/fd")
print(publish("own", array) is array, attach("own"), os.listdir("/proc/self/fd") == before)
"""
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said == "True None True\n"


def test_a_descriptor_of_something_else_is_not_taken_for_an_array(monkeypatch, tmp_path):
    with (tmp_path / "file").open("wb") as file:
        np.save(file, np.arange(3))
        file.flush()
        for told in (f"array={file.fileno()}", "array=9999", "array=nonsense"):
            monkeypatch.setenv(ENV_VAR, told)
            assert attach("array") is None


@needs_linux
def test_the_digits_are_read_once(monkeypatch, training_set):
    from core.data import mnist

    monkeypatch.setattr(mnist, "_verified_array", lambda *_: pytest.fail("it was read again"))
    assert np.array_equal(mnist.load_training_set().labels, training_set.labels)

"""Pictures are read in the web process: none may hold it up for a second, or take 128 MB of it."""

import json
import subprocess
import sys

import pytest

from core.drawing.image_file import MAX_COSTLY_PIXELS, MAX_PIXELS
from core.paths import ROOT
from tests.hostile.test_model_files import MOST_MEGABYTES, MOST_SECONDS, TRACES, promised

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process' memory")


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """By each picture's name: whether it is good, what was said of it, and what that took."""
    folder = tmp_path_factory.mktemp("pictures")
    program("pictures", folder)
    names = json.loads((folder / "names.json").read_text())
    (folder / "names.json").unlink()
    told = [json.loads(line) for line in program("measure_pictures", folder).splitlines()]
    assert len(told) == len(names)
    assert sum(not good for _, good in names) == promised("pictures")
    return {name: {"good": good, **said} for (name, good), said in zip(names, told, strict=True)}


def program(module, folder):
    command = [sys.executable, "-W", "error", "-m", f"tests.hostile.{module}", str(folder)]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def test_none_takes_longer_than_a_second_of_the_processor(measured):
    assert not {name: told["cpu"] for name, told in measured.items() if told["cpu"] > MOST_SECONDS}


def test_none_takes_more_than_128_megabytes(measured):
    assert not {name: told["above"] for name, told in measured.items() if told["above"] > MOST_MEGABYTES}


def test_each_is_read_or_refused_in_plain_words(measured):
    """A hostile picture may be read, if it holds a digit; what it may not do is harm."""
    for name, told in measured.items():
        assert "broke" not in told, name
        words = told.get("refused", "This is read.")
        assert words[0].isupper(), name
        assert words.endswith("."), name
        assert not any(trace in words for trace in TRACES), name


def test_pictures_as_large_as_is_promised_are_read(measured):
    assert all("read" in told for told in measured.values() if told["good"])
    assert MAX_PIXELS == 5000 * 5000
    assert 0.99 * MAX_COSTLY_PIXELS < 2640 * 2640 <= MAX_COSTLY_PIXELS


@pytest.mark.parametrize(
    "name",
    [
        "50,000 x 50,000",
        "a WebP of 16,383 x 16,383",
        "a thousand scans",
        "a JPEG of fillings",
        "a JPEG of zeros that are escaped",
        "a PNG of 600,000 chunks",
        "a BMP of four million runs",
        "SVG",
        "EPS",
        "a network that begins as a picture",
    ],
)
def test_what_would_do_harm_is_refused(measured, name):
    assert "refused" in measured[name]

"""SECURITY.md says what the code does."""

import json
import re

import pytest

from core import picture_parts, uploads
from core.collection import MAX_COLLECTED
from core.formatting import MEGABYTE
from core.model_files.drawings_file import MAX_BYTES
from core.model_files.refusal import MOST_BYTES
from core.paths import ROOT
from core.strokes import MAX_POINTS, MAX_STROKES
from core.training import limits
from core.training.from_file import disposable, import_process, run_archive, strict_events
from core.training.history import MOST_KEPT
from pages.ui import bring

TEXT = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    "said",
    [
        f"| {MOST_BYTES // MEGABYTE} MB; see below |",
        f"{MOST_BYTES // MEGABYTE} MB; see below",
        f"{uploads.MAX_BYTES // MEGABYTE} MB, {uploads.MAX_PIXELS // 10**6} megapixels",
        f"({uploads.MAX_COSTLY_PIXELS // 10**6} of WebP, transparency, progressive JPEG)",
        f"{picture_parts.MOST_PARTS:,} parts",
        f"{MAX_COLLECTED} drawings, {MAX_BYTES // 1000} kB",
        f"{strict_events.MOST_EVENTS // MEGABYTE} MB, {strict_events.MOST_LINES:,} events, "
        f"{strict_events.MOST_UPDATES:,} updates, {strict_events.MOST_CHANGES:,} changes of the learning rate",
        f"{MAX_STROKES:,} strokes, {MAX_POINTS:,} points",
        f"histories of {MOST_KEPT:,} updates stay in memory",
        f"a title has {run_archive.LONGEST_TITLE} letters",
        f"{import_process.MEMORY // MEGABYTE} MB of data ({import_process.MEMORY_TO_READ // MEGABYTE} until",
        f"{import_process.SECONDS} seconds of the processor and {disposable.LONGEST:.0f} of the clock",
        f"waits {disposable.PATIENCE:.0f} seconds at most",
        f"{bring.MOST_BROUGHT} networks from files",
        f"a sweep has {limits.SWEEP_RUNS} runs and {limits.SWEEP_MINUTES:.0f} minutes at most",
        f"{limits.MOST_WAITING} that wait",
        f"{limits.KEPT_RUNS} runs, {limits.KEPT_DAYS:.0f} days on which the app ran, "
        f"{limits.KEPT_BYTES // MEGABYTE:,} MB kept",
    ],
)
def test_a_number_in_it_is_the_code_s(said):
    assert said in TEXT


def test_a_browser_says_no_more_at_once_than_is_said_here_and_twice_what_the_app_needs():
    config = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    [most] = re.findall(r"^maxWidgetStateSize = (\d+)\b", config, re.MULTILINE)
    assert f"| {most} MB; only the kinds" in TEXT
    # The largest that a page honestly says: a canvas of curves, and 500 drawings that come back from the browser.
    curve = ["Q", 123.4567, 123.4567, 123.4567, 123.4567]
    canvas = {"drawing": {"raw": {"objects": [{"path": [curve] * MAX_POINTS}]}}}
    drawings = 600_000
    assert len(json.dumps(canvas)) + drawings < int(most) * 10**6 / 2


def test_two_files_are_read_at_a_time():
    assert disposable.AT_ONCE == 2


def test_the_uploader_and_the_server_allow_what_is_said():
    config = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert re.search(rf"^maxUploadSize = {MOST_BYTES // MEGABYTE}\b", config, re.MULTILINE)

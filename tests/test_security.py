"""SECURITY.md says what the code does."""

import json
import re

import pytest

from core.data.user_drawings import MAX_DRAWINGS
from core.drawing import image_file, image_limits
from core.drawing.strokes import MAX_POINTS, MAX_STROKES
from core.formatting import MEGABYTE
from core.importers import event_checks, run_archive, sandbox, sandbox_worker
from core.importers.drawings_file import MAX_BYTES
from core.importers.errors import MAX_FILE_BYTES
from core.paths import ROOT
from core.runs import limits
from core.runs.history import MAX_CACHED_UPDATES
from pages.ui.runs import import_model

TEXT = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    "said",
    [
        f"| {MAX_FILE_BYTES // MEGABYTE} MB; see below |",
        f"{MAX_FILE_BYTES // MEGABYTE} MB; see below",
        f"{image_file.MAX_BYTES // MEGABYTE} MB, {image_file.MAX_PIXELS // 10**6} megapixels",
        f"({image_file.MAX_COSTLY_PIXELS // 10**6} of WebP, transparency, progressive JPEG)",
        f"{image_limits.MAX_CHUNKS:,} parts",
        f"{MAX_DRAWINGS} drawings, {MAX_BYTES // 1000} kB",
        f"{event_checks.MAX_EVENTS_BYTES // MEGABYTE} MB, {event_checks.MAX_LINES:,} events, "
        f"{event_checks.MAX_UPDATES:,} updates, {event_checks.MAX_RATE_CHANGES:,} changes of the learning rate",
        f"{MAX_STROKES:,} strokes, {MAX_POINTS:,} points",
        f"histories of {MAX_CACHED_UPDATES:,} updates stay in memory",
        f"a title has {run_archive.MAX_TITLE_LENGTH} letters",
        f"{sandbox_worker.MEMORY_BYTES // MEGABYTE} MB of data ({sandbox_worker.PARSE_MEMORY_BYTES // MEGABYTE} until",
        f"{sandbox_worker.CPU_SECONDS} seconds of the processor and {sandbox.WALL_SECONDS:.0f} of the clock",
        f"waits {sandbox.MAX_WAIT_SECONDS:.0f} seconds at most",
        f"{import_model.MAX_IMPORTED} networks from files",
        f"a sweep has {limits.MAX_SWEEP_RUNS} runs and {limits.MAX_SWEEP_MINUTES:.0f} minutes at most",
        f"{limits.MAX_QUEUED} that wait",
        f"{limits.MAX_RUNS} runs, {limits.MAX_RUN_DAYS:.0f} days on which the app ran, "
        f"{limits.MAX_RUNS_BYTES // MEGABYTE:,} MB kept",
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
    assert sandbox.MAX_CONCURRENT == 2


def test_the_uploader_and_the_server_allow_what_is_said():
    config = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert re.search(rf"^maxUploadSize = {MAX_FILE_BYTES // MEGABYTE}\b", config, re.MULTILINE)

"""Random damage finds what nobody thought of. FUZZ_SECONDS says for how long: 5 by default, 20 with CI set."""

import json
import os
import subprocess
import sys

import pytest

from core.paths import ROOT
from core.runs.service_client import ONE_THREAD
from tests.hostile.good_files import GOOD

SECONDS = float(os.environ.get("FUZZ_SECONDS", "20" if os.environ.get("CI") else "5"))
SEED = 20261126


@pytest.mark.parametrize("kind", GOOD)
def test_a_damaged_file_raises_nothing_but_its_own_error(kind):
    """In a process of its own: a crash is an exit code, a hang a TimeoutExpired."""
    seconds = SECONDS / len(GOOD)
    command = [sys.executable, "-W", "error", "-m", "tests.hostile.fuzz", kind, str(seconds), str(SEED)]
    environment = {**os.environ, **ONE_THREAD}  # as the process that reads files has it: threads take memory
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60 + 10 * seconds)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    print(told)
    assert 0 < told["accepted"] < told["files"]  # else nothing was damaged, or everything

"""A process for one stranger's file: it is given the file, gives an answer, and is gone.

It has no environment, no file but the open one of the test digits, and little time (sandbox_worker.py). At most two
read at once on a server.
"""

import os
import subprocess
import sys
import threading

from core.formatting import MEGABYTE
from core.importers.errors import ModelFileError
from core.paths import ROOT
from core.runs.service_client import ONE_THREAD

MAX_CONCURRENT = 2  # for all visitors of this server
MAX_WAIT_SECONDS = 15.0  # seconds to wait for one's turn
WALL_SECONDS = 20.0  # seconds from the start to the answer
MAX_ANSWER_BYTES = 48 * MEGABYTE  # bytes: a network, or a whole run
COMMAND = (sys.executable, "-E", "-s", "-B", "-m", "core.importers.sandbox_worker")

_turns = threading.BoundedSemaphore(MAX_CONCURRENT)


def run_sandboxed(content: bytes) -> bytes:
    """What the process says of a file's content; nothing, or only a part, if it crashed or took too long.

    Raises:
        ModelFileError: others have their files read just now.
    """
    if not _turns.acquire(timeout=MAX_WAIT_SECONDS):
        raise ModelFileError("Others bring their networks just now: please try again in a moment.")
    try:
        return _run(content)
    finally:
        _turns.release()


def _run(content: bytes) -> bytes:
    needed = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}  # by Python on Windows
    with subprocess.Popen(  # noqa: S603  our own program
        COMMAND,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**ONE_THREAD, **needed},
    ) as process:
        end = threading.Timer(WALL_SECONDS, process.kill)
        end.start()
        try:
            if process.stdin and process.stdout:
                with process.stdin:  # all of it is read before anything is answered
                    process.stdin.write(content)
                return process.stdout.read(MAX_ANSWER_BYTES + 1)
        except OSError:
            pass  # it is gone
        finally:
            end.cancel()
            process.kill()
    return b""

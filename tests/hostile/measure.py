"""Ask the app to read files, one after the other, and say of each what it answered and what that took.

    python -m tests.hostile.measure FOLDER      prints a line of JSON for each file in the folder

It is a small program of its own, since Linux counts the memory of whoever starts a process into that process' peak.
"""

import json
import resource
import sys
import time
from pathlib import Path

from core.importers.errors import ModelFileError
from core.importers.import_model import import_file


def spent() -> tuple[float, float]:
    """(seconds of the processor, peak of memory in MB) of all processes that have ended so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    for path in sorted(Path(sys.argv[1]).iterdir()):
        content = path.read_bytes()
        before, began = spent()[0], time.monotonic()
        said: dict[str, str]
        try:
            said = {"read": import_file(content).state}
        except ModelFileError as error:
            said = {"refused": str(error)}
        except Exception as error:
            said = {"broke": repr(error)}
        wall = time.monotonic() - began
        cpu, peak = spent()
        print(json.dumps({"file": path.name, **said, "cpu": cpu - before, "wall": wall, "peak": peak}), flush=True)


if __name__ == "__main__":
    main()

"""Change good files at random and read them: whatever comes, the readers know one kind of error alone.

    python -m tests.hostile.fuzz KIND SECONDS SEED      KIND as in good_files.py

It is a program of its own, since it is limited as the process that reads files is; all is well if it ends with 0.
"""

import io
import json
import sys
import time
import zipfile
from collections.abc import Iterator

import numpy as np

from core.importers.errors import ModelFileError
from core.importers.readers import read_network
from core.importers.run_archive import read_archive
from core.importers.sandbox_worker import give_up_rights, tightened_limits
from tests.hostile.good_files import GOOD, zipped

TELLING = [
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\x7f\xff\xff\xff",
    b"-1",
    b"1e999",
    b"NaN",
    b"[",
    b'"',
    b"{",
]


def mutated(content: bytes, random: np.random.Generator) -> bytes:
    """The content with some bytes changed, some left out, or some twice."""
    changed = bytearray(content)
    for _ in range(random.integers(1, 6)):
        place = int(random.integers(len(changed))) if random.random() < 0.5 else _near_the_front(changed, random)
        how = random.integers(6)
        if how < 2:
            changed[place] ^= 1 << int(random.integers(8))
        elif how == 2:
            changed[place] = random.integers(256)
        elif how == 3:
            telling = TELLING[random.integers(len(TELLING))]
            changed[place : place + len(telling)] = telling
        elif how == 4:
            del changed[place : place + int(random.integers(1, 64))]
        else:
            other = int(random.integers(len(changed)))
            changed[place:place] = changed[other : other + int(random.integers(1, 64))]
        if len(changed) < 64:
            return bytes(changed)
    return bytes(changed[: random.integers(64, len(changed))] if random.random() < 0.05 else changed)


def _near_the_front(content: bytearray, random: np.random.Generator) -> int:
    """Where lists and headers are: what comes later is mostly weights, of which each is as good as any other."""
    return int(min(len(content) - 1, random.exponential(1500)))


def variants(kind: str, random: np.random.Generator) -> Iterator[bytes]:
    """Endless bad files: changed as a whole, or, of an archive, in one of its files."""
    good = GOOD[kind]()
    members: dict[str, bytes] = {}
    if kind in ("keras", "nested", "run"):
        with zipfile.ZipFile(io.BytesIO(good)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    while True:
        if members and random.random() < 0.8:
            name = list(members)[random.integers(len(members))]
            yield zipped({**members, name: mutated(members[name], random)})
        else:
            yield mutated(good, random)


def main() -> None:
    kind, seconds, seed = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    files = variants(kind, np.random.default_rng(seed))
    read = read_archive if kind == "run" else read_network
    next(files)
    read(GOOD[kind]())  # all that Python loads late is loaded now
    count, slowest, accepted, end = 0, 0.0, 0, time.monotonic() + seconds
    give_up_rights()
    with tightened_limits():
        for content in files:
            began = time.process_time()
            try:
                read(content)
                accepted += 1
            except ModelFileError:
                pass
            slowest = max(slowest, time.process_time() - began)
            count += 1
            if time.monotonic() > end:
                break
    print(json.dumps({"kind": kind, "files": count, "accepted": accepted, "slowest": round(slowest, 4)}))


if __name__ == "__main__":
    main()

"""Writers of the file argv[1], killed at random moments; how many left it torn is printed."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from core.runs.atomic_files import write_atomic


def main() -> None:
    path, torn, random = Path(sys.argv[1]), 0, np.random.default_rng(0)
    write_atomic(path, b"0" * 1_000_000)
    for number in range(200):
        child = os.fork()
        if child == 0:
            while True:
                number += 1
                write_atomic(path, str(number % 10).encode() * 1_000_000)
        for _ in range(int(random.integers(1, 2000))):
            os.getpid()  # some moment, another one each time
        time.sleep(random.random() / 100)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        content = path.read_bytes()
        torn += len(content) != 1_000_000 or len(set(content)) != 1
    print(torn)


if __name__ == "__main__":
    main()

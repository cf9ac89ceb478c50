"""A stranger's file is read in a process that has nothing, may do little, and is thrown away afterwards.

    python -m core.importers.sandbox_worker < FILE > ANSWER

The answer is 8 bytes with the length of a JSON text, the text, and the files that it lists, one after the other. It is
the page's side, import_model.py, that starts this and reads the answer; it trusts nothing in it.
"""

import codecs
import contextlib
import functools
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from core.formatting import MEGABYTE
from core.importers.errors import MAX_FILE_BYTES, ModelFileError

MEMORY_BYTES = 256 * MEGABYTE  # of data, of which Python and its libraries take 65
PARSE_MEMORY_BYTES = 160 * MEGABYTE  # the same until it is known what the file is; NumPy's first product takes 33
CPU_SECONDS = 8  # of the processor; the article's network takes 0.8, the largest 3.4, most of it for the test digits
MAX_OPEN_FILES = 64  # open at a time, while modules are imported
NAMES_IN_ZIP = "cp437"  # the encoding of names in zip files; Python loads it from a file when needed
NOBODY = 65534


def set_limits() -> None:
    """From here on: little memory and time, no file written, no core dump, and, unless root, no other process.

    On Windows nothing of it.
    """
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def give_up_rights() -> None:
    """For good: no file and no connection can be opened, and who was root is nobody; on Windows, none of it."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):  # a container may have no other user
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)


@contextlib.contextmanager
def tightened_limits() -> Iterator[None]:
    """Meanwhile there is less memory."""
    if sys.platform == "win32":
        yield
        return
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (PARSE_MEMORY_BYTES, MEMORY_BYTES))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))


def read(content: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What is told of a file, and the files of a run's folder that are made of it.

    Raises:
        ModelFileError: the file is refused.
    """
    import numpy as np
    import numpy.random  # NumPy would load it at its first use, when no file can be opened any more

    from core.data.mnist import MNIST_FILE, Digits, load_test_set
    from core.importers.calibration import find_out
    from core.importers.file_type import ARCHIVE, detect_type
    from core.importers.readers import read_network
    from core.importers.run_archive import read_archive
    from core.nn.evaluation import evaluate
    from core.nn.network import Network
    from core.nn.weights_file import network_to_safetensors
    from core.runs.run import MODEL, TEST_OUTPUTS

    with MNIST_FILE.open("rb") as mnist:  # what is in it is read for a network that is not refused
        codecs.lookup(NAMES_IN_ZIP)
        give_up_rights()

        @functools.cache
        def test_set() -> Digits:
            return load_test_set(mnist)

        def tested(network: Network, loss: str) -> tuple[dict[str, float], dict[str, bytes]]:
            """The scores of a network on the test digits, and the file with its answers."""
            evaluation, value = evaluate(network, test_set(), loss)
            if not np.isfinite(evaluation.probabilities).all():
                raise ModelFileError(
                    "This network answers some test digits with what is no number: its training diverged."
                )
            answers = evaluation.probabilities.astype(np.float16).tobytes()
            return {"accuracy": evaluation.accuracy, "loss": value}, {TEST_OUTPUTS: answers}

        if detect_type(content) == ARCHIVE:
            with tightened_limits():
                archived = read_archive(content)
            scores, answers = tested(archived.network, archived.config.loss)
            run = {"config": archived.config.to_dict(), "title": archived.title, "state": archived.state}
            return {**archived.scores, **scores, **run}, {**archived.files, **answers}
        with tightened_limits():
            brought = read_network(content)
        found = find_out(brought.variants, brought.activations, test_set())
        scores, answers = tested(found.network, "categorical_crossentropy")
        header = {**scores, "found": {**found.to_dict(), "softmax_added": brought.softmax_added}}
        return header, {MODEL: network_to_safetensors(found.network), **answers}


def main() -> None:
    """Read a file from standard input, answer on standard output."""
    set_limits()
    content = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    try:
        header, files = read(content)
    except ModelFileError as error:
        header, files = {"refused": str(error)}, {}
    text = json.dumps({**header, "files": {name: len(file) for name, file in files.items()}}).encode()
    for part in (len(text).to_bytes(8, "little"), text, *files.values()):
        sys.stdout.buffer.write(part)


if __name__ == "__main__":
    main()

"""What can be wrong with a run, for those who read its folder.

    RunError
      RunGoneError     it was deleted, or a file of it is no longer kept
      DamagedRunError  a file of it is not as it was written

Whoever reads a run meets these alone: a KeyError or an AttributeError is a mistake of ours, and is not hidden. Who
writes one meets an OSError, too: the disk is full, or the folder cannot be written.
"""

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path


class RunError(Exception):
    """A run cannot be read."""


class RunGoneError(RunError, FileNotFoundError):
    """The run was deleted, or what is asked for is no longer kept."""


class DamagedRunError(RunError, ValueError):
    """A file of the run is missing, or is not as it was written."""


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Read a file of the run in this folder, and take apart what is in it; nothing else belongs into this block.

    A KeyError is that of an archive of arrays, in which one is missing.

    Raises:
        RunGoneError: there is no such folder.
        DamagedRunError: the file cannot be read, or holds something else.
    """
    try:
        yield
    except RunError:
        raise
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        if not folder.is_dir():
            raise RunGoneError(f"There is no run {folder.name}.") from error
        raise DamagedRunError(f"A file of the run {folder.name} cannot be read: {error}") from error

"""A full disk or a damaged folder is one run's misfortune: the service says so in its log, once, and goes on."""

import contextlib
import logging
import re
from collections import deque
from collections.abc import Iterator

_log = logging.getLogger(__name__)

_TEMP_SUFFIX = re.compile(r"\.[0-9a-f]{8}\.new")  # another one at each try to write a file
MAX_REMEMBERED = 100  # tracebacks


class _OncePerTraceback(logging.Filter):
    """Lets a traceback through that was not told lately: most come again at each look."""

    def __init__(self) -> None:
        super().__init__()
        self._recent: deque[str] = deque(maxlen=MAX_REMEMBERED)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is new."""
        words = logging.Formatter().formatException(record.exc_info) if record.exc_info else record.getMessage()
        same = _TEMP_SUFFIX.sub("", words)
        if same in self._recent:
            return False
        self._recent.append(same)
        return True


_log.addFilter(_OncePerTraceback())


@contextlib.contextmanager
def log_errors() -> Iterator[None]:
    """Whatever goes wrong within is logged, even a mistake of ours: others are being trained, and go on."""
    try:
        yield
    except Exception:
        _log.exception("Something went wrong with one run or one file; the service goes on.")

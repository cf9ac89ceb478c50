"""How a task ended: the exit codes that its process and whoever waits for it have agreed on."""

import errno
from enum import IntEnum


class ExitCode(IntEnum):
    """Of a task's process; a negative one is that of the signal that ended it."""

    DONE = 0
    UNFORESEEN = 1
    OUT_OF_MEMORY = 3
    DISK_FULL = 4
    NOT_WRITABLE = 5
    FILE_ERROR = 6
    ABORTED = -6  # as the compiler does without memory
    KILLED = -9
    SEGMENTATION_FAULT = -11  # it used memory that it did not get
    NO_THREAD_MEMORY = 127  # as the system's library ends a process that has none for a thread's data
    NODE_LOST = 256  # its machine was lost: no process ends with this


EXIT_CODE_BY_ERRNO = {
    errno.ENOMEM: ExitCode.OUT_OF_MEMORY,
    **dict.fromkeys((errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)), ExitCode.DISK_FULL),
    **dict.fromkeys(
        (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST),
        ExitCode.NOT_WRITABLE,
    ),
}

MESSAGES = {
    ExitCode.OUT_OF_MEMORY: "This server has not enough memory for it.",
    ExitCode.DISK_FULL: "The disk of this server is full.",
    ExitCode.NOT_WRITABLE: "The folder for runs on this server cannot be written.",
}


def exit_code_of(error: Exception) -> ExitCode:
    """The exit code of a task that ended by this error."""
    if isinstance(error, MemoryError):
        return ExitCode.OUT_OF_MEMORY
    if isinstance(error, OSError):
        return EXIT_CODE_BY_ERRNO.get(error.errno or 0, ExitCode.FILE_ERROR)
    return ExitCode.UNFORESEEN

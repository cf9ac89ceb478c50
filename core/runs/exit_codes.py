"""How a task ended: the exit codes that its process and whoever waits for it have agreed on."""

import errno

# Exit codes of a task that ended badly, beside 1 for what nobody foresaw.
NO_MEMORY, DISK_FULL, NOT_WRITABLE, NO_FILE = 3, 4, 5, 6
LOST = 256  # the code of work whose machine was lost; no process ends with it
BY_ERROR_NUMBER = {
    errno.ENOMEM: NO_MEMORY,
    **dict.fromkeys((errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)), DISK_FULL),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST), NOT_WRITABLE),
}

REFUSALS = {
    NO_MEMORY: "This server has not enough memory for it.",
    DISK_FULL: "The disk of this server is full.",
    NOT_WRITABLE: "The folder for runs on this server cannot be written.",
}


def code_of(error: Exception) -> int:
    """The exit code of a task that ended by this error."""
    if isinstance(error, MemoryError):
        return NO_MEMORY
    return BY_ERROR_NUMBER.get(error.errno or 0, NO_FILE) if isinstance(error, OSError) else 1

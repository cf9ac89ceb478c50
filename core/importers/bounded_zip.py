"""A zip file may promise little and hold much: only known names are read, and never more than was allowed.

The record at the end of a zip file says how long its table of contents is. It is read here first, since Python's reader
believes it and makes an object for every entry.
Source: PKWARE's APPNOTE.TXT 6.3.10, section 4.3.16.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable

from core.importers.errors import ModelFileError

END, END_OF_LARGE, END_SIZE = b"PK\x05\x06", b"PK\x06\x07", 22
CENTRAL, CENTRAL_SIZE, MOST_LISTED = b"PK\x01\x02", 46, 200  # 4.3.12
ENTRY = 46 + 128  # bytes of an entry in the table of contents, with its name and what Python and Keras add
BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, OSError, ValueError)
FOREIGN = "This archive holds other files than a network has: choose one as Keras or this app saves it."
TOO_LARGE = "The files in this archive are too large: choose one as Keras or this app saves it."


def read_members(
    content: bytes, most: Callable[[str], int | None], most_members: int, most_bytes: int
) -> dict[str, bytes]:
    """The members of a zip file by their names, at most so many, and so many bytes in all.

    `most` says how many bytes a member of a name may have, None for an unknown name.

    Raises:
        ModelFileError: it is damaged, has other members, one of them twice, or they are too large.
    """
    _check_table(content, most_members)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = archive.infolist()
            if len({one.filename for one in found}) < len(found):
                raise ModelFileError("This archive holds a file twice: save it again.")
            if sum(one.file_size for one in found) > most_bytes:
                raise ModelFileError(TOO_LARGE)
            return {one.filename: _read(archive, one, most(one.filename)) for one in found}
    except ModelFileError:
        raise
    except BROKEN as error:
        raise ModelFileError("This archive is damaged: save or download it again.") from error


def names_in_zip(content: bytes) -> list[str]:
    """The names in the table of contents of a zip file, the first MOST_LISTED of them; none if it is damaged."""
    end = content[-END_SIZE:]
    if len(end) < END_SIZE or end[:4] != END:
        return []
    _, place = struct.unpack("<LL", end[12:20])
    found = list[str]()
    while len(found) < MOST_LISTED and content[place : place + 4] == CENTRAL and len(content) >= place + CENTRAL_SIZE:
        name, extra, comment = struct.unpack("<HHH", content[place + 28 : place + 34])
        found.append(content[place + CENTRAL_SIZE : place + CENTRAL_SIZE + name].decode("cp437"))
        place += CENTRAL_SIZE + name + extra + comment
    return found


def _check_table(content: bytes, most_members: int) -> None:
    """See that the table of contents is as short as it should be; comments and very large files are not ours."""
    end = content[-END_SIZE:]
    if len(end) < END_SIZE or end[:4] != END or end[-2:] != b"\0\0":
        raise ModelFileError("This archive is cut off or damaged: save or download it again.")
    if content[-END_SIZE - 20 :][:4] == END_OF_LARGE:
        raise ModelFileError(FOREIGN)
    count, size = struct.unpack("<HL", end[10:16])
    if count > most_members or size > most_members * ENTRY:
        raise ModelFileError(FOREIGN)


def _read(archive: zipfile.ZipFile, one: zipfile.ZipInfo, most: int | None) -> bytes:
    """A member, if it is a plain file of a known name; its size is capped as declared and as it comes."""
    kind = stat.S_IFMT(one.external_attr >> 16)
    if most is None or one.orig_filename != one.filename or kind not in (0, stat.S_IFREG):
        raise ModelFileError(FOREIGN)
    if one.flag_bits & 1 or one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ModelFileError("This archive is encrypted or packed in an unknown way: save it again.")
    if one.file_size > most:
        raise ModelFileError(TOO_LARGE)
    with archive.open(one) as file:
        read = file.read(most + 1)
    if len(read) > most or len(read) != one.file_size:
        raise ModelFileError("A file in this archive is larger than it says: save it again.")
    return read

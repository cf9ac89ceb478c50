"""A picture file is a list of parts that Pillow goes through one by one: honest files have few, hostile ones millions.

Sources: PNG Specification, section 5.3, for chunks; ITU-T T.81, section B.1.1, for JPEG's markers and scans.
"""

MAX_CHUNKS = 4000  # chunks or markers; an encoder makes one for every 8 KB or more
MAX_SCANS = 64  # of a JPEG, each a pass over the whole picture; a progressive one has about ten
PNG, JPEG, SCAN = b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"\xff\xda"


def exceeds_chunk_limit(content: bytes) -> bool:
    """Whether a PNG or JPEG file has more parts than any honest one."""
    if content.startswith(PNG):
        return _has_many_chunks(content)
    if content.startswith(JPEG):
        return content.count(SCAN) > MAX_SCANS or _has_many_markers(content)
    return False


def _has_many_chunks(content: bytes) -> bool:
    place = len(PNG)
    for _ in range(MAX_CHUNKS):
        if place >= len(content):
            return False
        place += 12 + int.from_bytes(content[place : place + 4], "big")
    return True


def _has_many_markers(content: bytes) -> bool:
    """Before the first scan; a byte that fills the space between two markers counts as one."""
    place = len(JPEG)
    for _ in range(MAX_CHUNKS):
        marker = content[place : place + 2]
        if marker == SCAN or marker[:1] != b"\xff":
            return False
        if marker == b"\xff\xff":
            place += 1
        elif marker in (b"\xff\x00", b"\xff\x01") or b"\xff\xd0" <= marker <= b"\xff\xd9":  # alone, without a length
            place += 2
        else:
            place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return True

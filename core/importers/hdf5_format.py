"""The part of HDF5's format that Keras writes, read field by field: a group is a short list of names and addresses.

Each place is compared with the file's end before it is read. A group's table has one level here, at most 256 names, and
an object's header 256 messages: the format allows trees that name the same branch again and again, and those never end.
A group has a table, or, once a name in it was not ASCII, a message in its header for each of at most 8 names.
Source: HDF5 File Format Specification 3.0; the sections stand beside the fields.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any

from core.importers.errors import ModelFileError

DAMAGED = "This file is damaged, or no Keras model: save or download it again."
OTHER = "This file is written in another form of HDF5 than Keras writes: load it with Keras and save it again."
CROWDED = "A group of this file has too many members: choose a model as Keras saves it."
MANY = "This file has too many layers with names that are not in plain letters: save the model as .keras."
ELSEWHERE = "This file refers to other places than its own: save the model again."

# II.A, after the signature: versions 0, addresses and lengths of 8 bytes, groups of at most 2 * 4 names a node and
# 2 * 16 nodes; h5py writes no other, with HDF5 1.8 to 2.0. Then: base address, end of file, address of the root.
SUPERBLOCK = bytes.fromhex("0000 0000 0008 0800 0400 1000 0000 0000")
OTHER_VERSIONS = (b"\1", b"\2", b"\3")
ADDRESSES = Struct("<Q8xQ16xQ")
MAX_NAMES, MAX_NODES = 8, 32

OBJECT_HEADER = Struct("<BxHxxxxIxxxx")  # IV.A.1.a: version, number of messages, bytes of them
MESSAGE = Struct("<HHBxxx")  # kind, bytes, flags
MAX_MESSAGES = 256
SHARED = 2  # a flag: the message is somewhere else
DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL_FILES, LAYOUT, FILTERS, ATTRIBUTE, CONTINUATION, SYMBOL_TABLE = (
    *(1, 2, 3, 6, 7, 8, 11, 12, 16, 17),  # IV.A.2
)
ONCE = (DATASPACE, LINK_INFO, DATATYPE, EXTERNAL_FILES, LAYOUT, FILTERS, SYMBOL_TABLE)
PLACE = Struct("<QQ")  # address and bytes of a continuation; addresses of a group's table and of its names

NO_LINK_TABLE = b"\0\0" + b"\xff" * 16  # IV.A.2.c: no other table than the messages
LINK_HEAD = Struct("<BB")  # IV.A.2.g: version, flags; then its kind and its letters if flags say so, a length, the name
LENGTH_SIZE, ORDERED, WITH_KIND, WITH_LETTERS = 3, 4, 8, 16
HARD = 0

TREE = Struct("<4sBBH16x")  # III.A.1: signature, 0 for groups, level, nodes; then a key, an address, a key, ...
ADDRESS, FIRST_NODE, NODE_STEP = Struct("<Q"), 24 + 8, 16
NODE = Struct("<4sBxH")  # III.B: signature, version, names
ENTRY = Struct("<QQI20x")  # III.C: where the name is among the names, address of the object, how it is linked
CACHED = (0, 1)  # hard links, without or with what is cached of their groups
NAMES = Struct("<4sBxxxQ8xQ")  # III.D: signature, version, bytes, address
MAX_NAME_BYTES = 255

ATTRIBUTE_HEAD = Struct("<BBHHH")  # IV.A.2.m: version, flags, bytes of its name, of its datatype and of its dataspace
TYPE_ELSEWHERE = 3  # flags: datatype or dataspace is somewhere else
SINGLE = (b"\1\0", b"\2\0")  # IV.A.2.b: version, no dimension
FIXED_TEXT, ANY_LENGTH, TEXT = b"\x13", b"\x19", 1  # IV.A.2.d: version 1, class; what it is that has any length
HEAP_PLACE = Struct("<IQI")  # bytes of the text, address of its heap, its number there
HEAP = Struct("<4sBxxxQ")  # III.E: signature, version, bytes
HEAP_ENTRY = Struct("<H6xQ")  # number, bytes; then they themselves, up to a multiple of 8
MAX_TEXTS = 4096  # in a heap


@dataclass(frozen=True)
class Object:
    """What lies at a place of a file: a group or numbers, described by messages."""

    messages: dict[int, bytes]  # by their kinds, of which each of ONCE may be there
    links: Sequence[bytes]
    attributes: Sequence[bytes]

    @property
    def is_group(self) -> bool:
        """Whether it has names."""
        return SYMBOL_TABLE in self.messages or LINK_INFO in self.messages


def fields(content: bytes, place: int, form: Struct) -> tuple[Any, ...]:
    """The values at a place.

    Raises:
        ModelFileError: the content ends before.
    """
    if place + form.size > len(content):
        raise ModelFileError(DAMAGED)
    return form.unpack_from(content, place)


def root_of(content: bytes) -> Object:
    """The outermost group of a file that begins with HDF5's signature.

    Raises:
        ModelFileError: it is cut off, or begins otherwise than Keras' files.
    """
    if content[8 : 8 + len(SUPERBLOCK)] != SUPERBLOCK:
        raise ModelFileError(OTHER if content[8:9] in OTHER_VERSIONS else DAMAGED)
    base, end, root = fields(content, 8 + len(SUPERBLOCK), ADDRESSES)
    if base != 0 or end > len(content):
        raise ModelFileError(DAMAGED)
    return object_at(content, root)


def object_at(content: bytes, address: int) -> Object:
    """The object with its header at an address.

    Raises:
        ModelFileError: there is none, or none as Keras writes it.
    """
    if content[address : address + 4] == b"OHDR":  # IV.A.1.b
        raise ModelFileError(OTHER)
    version, count, size = fields(content, address, OBJECT_HEADER)
    if version != 1 or count > MAX_MESSAGES:
        raise ModelFileError(DAMAGED)
    found, links, attributes = dict[int, bytes](), list[bytes](), list[bytes]()
    parts = [(address + OBJECT_HEADER.size, size)]
    for place, size in parts:  # it grows by each continuation, and each is one of the messages that are counted
        end = place + size
        while place < end and count > 0:
            kind, length, flags = fields(content, place, MESSAGE)
            start, place, count = place + MESSAGE.size, place + MESSAGE.size + length, count - 1
            if place > min(end, len(content)) or flags & SHARED or kind in found:
                raise ModelFileError(DAMAGED)
            if kind == CONTINUATION:
                parts.append(fields(content[start:place], 0, PLACE))
            elif kind == LINK:
                links.append(content[start:place])
            elif kind == ATTRIBUTE:
                attributes.append(content[start:place])
            elif kind in ONCE:
                found[kind] = content[start:place]
    return Object(found, links, attributes)


def members(content: bytes, group: Object) -> dict[str, int]:
    """The addresses of what a group holds, by their names.

    Raises:
        ModelFileError: a name stands twice or is a link to another place, or the table is none as Keras writes it.
    """
    if group.messages.get(LINK_INFO, NO_LINK_TABLE)[: len(NO_LINK_TABLE)] != NO_LINK_TABLE:
        raise ModelFileError(MANY)
    links = list(_in_table(content, group.messages[SYMBOL_TABLE]) if SYMBOL_TABLE in group.messages else ())
    links += [_in_message(message) for message in group.links]
    found = dict[str, int]()
    for name, address in links:
        text = name.decode(errors="replace")
        if not name or text in found:
            raise ModelFileError(DAMAGED)
        found[text] = address
    return found


def _in_table(content: bytes, table: bytes) -> Iterator[tuple[bytes, int]]:
    """The name and address of each link in a table."""
    tree, names = fields(table, 0, PLACE)
    signature, version, length, texts = fields(content, names, NAMES)
    if (signature, version) != (b"HEAP", 0) or texts + length > len(content):
        raise ModelFileError(DAMAGED)
    signature, kind, level, nodes = fields(content, tree, TREE)
    if (signature, kind) != (b"TREE", 0):
        raise ModelFileError(DAMAGED)
    if level > 0 or nodes > MAX_NODES:
        raise ModelFileError(CROWDED)
    for number in range(nodes):
        (node,) = fields(content, tree + FIRST_NODE + NODE_STEP * number, ADDRESS)
        signature, version, count = fields(content, node, NODE)
        if (signature, version) != (b"SNOD", 1) or count > MAX_NAMES:
            raise ModelFileError(DAMAGED)
        for entry in range(count):
            place, address, cached = fields(content, node + NODE.size + ENTRY.size * entry, ENTRY)
            end = content.find(b"\0", texts + place, texts + min(length, place + MAX_NAME_BYTES + 1))
            if end < 0:
                raise ModelFileError(DAMAGED)
            if cached not in CACHED:
                raise ModelFileError(ELSEWHERE)
            yield content[texts + place : end], address


def _in_message(message: bytes) -> tuple[bytes, int]:
    """The same of a link that is a message."""
    version, flags = fields(message, 0, LINK_HEAD)
    if version != 1 or flags & ORDERED:
        raise ModelFileError(DAMAGED)
    place, size = LINK_HEAD.size + bool(flags & WITH_KIND) + bool(flags & WITH_LETTERS), 1 << (flags & LENGTH_SIZE)
    end = place + size + int.from_bytes(message[place : place + size], "little")
    if end - place - size > MAX_NAME_BYTES:
        raise ModelFileError(DAMAGED)
    if flags & WITH_KIND and message[LINK_HEAD.size] != HARD:
        raise ModelFileError(ELSEWHERE)
    return message[place + size : end], fields(message, end, ADDRESS)[0]


def text_attribute(content: bytes, owner: Object, name: str) -> bytes | None:
    """A text that is said of an object, None if it is not; h5py writes it in its place or, of any length, in a heap.

    Raises:
        ModelFileError: it is no single text, or none as h5py writes it.
    """
    for message in owner.attributes:
        attribute, kind, space, value = _parts_of(message)
        if attribute != name.encode():
            continue
        if space[:2] not in SINGLE:
            raise ModelFileError(DAMAGED)
        if kind[:1] == FIXED_TEXT:
            return value[: int.from_bytes(kind[4:8], "little")].rstrip(b"\0")
        if kind[:1] == ANY_LENGTH and kind[1:2] and kind[1] & 15 == TEXT:
            return _in_heap(content, *fields(value, 0, HEAP_PLACE))
        raise ModelFileError(DAMAGED)
    return None


def _parts_of(message: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """The name, datatype, dataspace and value of an attribute."""
    version, flags, *sizes = fields(message, 0, ATTRIBUTE_HEAD)
    if version not in (1, 3) or (version == 3 and flags & TYPE_ELSEWHERE):
        raise ModelFileError(DAMAGED)
    place, parts = ATTRIBUTE_HEAD.size + (version == 3), []  # the third version says how the name's letters are coded
    for size in sizes:
        parts.append(message[place : place + size])
        place += size if version == 3 else -(-size // 8) * 8
    name, kind, space = parts
    return name.rstrip(b"\0"), kind, space, message[place:]


def _in_heap(content: bytes, size: int, heap: int, wanted: int) -> bytes:
    """A text of so many bytes, the one with this number in a heap."""
    signature, version, length = fields(content, heap, HEAP)
    if (signature, version) != (b"GCOL", 1) or heap + length > len(content):
        raise ModelFileError(DAMAGED)
    place, end = heap + HEAP.size, heap + length
    for _ in range(MAX_TEXTS):
        if place + HEAP_ENTRY.size > end:
            break
        number, bytes_of_it = fields(content, place, HEAP_ENTRY)
        place += HEAP_ENTRY.size
        if number == wanted:
            if size > bytes_of_it or place + size > end:
                break
            return content[place : place + size]
        place += -(-bytes_of_it // 8) * 8
    raise ModelFileError(DAMAGED)

"""The part of HDF5's format that Keras writes, read field by field: a group is a short list of names and addresses.

Each place is compared with the file's end before it is read. A group's table has one level here, at most 256 names, and
an object's header 256 messages: the format allows trees that name the same branch again and again, and those never end.
A group has a table, or, once a name in it was not ASCII, a message in its header for each of at most 8 names.
Source: HDF5 File Format Specification 3.0; the sections stand beside the fields.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Any

from core.model_files.refusal import ModelFileError

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
MOST_NAMES, MOST_NODES = 8, 32

OBJECT_HEADER = Struct("<BxHxxxxIxxxx")  # IV.A.1.a: version, number of messages, bytes of them
MESSAGE = Struct("<HHBxxx")  # kind, bytes, flags
MOST_MESSAGES = 256
SHARED = 2  # a flag: the message is somewhere else
DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL_FILES, LAYOUT, FILTERS, CONTINUATION, SYMBOL_TABLE = (  # IV.A.2
    *(1, 2, 3, 6, 7, 8, 11, 16, 17),
)
ONCE = (DATASPACE, LINK_INFO, DATATYPE, EXTERNAL_FILES, LAYOUT, FILTERS, SYMBOL_TABLE)
PLACE = Struct("<QQ")  # address and bytes of a continuation; addresses of a group's table and of its names

FEW_NAMES = b"\0\0" + b"\xff" * 16  # IV.A.2.c: no other table than the messages
LINK_HEAD = Struct("<BB")  # IV.A.2.g: version, flags; then its kind and its letters if flags say so, a length, the name
LENGTH_SIZE, ORDERED, WITH_KIND, WITH_LETTERS = 3, 4, 8, 16
HARD = 0

TREE = Struct("<4sBBH16x")  # III.A.1: signature, 0 for groups, level, nodes; then a key, an address, a key, ...
ADDRESS, FIRST_NODE, NODE_STEP = Struct("<Q"), 24 + 8, 16
NODE = Struct("<4sBxH")  # III.B: signature, version, names
ENTRY = Struct("<QQI20x")  # III.C: where the name is among the names, address of the object, how it is linked
CACHED = (0, 1)  # hard links, without or with what is cached of their groups
NAMES = Struct("<4sBxxxQ8xQ")  # III.D: signature, version, bytes, address


@dataclass(frozen=True)
class Object:
    """What lies at a place of a file: a group or numbers, described by messages."""

    messages: dict[int, bytes]  # by their kinds, of which each of ONCE may be there
    links: list[bytes]

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
    if version != 1 or count > MOST_MESSAGES:
        raise ModelFileError(DAMAGED)
    found, links = dict[int, bytes](), list[bytes]()
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
            elif kind in ONCE:
                found[kind] = content[start:place]
    return Object(found, links)


def member(content: bytes, group: Object, name: str) -> Object | None:
    """What a group holds under a name; None if nothing.

    Raises:
        ModelFileError: the name stands twice or is a link to another place, or the table is none as Keras writes it.
    """
    wanted = name.encode()
    found = list(_in_table(content, group.messages[SYMBOL_TABLE], wanted) if SYMBOL_TABLE in group.messages else ())
    if group.messages.get(LINK_INFO, FEW_NAMES)[: len(FEW_NAMES)] != FEW_NAMES:
        raise ModelFileError(MANY)
    found += [link for message in group.links for link in _in_message(message, wanted)]
    if not found:
        return None
    if len(found) > 1:
        raise ModelFileError(DAMAGED)
    ((address, is_hard),) = found
    if not is_hard:
        raise ModelFileError(ELSEWHERE)
    return object_at(content, address)


def _in_table(content: bytes, table: bytes, wanted: bytes) -> Iterator[tuple[int, bool]]:
    """(address, whether it is one in this file) of each link with this name."""
    tree, names = fields(table, 0, PLACE)
    signature, version, length, texts = fields(content, names, NAMES)
    if (signature, version) != (b"HEAP", 0) or texts + length > len(content):
        raise ModelFileError(DAMAGED)
    signature, kind, level, nodes = fields(content, tree, TREE)
    if (signature, kind) != (b"TREE", 0):
        raise ModelFileError(DAMAGED)
    if level > 0 or nodes > MOST_NODES:
        raise ModelFileError(CROWDED)
    for number in range(nodes):
        (node,) = fields(content, tree + FIRST_NODE + NODE_STEP * number, ADDRESS)
        signature, version, count = fields(content, node, NODE)
        if (signature, version) != (b"SNOD", 1) or count > MOST_NAMES:
            raise ModelFileError(DAMAGED)
        for entry in range(count):
            place, address, cached = fields(content, node + NODE.size + ENTRY.size * entry, ENTRY)
            if place + len(wanted) < length and content.startswith(wanted + b"\0", texts + place):
                yield address, cached in CACHED


def _in_message(message: bytes, wanted: bytes) -> Iterator[tuple[int, bool]]:
    """The same of a link that is a message."""
    version, flags = fields(message, 0, LINK_HEAD)
    if version != 1 or flags & ORDERED:
        raise ModelFileError(DAMAGED)
    place, size = LINK_HEAD.size + bool(flags & WITH_KIND) + bool(flags & WITH_LETTERS), 1 << (flags & LENGTH_SIZE)
    end = place + size + int.from_bytes(message[place : place + size], "little")
    if message[place + size : end] != wanted:
        return
    if flags & WITH_KIND and message[LINK_HEAD.size] != HARD:
        yield 0, False
    else:
        yield fields(message, end, ADDRESS)[0], True

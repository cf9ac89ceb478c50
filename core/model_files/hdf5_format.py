"""The part of HDF5's format that Keras writes, read field by field: a group is a short table of names and addresses.

Each place is compared with the file's end before it is read. A group's table has one level here, at most 256 names, and
an object's header 256 messages: the format allows trees that name the same branch again and again, and those never end.
Source: HDF5 File Format Specification 3.0; the sections stand beside the fields.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Any

from core.model_files.refusal import ModelFileError

DAMAGED = "This file is damaged, or no Keras model: save or download it again."
NEWER = "This file is written in another form of HDF5 than Keras writes: load it with Keras and save it again."
ELSEWHERE = "This file refers to other places than its own: save the model again."

# II.A, after the signature: versions 0, addresses and lengths of 8 bytes, groups of at most 2 * 4 names a node and
# 2 * 16 nodes; h5py writes no other, with HDF5 1.8 to 2.0. Then: base address, end of file, address of the root.
SUPERBLOCK = bytes.fromhex("0000 0000 0008 0800 0400 1000 0000 0000")
ADDRESSES = Struct("<Q8xQ16xQ")
MOST_NAMES, MOST_NODES = 8, 32

OBJECT_HEADER = Struct("<BxHxxxxIxxxx")  # IV.A.1.a: version, number of messages, bytes of them
MESSAGE = Struct("<HHBxxx")  # kind, bytes, flags
MOST_MESSAGES = 256
SHARED = 2  # a flag: the message is somewhere else
DATASPACE, DATATYPE, EXTERNAL_FILES, LAYOUT, FILTERS, CONTINUATION, SYMBOL_TABLE = 1, 3, 7, 8, 11, 16, 17  # IV.A.2
MEANT = (DATASPACE, DATATYPE, EXTERNAL_FILES, LAYOUT, FILTERS, CONTINUATION, SYMBOL_TABLE)
PLACE = Struct("<QQ")  # address and bytes of a continuation; addresses of a group's tree and of its names

TREE = Struct("<4sBBH16x")  # III.A.1: signature, 0 for groups, level, nodes; then a key, an address, a key, ...
NODE_ADDRESS, FIRST_NODE, NODE_STEP = Struct("<Q"), 24 + 8, 16
NODE = Struct("<4sBxH")  # III.B: signature, version, names
ENTRY = Struct("<QQI20x")  # III.C: where the name is among the names, address of the object, how it is linked
SOFT_LINK = 2
NAMES = Struct("<4sBxxxQ8xQ")  # III.D: signature, version, bytes, address


@dataclass(frozen=True)
class Object:
    """What lies at a place of a file: a group or numbers, described by messages."""

    messages: dict[int, bytes]  # those that are MEANT here, by their kinds

    @property
    def is_group(self) -> bool:
        """Whether it has a table of names."""
        return SYMBOL_TABLE in self.messages


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
        raise ModelFileError(NEWER)
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
        raise ModelFileError(NEWER)
    version, count, size = fields(content, address, OBJECT_HEADER)
    if version != 1 or count > MOST_MESSAGES:
        raise ModelFileError(DAMAGED)
    found: dict[int, bytes] = {}
    parts = [(address + OBJECT_HEADER.size, size)]
    for place, size in parts:  # it grows by each continuation, and each is one of the messages that are counted
        end = place + size
        while place < end and count > 0:
            kind, length, flags = fields(content, place, MESSAGE)
            place, count = place + MESSAGE.size, count - 1
            if place + length > min(end, len(content)):
                raise ModelFileError(DAMAGED)
            if kind in MEANT:
                message = content[place : place + length]
                if flags & SHARED or kind in found:
                    raise ModelFileError(DAMAGED)
                if kind == CONTINUATION:
                    parts.append(fields(message, 0, PLACE))
                else:
                    found[kind] = message
            place += length
    return Object(found)


def member(content: bytes, group: Object, name: str) -> Object | None:
    """What a group holds under a name; None if nothing.

    Raises:
        ModelFileError: the name stands twice or is a link to another place, or the table is none as Keras writes it.
    """
    tree, names = fields(group.messages[SYMBOL_TABLE], 0, PLACE)
    signature, version, length, texts = fields(content, names, NAMES)
    if (signature, version) != (b"HEAP", 0) or texts + length > len(content):
        raise ModelFileError(DAMAGED)
    signature, kind, level, nodes = fields(content, tree, TREE)
    if (signature, kind, level) != (b"TREE", 0, 0) or nodes > MOST_NODES:
        raise ModelFileError(DAMAGED)
    wanted, found = name.encode() + b"\0", []
    for number in range(nodes):
        (node,) = fields(content, tree + FIRST_NODE + NODE_STEP * number, NODE_ADDRESS)
        signature, version, count = fields(content, node, NODE)
        if (signature, version) != (b"SNOD", 1) or count > MOST_NAMES:
            raise ModelFileError(DAMAGED)
        for entry in range(count):
            place, address, link = fields(content, node + NODE.size + ENTRY.size * entry, ENTRY)
            if place + len(wanted) <= length and content.startswith(wanted, texts + place):
                found.append((address, link))
    if not found:
        return None
    if len(found) > 1:
        raise ModelFileError(DAMAGED)
    ((address, link),) = found
    if link >= SOFT_LINK:
        raise ModelFileError(ELSEWHERE)
    return object_at(content, address)

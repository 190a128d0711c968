"""TIFF, DNG and the EXIF of other formats without what tells of people: known tags alone stay.

Places in the file stay as they are, since what a TIFF holds is found by them. The copy begins empty
and takes what is known and needed: the picture, its colours, the camera and its settings, the time.
Everything else, serial numbers, names, place, notes of makers, thumbnails, and what no tag points
at, is not in it. A copy of a copy is the same.

References
----------
.. [1] Adobe, "TIFF Revision 6.0," 1992; "Digital Negative (DNG) Specification 1.7.1.0," 2023.
.. [2] CIPA DC-008, "Exchangeable image file format: Exif Version 3.0," 2023.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from porelight.errors import InputFileError

Block: TypeAlias = Literal["picture", "camera", "interoperability"]

_SIZES = MappingProxyType(
    {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
)  # bytes of a number of each kind
_SHORT, _LONG, _SUB_BLOCK = 3, 4, 13
_MOST_BLOCKS = 64
_ENTRY = 12

_SUBFILE_TYPE, _PHOTOMETRIC, _SUB_IFDS = 254, 262, 330
_PREVIEW = 1
_MOSAICS = (32803, 34892)
_CAMERA_BLOCK, _INTEROPERABILITY, _MAKER_NOTE = 0x8769, 0xA005, 0x927C
_DNG_VERSION = 50706
ORIENTATION = 274
# where the data of a picture lies, and how long each part is
_DATA = MappingProxyType({273: 279, 324: 325, 513: 514})

# the picture, its colours, camera and time; then those of DNG but serial number, names and notes
_OF_DNG = set(range(50706, 52600)) - {50735, 50740, 50781, 50827, 50828, *range(50966, 50972)}
_OF_PICTURE = {
    *range(254, 260), *range(262, 264), 266, 273, 274, *range(277, 285), 290, 291, 296, 301,
    *range(317, 326), _SUB_IFDS, 332, 334, *range(338, 348), *range(512, 522), *range(529, 533),
    271, 272, 306, 33421, 33422, 33434, 33437, 34675, _CAMERA_BLOCK, 34855, 37393,
}  # fmt: skip
_OF_CAMERA = {
    0x829A, 0x829D, 0x8822, 0x8827, *range(0x8830, 0x8836), 0x9000, 0x9003, 0x9004,
    *range(0x9010, 0x9013), 0x9101, 0x9102, *range(0x9201, 0x920B), *range(0x9290, 0x9293),
    *range(0xA000, 0xA004), _INTEROPERABILITY, *range(0xA20E, 0xA211), 0xA217,
    *range(0xA300, 0xA303), *range(0xA401, 0xA40B), *range(0xA432, 0xA435), 0xA500,
}  # fmt: skip
_KEPT: Mapping[Block, frozenset[int]] = MappingProxyType(
    {
        "picture": frozenset(_OF_PICTURE | _OF_DNG),
        "camera": frozenset(_OF_CAMERA),
        "interoperability": frozenset((1, 2)),
    }
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of a block: a tag, and where its value lies."""

    tag: int
    kind: int
    count: int
    start: int
    raw: bytes

    @property
    def size(self) -> int:
        return _SIZES[self.kind] * self.count


def stripped_tiff(data: bytes, *, is_file: bool) -> bytes:
    """Return a TIFF, or a block of EXIF, with nothing in it that tells of people.

    Parameters
    ----------
    data : bytes
        What begins with II or MM.
    is_file : bool
        Whether it is a file with a picture, and not the EXIF of one, whose thumbnail goes.

    Raises
    ------
    InputFileError
        If it is damaged, or a raw file other than DNG: its maker's notes are needed to develop it,
        and hold the serial number.
    """
    return _Copy(data, is_file=is_file).made()


def tags_of(data: bytes) -> frozenset[int]:
    """Return the tags in the first block of a TIFF or of EXIF."""
    copy = _Copy(data, is_file=False)
    return frozenset(entry.tag for entry in copy.entries(copy.first))


class _Copy:
    """A copy that is being made; offsets in it are those of the original."""

    def __init__(self, data: bytes, *, is_file: bool) -> None:
        marks = {b"II": "<", b"MM": ">"}
        if data[:2] not in marks or len(data) < 8:
            raise InputFileError("its metadata are damaged; save it again.")
        self._order = marks[data[:2]]
        magic, self.first = struct.unpack(f"{self._order}HI", data[2:8])
        if magic != 42:
            raise InputFileError("it is a BigTIFF or damaged; save it again as TIFF.")
        self._data, self._is_file = data, is_file
        self._out, self._end = bytearray(len(data)), 0
        self._blocks: set[int] = set()

    def made(self) -> bytes:
        self._take(0, 8)
        if self._is_file:
            self._require_no_other_raw()
        self._block(self.first, "picture")
        return bytes(self._out[: self._end])

    def entries(self, at: int) -> Iterator[_Entry]:
        """Yield the entries of a block whose values lie within the data."""
        if at + 2 > len(self._data):
            return
        for place in range(at + 2, at + 2 + _ENTRY * self._n_entries(at), _ENTRY):
            raw = self._data[place : place + _ENTRY]
            if len(raw) < _ENTRY:
                return
            tag, kind, count, start = struct.unpack(f"{self._order}HHII", raw)
            if kind not in _SIZES:
                continue
            if _SIZES[kind] * count <= 4:
                start = place + 8
            if start + _SIZES[kind] * count <= len(self._data):
                yield _Entry(tag, kind, count, start, raw)

    def _block(self, at: int, block: Block) -> None:
        """Take a block with what it points at, and those that follow it."""
        while at and at + 2 <= len(self._data) and at not in self._blocks:
            self._blocks.add(at)
            if len(self._blocks) > _MOST_BLOCKS:
                raise InputFileError(f"it has more than {_MOST_BLOCKS} blocks; save it again.")
            found = {one.tag: one for one in self.entries(at) if one.tag in _KEPT[block]}
            kept = list(found.values())
            for entry in kept:
                if entry.size > 4:
                    self._take(entry.start, entry.size)
            if block == "picture" and self._is_file:
                self._picture(found)
            self._inner(found)
            n = self._n_entries(at)
            follows = self._data[at + 2 + _ENTRY * n :][:4]
            # a block of EXIF is followed by its thumbnail
            if not self._is_file or block != "picture" or len(follows) < 4:
                follows = bytes(4)
            head = struct.pack(f"{self._order}H", len(kept))
            self._put(at, head + b"".join(entry.raw for entry in kept) + follows)
            (at,) = struct.unpack(f"{self._order}I", follows)

    def _inner(self, found: Mapping[int, _Entry]) -> None:
        inner: tuple[tuple[int, Block], ...] = (
            (_CAMERA_BLOCK, "camera"),
            (_INTEROPERABILITY, "interoperability"),
            (_SUB_IFDS, "picture"),
        )
        for tag, block in inner:
            if tag in found:
                for place in self._numbers(found[tag]):
                    self._block(place, block)

    def _picture(self, found: Mapping[int, _Entry]) -> None:
        """Take the data of a picture, unless it is a preview of another."""
        if self._is_preview(found):
            return
        for places, lengths in _DATA.items():
            if places in found and lengths in found:
                parts = zip(
                    self._numbers(found[places]), self._numbers(found[lengths]), strict=False
                )
                for start, length in parts:
                    self._take(start, length)

    def _require_no_other_raw(self) -> None:
        found = {one.tag: one for one in self.entries(self.first)}
        if _DNG_VERSION in found:
            return
        kinds = self._numbers(found[_PHOTOMETRIC]) if _PHOTOMETRIC in found else ()
        has_notes = _CAMERA_BLOCK in found and any(
            one.tag == _MAKER_NOTE
            for place in self._numbers(found[_CAMERA_BLOCK])
            for one in self.entries(place)
        )
        is_canon = self._data[8:10] == b"CR"
        if (
            is_canon
            or self._is_preview(found)
            or any(kind in _MOSAICS for kind in kinds)
            or (has_notes and _SUB_IFDS in found)
        ):
            raise InputFileError(OTHER_RAW)

    def _is_preview(self, found: Mapping[int, _Entry]) -> bool:
        kinds = self._numbers(found[_SUBFILE_TYPE]) if _SUBFILE_TYPE in found else (0,)
        return any(kind & _PREVIEW for kind in kinds)

    def _n_entries(self, at: int) -> int:
        (n,) = struct.unpack(f"{self._order}H", self._data[at : at + 2])
        return min(int(n), (len(self._data) - at - 2) // _ENTRY)

    def _numbers(self, entry: _Entry) -> tuple[int, ...]:
        letter = {_SHORT: "H", _LONG: "I", _SUB_BLOCK: "I"}.get(entry.kind)
        if letter is None:
            return ()
        content = self._data[entry.start : entry.start + entry.size]
        return struct.unpack(f"{self._order}{entry.count}{letter}", content)

    def _take(self, start: int, size: int) -> None:
        self._put(start, self._data[start : start + size])

    def _put(self, start: int, content: bytes) -> None:
        content = content[: max(0, len(self._out) - start)]
        self._out[start : start + len(content)] = content
        self._end = max(self._end, start + len(content))


OTHER_RAW = (
    "it is a raw file of a camera, which cannot be developed without the notes that hold its "
    "serial number; convert it to DNG, or develop it and save it as TIFF, PNG or JPEG."
)

"""HEIC and AVIF without what tells of people: their pictures and colours alone stay.

Such a file is a row of boxes; one lists the items of the file and where the bytes of each lie [1]_.
The copy has every box at its place, but the data of known kinds of pictures alone; of EXIF what
`porelight.files.stripped_tiff` keeps. A copy of a copy is the same.

References
----------
.. [1] ISO/IEC 14496-12, "ISO base media file format," 8.11; ISO/IEC 23008-12, "Image file format."
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from porelight.errors import InputFileError
from porelight.files.stripped_tiff import stripped_tiff

_KEPT = (b"ftyp", b"meta", b"mdat")
_KEPT_OF_META = (b"hdlr", b"pitm", b"iinf", b"iref", b"iprp", b"iloc", b"idat", b"grpl", b"dinf")
_PICTURES = frozenset(
    (b"hvc1", b"hvc2", b"av01", b"avc1", b"grid", b"iden", b"iovl", b"tmap", b"mski", b"unci")
)
_MOST_ITEMS = 100_000
_DAMAGED = "its boxes are damaged; copy it again."


@dataclass(frozen=True, slots=True)
class _Box:
    """A box: its kind, where it begins and ends, and where what is in it begins."""

    kind: bytes
    start: int
    inside: int
    end: int


@dataclass(frozen=True, slots=True)
class _Part:
    """Some bytes of an item."""

    start: int
    size: int


class _Numbers:
    """Reads numbers of changing width, one after the other."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data, self._at, self._end = data, at, end

    def next(self, size: int) -> int:
        if self._at + size > self._end:
            raise InputFileError(_DAMAGED)
        value = int.from_bytes(self._data[self._at : self._at + size], "big")
        self._at += size
        return value


def stripped_boxes(data: bytes) -> bytes:
    """Return a HEIC or AVIF with nothing in it that tells of people.

    Raises
    ------
    InputFileError
        If its boxes are damaged, or its items are made of one another.
    """
    out = bytearray(data)
    for box in _boxes(data, 0, len(data)):
        _clear(out, box, is_kept=box.kind in _KEPT, is_emptied=box.kind == b"mdat")
        if box.kind == b"meta":
            # the boxes in it come after a version and flags
            for one in _boxes(data, box.inside + 4, box.end):
                is_kept = one.kind in _KEPT_OF_META
                _clear(out, one, is_kept=is_kept, is_emptied=one.kind == b"idat")
    for box in _boxes(data, 0, len(data)):
        if box.kind == b"meta":
            inside = {one.kind: one for one in _boxes(data, box.inside + 4, box.end)}
            _clear_descriptions(data, out, inside.get(b"iprp"))
            _take_items(data, out, inside)
    return bytes(out)


def _clear(out: bytearray, box: _Box, *, is_kept: bool, is_emptied: bool) -> None:
    """Make a box that is not kept free space; empty one whose items are taken one by one."""
    if not is_kept:
        out[box.start + 4 : box.start + 8] = b"free"
    if not is_kept or is_emptied:
        out[box.inside : box.end] = bytes(box.end - box.inside)


def _clear_descriptions(data: bytes, out: bytearray, properties: _Box | None) -> None:
    """Empty what somebody has written about a picture; properties are known by their place."""
    if properties is None:
        return
    for group in _boxes(data, properties.inside, properties.end):
        if group.kind == b"ipco":
            for box in _boxes(data, group.inside, group.end):
                if box.kind == b"udes" and box.end - box.inside >= 4:
                    out[box.inside + 4 : box.end] = bytes(box.end - box.inside - 4)


def _take_items(data: bytes, out: bytearray, inside: Mapping[bytes, _Box]) -> None:
    """Take the bytes of pictures, and of EXIF what is kept."""
    if b"iloc" not in inside or b"iinf" not in inside:
        return
    kinds = dict(_kinds(data, inside[b"iinf"]))
    for item, parts in _places(data, inside[b"iloc"], inside.get(b"idat")):
        kind = kinds.get(item)
        for part in parts:
            whole = data[part.start : part.start + part.size]
            if kind in _PICTURES:
                out[part.start : part.start + part.size] = whole
            elif kind == b"Exif" and len(parts) == 1:
                out[part.start : part.start + part.size] = _exif(whole)


def _exif(item: bytes) -> bytes:
    """Return an item of EXIF as long as it was: where the block begins, then the block."""
    begin = 4 + int.from_bytes(item[:4], "big")
    try:
        kept = stripped_tiff(item[begin:], is_file=False)
    except InputFileError:
        return bytes(len(item))
    return (item[:begin] + kept).ljust(len(item), b"\x00")


def _boxes(data: bytes, at: int, end: int) -> Iterator[_Box]:
    while at + 8 <= end:
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        inside = at + 8
        if size == 1:
            size, inside = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        stop = end if size == 0 else at + size
        if not inside <= stop <= end:
            raise InputFileError(_DAMAGED)
        yield _Box(kind, at, inside, stop)
        at = stop


def _kinds(data: bytes, box: _Box) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the kind of each item."""
    first = box.inside + (6 if data[box.inside] == 0 else 8)
    for entry in _boxes(data, first, box.end):
        version = data[entry.inside]
        if entry.kind == b"infe" and version in (2, 3):
            size = 2 if version == 2 else 4
            at = entry.inside + 4
            yield int.from_bytes(data[at : at + size], "big"), data[at + size + 2 : at + size + 6]


def _places(data: bytes, box: _Box, idat: _Box | None) -> Iterator[tuple[int, list[_Part]]]:
    """Yield the number of each item, and where its bytes lie."""
    version = data[box.inside]
    numbers = _Numbers(data, box.inside + 4, box.end)
    sizes, more = numbers.next(1), numbers.next(1)
    of_offset, of_length, of_base = sizes >> 4, sizes & 15, more >> 4
    of_index = more & 15 if version else 0
    n_items = numbers.next(2 if version < 2 else 4)
    if n_items > _MOST_ITEMS:
        raise InputFileError(_DAMAGED)
    for _ in range(n_items):
        item = numbers.next(2 if version < 2 else 4)
        how = numbers.next(2) & 15 if version else 0
        numbers.next(2)  # of the file that holds it, which is this
        base = numbers.next(of_base)
        begin, end = 0, len(data)
        if how == 1 and idat is not None:
            begin, end = idat.inside, idat.end
        elif how:
            raise InputFileError("its items are made of one another; save it again as JPEG.")
        parts = []
        for _ in range(numbers.next(2)):
            numbers.next(of_index)
            start = begin + base + numbers.next(of_offset)
            size = numbers.next(of_length)
            start = min(start, end)
            parts.append(_Part(start, min(size or end - start, end - start)))
        yield item, parts

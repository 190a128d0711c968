"""Photographs without what tells of people: place, names, serial numbers, notes, thumbnails.

The bytes of the picture stay as they are; what is not known to belong to it or to its camera goes.
What is kept is the same each time, so that a photograph is known again by the hash of what is
kept.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from porelight.errors import InputFileError
from porelight.files.stripped_boxes import stripped_boxes
from porelight.files.stripped_tiff import ORIENTATION, OTHER_RAW, stripped_tiff, tags_of

_EXIF = b"Exif\x00\x00"
_XMP_TURN = re.compile(rb"tiff:Orientation(?:=\"|>)[2-8]")

_SOS, _EOI, _COM = 0xDA, 0xD9, 0xFE
_APP0, _APP1, _APP2, _APP14, _APP15 = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF
# the next mark after pixels: neither a stuffed byte nor one that only divides them
_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_PNG = b"\x89PNG\r\n\x1a\n"
_OF_PNG = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB",
     b"cICP", b"mDCV", b"cLLI", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT")
)  # fmt: skip
_OF_WEBP = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
_WEBP_HAS_XMP = 0x04

_OTHER_RAWS = (b"IIU\x00", b"IIRO", b"IIRS", b"MMOR", b"FUJIFILMCCD-RAW")
_RAW_BRAND = b"crx "


def without_private_data(content: bytes) -> bytes:
    """Return a photograph with nothing in it that tells of people.

    Parameters
    ----------
    content : bytes
        A file of JPEG, PNG, TIFF, WebP, HEIC, AVIF or DNG.

    Returns
    -------
    bytes
        The same picture, bit for bit, with its colours, resolution and turn, the model and the
        settings of the camera and the time. What has been through this once stays as it is.

    Raises
    ------
    InputFileError
        If it is none of these, cannot be cleaned, or its marks are damaged.
    """
    for start, how in _KINDS.items():
        if content.startswith(start):
            return how(content)
    if content.startswith(_OTHER_RAWS) or content[4:12] == b"ftyp" + _RAW_BRAND:
        raise InputFileError(OTHER_RAW)
    if content[4:8] == b"ftyp":
        return stripped_boxes(content)
    raise InputFileError(
        "the file is no JPEG, PNG, TIFF, WebP, HEIC, AVIF or DNG picture; export it as one."
    )


class _Metadata:
    """What is kept of a file's EXIF, and whether its turn is told by it."""

    def __init__(self) -> None:
        self._has_turn = self._is_turned_by_xmp = False

    def exif(self, data: bytes) -> bytes:
        """Return what is kept of EXIF; nothing if it cannot be read."""
        try:
            kept = stripped_tiff(data, is_file=False)
        except InputFileError:
            return b""
        self._has_turn = self._has_turn or ORIENTATION in tags_of(kept)
        return kept

    def passed_over(self, data: bytes) -> None:
        """Take note of what is not kept."""
        self._is_turned_by_xmp = self._is_turned_by_xmp or _XMP_TURN.search(data) is not None

    def require_turn(self) -> None:
        """Refuse a picture that would lie on its side without what is not kept."""
        if self._is_turned_by_xmp and not self._has_turn:
            raise InputFileError(
                "its turn is told by XMP alone, which is not kept; open it, and save it again "
                "upright."
            )


def _jpeg(content: bytes) -> bytes:
    kept, metadata = [content[:2]], _Metadata()
    for mark, segment, pixels in _segments(content):
        data = segment[4:]
        if mark == _APP1 and data.startswith(_EXIF):
            exif = metadata.exif(data[len(_EXIF) :])
            if exif:
                size = struct.pack(">H", 2 + len(_EXIF) + len(exif))
                kept += [b"\xff\xe1", size, _EXIF, exif]
        elif _is_of_jpeg(mark, data):
            kept.append(segment)
        else:
            metadata.passed_over(data)
        kept.append(pixels)
    metadata.require_turn()
    return b"".join(kept)


def _is_of_jpeg(mark: int, data: bytes) -> bool:
    if mark == _APP0:
        return data.startswith(b"JFIF\x00")
    if mark == _APP2:
        return data.startswith(b"ICC_PROFILE\x00")
    if mark == _APP14:
        return data.startswith(b"Adobe")
    return not (_APP0 <= mark <= _APP15 or mark == _COM)


def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield each mark with its segment, and the pixels that follow it; what follows the end goes.

    A file that is cut off is kept to its end, so that measuring it tells of the damage.
    """
    at = 2
    while at + 2 <= len(content):
        if content[at] != 0xFF:
            raise InputFileError("its marks are damaged; copy it again.")
        mark = content[at + 1]
        if mark == 0xFF:  # filling
            at += 1
            continue
        if mark == _EOI:
            yield mark, content[at : at + 2], b""
            return
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        segment = content[at:end]
        pixels = b""
        if mark == _SOS:
            found = _MARK.search(content, end)
            stop = found.start() if found else len(content)
            pixels, end = content[end:stop], stop
        yield mark, segment, pixels
        at = max(end, at + 4)


def _png(content: bytes) -> bytes:
    kept, metadata = [_PNG], _Metadata()
    at = len(_PNG)
    while at + 12 <= len(content):
        size, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        data, end = content[at + 8 : at + 8 + size], at + 12 + size
        if name in _OF_PNG:
            kept.append(content[at:end])
        elif name == b"eXIf":
            exif = metadata.exif(data)
            if exif:
                check = struct.pack(">I", zlib.crc32(name + exif))
                kept += [struct.pack(">I", len(exif)), name, exif, check]
        elif data.startswith((b"Raw profile type exif", b"Raw profile type APP1")):
            raise InputFileError(
                "its EXIF is in a text, as ImageMagick writes it, and cannot be cleaned; save it "
                "again with another program."
            )
        else:
            metadata.passed_over(data)
        at = end
        if name == b"IEND":
            break
    else:
        kept.append(content[at:])  # cut off: measuring it tells of that
    metadata.require_turn()
    return b"".join(kept)


def _webp(content: bytes) -> bytes:
    if content[8:12] != b"WEBP":
        raise InputFileError("it is a RIFF file and no WebP picture; export it as PNG or JPEG.")
    kept, metadata = [], _Metadata()
    at = 12
    while at + 8 <= len(content):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        data = content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
        if name == b"VP8X" and data:
            data = bytes([data[0] & ~_WEBP_HAS_XMP]) + data[1:]
        if name == b"EXIF":
            data = metadata.exif(data.removeprefix(_EXIF))
            size = len(data)
        elif name not in _OF_WEBP:
            metadata.passed_over(data)
            continue
        kept += [name, struct.pack("<I", size), data, bytes(len(data) % 2)]
    metadata.require_turn()
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _tiff(content: bytes) -> bytes:
    kept, metadata = stripped_tiff(content, is_file=True), _Metadata()
    if ORIENTATION not in tags_of(kept):
        metadata.passed_over(content)
    metadata.require_turn()
    return kept


_KINDS: dict[bytes, Callable[[bytes], bytes]] = {
    b"\xff\xd8\xff": _jpeg,
    _PNG: _png,
    b"II*\x00": _tiff,
    b"MM\x00*": _tiff,
    b"RIFF": _webp,
}

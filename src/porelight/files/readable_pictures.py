"""Whether the bytes of a photograph can be read at all, found out sooner than by measuring it.

Decoding a photograph of a camera takes half a second, too long for thousands that are only being
brought in. So a JPEG or a PNG is decoded only if it does not end as its format must, or a checksum
of the PNG does not fit; of other formats the decoder reads the header. What lies between is found
when the photograph is measured.
"""

import warnings
import zlib

from porelight.errors import (
    DamageWarning,
    DecoderMissingError,
    DecodingStoppedError,
    PhotographError,
)
from porelight.files.photographs import picture_of

_JPEG, _END_OF_JPEG = b"\xff\xd8\xff", b"\xff\xd9"
_PNG, _END_OF_PNG = b"\x89PNG\r\n\x1a\n", b"IEND"


class _HeaderReadError(Exception):
    """The header has been read; no more is wanted."""


def require_readable(content: bytes) -> None:
    """Refuse a photograph that is cut off, or whose header cannot be read.

    Parameters
    ----------
    content : bytes
        A file as `porelight.files.private_data.without_private_data` returns it: nothing follows
        its end.

    Raises
    ------
    PhotographError
        With the reason. A library that is missing, or memory that is short, is no fault of the
        photograph, and measuring tells of it.
    """
    is_complete = _is_complete(content)
    if is_complete:
        return

    def accept(_rows: int, _cols: int) -> None:
        if is_complete is None:
            raise _HeaderReadError

    name = "the file"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DamageWarning)  # measuring warns of it
            picture_of(content, name, accept=accept)
    except (_HeaderReadError, DecoderMissingError, DecodingStoppedError):
        return
    except PhotographError as problem:
        raise PhotographError(f"{name} {str(problem).removeprefix(f'{name}: ')}") from None


def _is_complete(content: bytes) -> bool | None:
    """Whether a file ends as it must; None of a format that does not say how."""
    if content.startswith(_JPEG):
        return content.endswith(_END_OF_JPEG)
    return _is_complete_png(content) if content.startswith(_PNG) else None


def _is_complete_png(content: bytes) -> bool:
    at = len(_PNG)
    while at + 12 <= len(content):
        end = at + 8 + int.from_bytes(content[at : at + 4], "big")
        if zlib.crc32(content[at + 4 : end]).to_bytes(4, "big") != content[end : end + 4]:
            return False
        if content[at + 4 : at + 8] == _END_OF_PNG:
            return True
        at = end + 4
    return False

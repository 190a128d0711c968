"""The one reader of text: whatever encoding a program saved it in, it comes out as Unicode.

Editors of Windows put a byte order mark before UTF-8; PowerShell's ``>`` and Excel's "Unicode text"
write UTF-16. Old encodings that a file does not name (Windows-1252, MacRoman) are refused: a wrong
guess would change a name without a word.
"""

import codecs
from pathlib import Path

from porelight.errors import InputFileError
from porelight.files.writing import require_file

MOST_BYTES = 50_000_000

# the mark of UTF-32 begins with that of UTF-16, so it is looked for first
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# what no text holds: control characters but tab, line feed, form feed and carriage return
_NO_TEXT = {*range(9), 11, *range(14, 32)} - {27}


def read_text(path: Path | str, wanted: str, *, most_bytes: int = MOST_BYTES) -> str:
    """Read a text file.

    Parameters
    ----------
    path : Path or str
        UTF-8, UTF-16 or UTF-32, with or without a byte order mark.
    wanted : str
        Description of the right file, for messages: "a CSV file with the columns ...".
    most_bytes : int
        Largest size of the file [B].

    Returns
    -------
    str
        The text, its lines ended by a line feed whatever ended them in the file.

    Raises
    ------
    InputFileError
        If the file is missing, cannot be read, is too large, or is no text.
    """
    file = require_file(Path(path), wanted)
    try:
        size = file.stat().st_size
        if size > most_bytes:
            raise InputFileError(
                f"{file} has {size / 1e6:.0f} MB, more than {most_bytes / 1e6:.0f} MB; expected "
                f"{wanted}."
            )
        data = file.read_bytes()
    except OSError as problem:
        raise InputFileError(f"{file}: cannot be read ({problem.strerror}).") from None
    text = _decoded(data, file, wanted)
    if not _NO_TEXT.isdisjoint(map(ord, text[:4096])) or "\0" in text:
        raise InputFileError(f"{file}: not a text file; expected {wanted}.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, file: Path, wanted: str) -> str:
    mark, encoding = next(
        (pair for pair in _MARKS if data.startswith(pair[0])), (b"", _unmarked(data))
    )
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as problem:
        start = problem.start + len(mark)
        if encoding != "utf-8" or not _NO_TEXT.isdisjoint(data[:4096]):
            raise InputFileError(f"{file}: not a text file; expected {wanted}.") from None
        line = data.count(b"\n", 0, start) + 1
        raise InputFileError(
            f"{file}: line {line} holds the byte 0x{data[start]:02x}, which is no UTF-8, so it is "
            f"not a text file or one in another encoding; expected {wanted}. Save it again as "
            "UTF-8 (Excel: 'CSV UTF-8')."
        ) from None


def _unmarked(data: bytes) -> str:
    """Return the encoding of a text without a mark, by where its first letters have a zero byte."""
    zeros = [byte == 0 for byte in data[:4]]
    if zeros == [False, True, False, True]:
        return "utf-16-le"
    if zeros == [True, False, True, False]:
        return "utf-16-be"
    return "utf-8"

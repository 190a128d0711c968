"""What kind of file a result is: the endings of its name, and how an earlier one is recognised.

A result may take the place of an earlier result of the same kind, and of nothing else. So each
format says, beside the function that writes it, how its own files are told from others.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

Recogniser: TypeAlias = Callable[[Path], bool]

_BEGINNING = 4096  # bytes in which a file says what it is
_STAMP = "# written by porelight, sha256 "
_DIGITS = 16  # of the digest


@dataclass(frozen=True, slots=True)
class ResultKind:
    """One kind of file or folder that porelight writes.

    Attributes
    ----------
    what : str
        One of it in words, with its article: "a plan".
    endings : tuple of str
        How the names of such files end, in lower case with the dot; empty if in any way.
    is_own : callable
        Tells whether a file is of this kind and was written by porelight; of the kind of a folder,
        whether one entry of the folder is.
    """

    what: str
    endings: tuple[str, ...]
    is_own: Recogniser


def names_porelight(text: str = "porelight", *, anywhere: bool = False) -> Recogniser:
    """Recognise a file by a text near its beginning, or anywhere in it."""
    sought = text.encode()

    def is_own(path: Path) -> bool:
        with path.open("rb") as file:
            return sought in file.read(-1 if anywhere else _BEGINNING)

    return is_own


def hdf5_with(attribute: str, name: str = "") -> Recogniser:
    """Recognise a NetCDF-4 file by an attribute and the name of a variable or group; "" is none.

    ``group/attribute`` is an attribute of a group.
    """
    group, _, key = attribute.rpartition("/")

    def is_own(path: Path) -> bool:
        import h5py  # noqa: PLC0415  a third of a second, for files that are there already

        try:
            with h5py.File(path, "r") as file:
                about = file[group] if group else file
                return key in about.attrs and (not name or name in file)
        except (OSError, KeyError):
            return False

    return is_own


def json_with(begin: str, *keys: str) -> Recogniser:
    """Recognise a JSON document by how a text in it begins, under these keys of nested objects."""

    def is_own(path: Path) -> bool:
        try:
            found = json.loads(path.read_bytes())
            for key in keys or ("format",):
                found = found[key]
        except (ValueError, RecursionError, KeyError, TypeError, OSError):
            return False
        return isinstance(found, str) and found.startswith(begin)

    return is_own


def stamped(text: str) -> str:
    """Return a text that people may edit under a comment that tells whether anybody did.

    Examples
    --------
    >>> print(stamped("a = 1"))
    # written by porelight, sha256 b5bc1ffd90912fb1
    a = 1
    """
    return f"{_STAMP}{_digest(text)}\n{text}"


def is_as_stamped(path: Path) -> bool:
    """Recognise a file of `stamped` that nobody has edited since."""
    try:
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    except UnicodeDecodeError:
        return False
    return first == f"{_STAMP}{_digest(rest)}"


def folder_of(names: Collection[str], document: str, begin: str) -> Recogniser:
    """Recognise the entries of a folder by their names and by the format of the document in it."""
    is_document = json_with(begin)
    return lambda path: path.name in names and is_document(path.parent / document)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:_DIGITS]


ANY = ResultKind("a file", (), names_porelight())

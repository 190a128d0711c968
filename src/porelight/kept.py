"""What was computed before, kept in the user's cache under a key of all that it depends on.

A key is a hash of content, never a name or a time, so what is kept cannot be stale: whatever
changes the result changes the key. Each entry is one file, which appears whole and is checked when
it is read, so processes may share the folder, and a damaged entry is one that is not there. The
folder has a limit of size; beyond it those go that were not read for longest.

PORELIGHT_CACHE names another folder, or is ``off``; PORELIGHT_CACHE_MB is its limit (1000).
"""

import hashlib
import io
import os
import re
import uuid
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from porelight.errors import ParameterError

FOLDER, LIMIT = "PORELIGHT_CACHE", "PORELIGHT_CACHE_MB"
_USUAL_LIMIT = 1000  # MB
_CHECK = 16  # bytes of the hash before an entry's content
_SUFFIX = ".kept"
# what this module writes: entries, and unfinished ones
_OWN = re.compile(r"[0-9a-f]{2}/[0-9a-f]+\.(kept|[0-9a-f]{32})")
_OFF = ("off", "no", "none", "false", "0")
_SLACK = 0.05  # share of the limit that a process adds before it looks at the whole folder
_LEFT = 0.9  # share of the limit that is kept when the folder is full


def users_cache() -> Path:
    """Return porelight's folder in the user's cache (XDG)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    return root / "porelight"


def content_key(*content: object) -> str:
    """Return a key of numbers, texts, arrays, and of dataclasses, mappings and sequences of them.

    Raises
    ------
    TypeError
        If there is anything else in it, such as a function, whose content cannot be told.
    """
    digest = hashlib.blake2b(digest_size=20)
    for part in _parts(content):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    if value is None or isinstance(value, str | bool | int | float):
        yield f"{type(value).__name__} {value!r}".encode()
    elif isinstance(value, np.ndarray) and value.dtype != object:
        yield f"array {value.dtype.str} {value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, np.generic):
        yield from _parts(np.asarray(value))
    elif is_dataclass(value) and not isinstance(value, type):
        yield f"{type(value).__module__}.{type(value).__qualname__}".encode()
        for field in fields(value):
            yield field.name.encode()
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield f"mapping {len(value)}".encode()
        for key in sorted(value):
            yield from _parts(key)
            yield from _parts(value[key])
    elif isinstance(value, tuple | list):
        yield f"sequence {len(value)}".encode()
        for one in value:
            yield from _parts(one)
    else:
        raise TypeError(f"{type(value).__name__} has no content that could be a key")


@dataclass(frozen=True, slots=True)
class Usage:
    """How full the folder of kept results is."""

    folder: Path
    n_entries: int
    bytes: int
    limit: int  # bytes


class Kept:
    """Entries of named arrays in one folder.

    Parameters
    ----------
    folder : Path
        Where they are kept; made when the first is.
    limit : int
        Bytes that it may hold.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        self._added = limit  # the first entry looks at the whole folder

    def get(self, key: str) -> dict[str, np.ndarray[Any, Any]] | None:
        """Return the arrays kept under a key, or None where there are none."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        body = content[_CHECK:]
        if hashlib.blake2b(body, digest_size=_CHECK).digest() != content[:_CHECK]:
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)  # those not read for longest go first
        record = np.load(io.BytesIO(body), allow_pickle=False)
        return {name: record[name] for name in record.dtype.names}

    def put(self, key: str, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        """Keep arrays; where nothing can be written a warning says so, once."""
        layout = [(name, one.dtype, one.shape) for name, one in arrays.items()]
        record = np.zeros((), dtype=layout)
        for name, one in arrays.items():
            record[name] = one
        body = io.BytesIO()
        np.save(body, record, allow_pickle=False)
        content = hashlib.blake2b(body.getbuffer(), digest_size=_CHECK).digest() + body.getvalue()
        path = self._path(key)
        unfinished = path.with_suffix(f".{uuid.uuid4().hex}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(content)
            unfinished.replace(path)
        except OSError as problem:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            _warn_once(self.folder, problem.strerror or type(problem).__name__)
            return
        self._added += len(content)
        if self._added > _SLACK * self.limit:
            self._added = 0
            self._make_room()

    def usage(self) -> Usage:
        """Return how full the folder is."""
        entries = [size for _, size, _ in self._entries()]
        return Usage(self.folder, len(entries), sum(entries), self.limit)

    def clear(self) -> Usage:
        """Remove all entries and return what there was."""
        before = self.usage()
        for _, _, path in self._entries():
            with suppress(OSError):
                path.unlink()
        return before

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}{_SUFFIX}"

    def _entries(self) -> list[tuple[float, int, Path]]:
        """Return when each file was last read, its size and its path: unfinished ones, too."""
        found = []
        for path in self.folder.glob("??/*.*"):
            if not _OWN.fullmatch(f"{path.parent.name}/{path.name}"):
                continue  # a user's own, in a folder that is used for other things, too
            with suppress(OSError):  # another process removed it
                about = path.stat()
                found.append((about.st_mtime, about.st_size, path))
        return found

    def _make_room(self) -> None:
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        if total <= self.limit:
            return
        for _, size, path in entries:
            with suppress(OSError):
                path.unlink()
            total -= size
            if total <= _LEFT * self.limit:
                return


@cache
def _warn_once(folder: Path, why: str) -> None:
    warnings.warn(
        f"results cannot be kept in {folder} ({why}), so that each is computed again; set {FOLDER} "
        "to a folder of your own, or to off.",
        stacklevel=3,
    )


@cache
def _kept_in(folder: Path, limit: int) -> Kept:
    return Kept(folder, limit)


def kept_results() -> Kept | None:
    """Return what the user keeps, or None if that is switched off.

    Raises
    ------
    ParameterError
        If the limit is no number of megabytes.
    """
    where = os.environ.get(FOLDER, "")
    if where.lower() in _OFF:
        return None
    text = os.environ.get(LIMIT, str(_USUAL_LIMIT))
    if not text.isdecimal() or int(text) == 0:
        raise ParameterError(
            f"{LIMIT} is {text!r}; expected a whole number of megabytes from 1 on, such as "
            f"{_USUAL_LIMIT}, or {FOLDER}=off to keep nothing."
        )
    try:
        folder = Path(where).expanduser().absolute() if where else users_cache() / "results"
    except RuntimeError as problem:
        raise ParameterError(
            f"{FOLDER} is {where!r} ({str(problem).rstrip('.')}); expected a folder, or off."
        ) from None
    return _kept_in(folder, int(text) * 1_000_000)

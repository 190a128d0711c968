"""Keys: one for each subject, wrapped with the store key, which lies in a file beside.

The store key is what makes a subject's photographs readable, and it is one small file that can be
destroyed for certain. So a subject is erased by making a new store key, wrapping the keys of all
*other* subjects with it, and destroying the old one: whatever copy of the erased subject's wrapped
key is left, in the write-ahead log of a database or in a copy of it, can never be unwrapped again.

References
----------
.. [1] M. Dworkin, "Galois/Counter Mode (GCM) and GMAC," NIST SP 800-38D (2007),
   doi:10.6028/NIST.SP.800-38D.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from porelight.errors import StoreError, StoreUnavailableError
from porelight.files.publication import settle

_BYTES = 32
_NONCE = 12
_ENDING = ".key"
_LOG_KEY = "log"


def seal(key: bytes, content: bytes, about: bytes) -> bytes:
    """Return content that only who has the key can read, or change unnoticed.

    Parameters
    ----------
    key : bytes
        32 bytes.
    content : bytes
        What is to be sealed.
    about : bytes
        What it is; it must be told again to open it.
    """
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, about)


def unseal(key: bytes, sealed: bytes, about: bytes) -> bytes:
    """Return sealed content.

    Raises
    ------
    StoreError
        If it was changed, or is of another key or about something else.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
    except (InvalidTag, ValueError):
        raise StoreError("it was changed, or sealed with another key") from None


def new_key() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(_BYTES)


class KeyFolder:
    """The files of the store keys and of the key of the log, for their owner's eyes alone.

    Parameters
    ----------
    path : Path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def make(self) -> str:
        """Make a store key, on the disk when this returns, and return its name."""
        uid = secrets.token_hex(16)
        self._write(uid)
        return uid

    def make_log_key(self) -> None:
        """Make the key of the log unless it is there."""
        if not self._file(_LOG_KEY).exists():
            self._write(_LOG_KEY)

    def log_key(self) -> bytes:
        """Return the key of the log."""
        return self.key(_LOG_KEY)

    def key(self, uid: str) -> bytes:
        """Return a key.

        Raises
        ------
        StoreUnavailableError
            If it is missing, or others may read it.
        """
        file = self._file(uid)
        try:
            mode = file.stat().st_mode
            content = file.read_bytes()
        except FileNotFoundError:
            raise StoreUnavailableError(
                f"{file}: the key of this store is not there; put the folder back that belongs to "
                "the database. Without it no photograph can be read."
            ) from None
        except OSError as problem:
            raise StoreUnavailableError(f"{file}: cannot be read ({problem.strerror}).") from None
        if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
            raise StoreUnavailableError(
                f"{file}: others may read this key (mode {stat.S_IMODE(mode):o}); expected 600. "
                "Run chmod 600 on it."
            )
        if len(content) != _BYTES:
            raise StoreUnavailableError(
                f"{file} has {len(content)} bytes; expected a key of {_BYTES}."
            )
        return content

    def others(self, current: str) -> list[str]:
        """Return the store keys beside the current one: what an erasure left that was cut short."""
        return sorted(uid for uid in self._uids() if uid not in {current, _LOG_KEY})

    def destroy(self, uid: str) -> None:
        """Overwrite a store key and remove it; nothing happens if it is gone."""
        file = self._file(uid)
        with contextlib.suppress(FileNotFoundError):
            with file.open("r+b") as handle:
                handle.write(bytes(_BYTES))
                handle.flush()
                os.fsync(handle.fileno())
            file.unlink()
            settle(self._path)

    def unfinished(self) -> list[Path]:
        """Return what was being written when its process was killed."""
        return sorted(self._path.glob(".*.part"))

    def _uids(self) -> Iterator[str]:
        with contextlib.suppress(FileNotFoundError):
            for entry in os.scandir(self._path):
                if entry.name.endswith(_ENDING):
                    yield entry.name.removesuffix(_ENDING)

    def _file(self, uid: str) -> Path:
        return self._path / f"{uid}{_ENDING}"

    def _write(self, uid: str) -> None:
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._file(uid), new_key())
        except OSError as problem:
            raise StoreUnavailableError(
                f"{self._path}: no key can be written there ({problem.strerror})."
            ) from None


def write_whole(file: Path, content: bytes, *, durable: bool = True) -> None:
    """Write a file that its owner alone may read: whole, or not there.

    Parameters
    ----------
    file : Path
        The file; an earlier one is replaced.
    content : bytes
        What it is to hold.
    durable : bool
        Whether it is on the disk when this returns; else the system writes it when it likes.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left then.
    """
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(6)}.part")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            if durable:
                opened.flush()
                os.fsync(opened.fileno())
        unfinished.replace(file)
        if durable:
            settle(file.parent)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise

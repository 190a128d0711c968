"""Hidden folders in which results are made, beside the place where they will appear.

A work folder is locked for as long as its process lives; the system itself releases the lock, so
one that can be locked belongs to nobody and is swept away: by whoever next makes one beside it. A
number of a process would not do: it is given anew, and means nothing in a container or on a
machine that shares the disk.
"""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = ".porelight-"
_LOCK = "lock"
_TRIES = 100


class WorkFolder:
    """A locked folder of this process.

    Parameters
    ----------
    path : Path
        The folder.
    lock : int
        Descriptor of its locked file.
    """

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def make(cls, parent: Path) -> "WorkFolder":
        """Make and lock one in a folder that exists; those of dead processes are to be swept first.

        Raises
        ------
        OSError
            If nothing can be written there.
        """
        for _ in range(_TRIES):
            path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            lock = _taken(path, making=True)
            if lock is not None:
                return cls(path, lock)
        # another process sweeps each before it can be locked
        raise FileExistsError(0, "too busy with other runs; try again", str(parent))

    def remove(self) -> None:
        """Remove it with all that is left in it."""
        _remove(self.path, self._lock)


@contextmanager
def scratch_in(parent: Path) -> Iterator[Path]:
    """Yield a folder for what is needed in passing; nothing of it stays."""
    work = WorkFolder.make(parent)
    try:
        yield work.path
    finally:
        work.remove()


def abandoned_in(parent: Path) -> Iterator[Path]:
    """Yield each work folder of a dead process in this folder, locked; then remove it."""
    try:
        found = sorted(Path(one.path) for one in os.scandir(parent) if one.name.startswith(PREFIX))
    except OSError:  # not there, or not ours to look into
        return
    for path in found:
        with abandoned(path) as is_abandoned:
            if is_abandoned:
                yield path


@contextmanager
def abandoned(path: Path) -> Iterator[bool]:
    """Yield whether a work folder is one of a dead process; if so, remove it after the block."""
    try:
        lock = _taken(path)
    except OSError:  # of another user, or on a disk that is only read
        lock = None
    if lock is None:
        # one without a lock is empty: just made, or all but removed
        with contextlib.suppress(OSError):
            path.rmdir()
        yield False
        return
    try:
        yield True
    except BaseException:
        os.close(lock)
        raise
    _remove(path, lock)


def _taken(path: Path, *, making: bool = False) -> int | None:
    """Return the descriptor of the lock of a work folder; None if another process has it."""
    place = path / _LOCK
    try:
        lock = os.open(place, os.O_RDWR | (os.O_CREAT | os.O_EXCL if making else 0), 0o600)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        locked = _locked(lock)
        # a disk that knows no locks can be written to, but nothing on it is known to be dead
        if (making if locked is None else locked) and os.path.samestat(
            os.fstat(lock), place.stat()
        ):
            return lock
    except FileNotFoundError:
        pass  # swept between the two
    os.close(lock)
    return None


def _remove(path: Path, lock: int) -> None:
    """Remove a work folder, its lock last, so that a removal cut short is taken up again."""
    with contextlib.suppress(OSError):
        for entry in path.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != _LOCK:
                entry.unlink(missing_ok=True)
    if sys.platform == "win32":  # where an open file cannot be removed
        os.close(lock)
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        (path / _LOCK).unlink(missing_ok=True)
        path.rmdir()
    os.close(lock)


if sys.platform == "win32":
    import msvcrt

    def _locked(lock: int) -> bool | None:
        try:
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(lock: int) -> bool | None:
        """Lock a file; None where the disk knows no locks."""
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True

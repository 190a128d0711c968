"""Writing folders so that one is never half written, nor over what somebody else put there."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from porelight.errors import InputFileError


@contextmanager
def whole_folder(place: Path, files: Collection[str]) -> Iterator[Path]:
    """Yield a new folder; put it in the place of `place` if the block succeeds.

    Parameters
    ----------
    place : Path
        Folder to write: new, empty, or with nothing but `files`, which are replaced.
    files : collection of str
        Names of the files that such a folder holds.

    Raises
    ------
    InputFileError
        If the folder holds anything else, or cannot be written.
    """
    _require_replaceable(place, files)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        new = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    except OSError as problem:
        raise InputFileError(f"{place}: cannot write here ({problem.strerror}).") from None
    old = new.with_name(new.name + ".old")
    try:
        yield new
        # a temporary folder is private; what the user asked for follows the user's own mask
        mask = os.umask(0)
        os.umask(mask)
        new.chmod(0o777 & ~mask)
        if place.exists():
            place.rename(old)
        new.rename(place)
    except OSError as problem:
        if old.exists() and not place.exists():
            old.rename(place)
        raise InputFileError(f"{place}: cannot be written ({problem.strerror}).") from None
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _require_replaceable(place: Path, files: Collection[str]) -> None:
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise InputFileError(f"{place} is no folder; expected the name of a new one.")
    if not place.exists():
        return
    foreign = sorted(entry.name for entry in place.iterdir() if entry.name not in files)
    if foreign:
        raise InputFileError(
            f"{place} holds {foreign[0]!r}, which porelight did not write; expected a new or empty "
            "folder, or one of an earlier measurement."
        )

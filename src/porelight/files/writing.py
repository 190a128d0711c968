"""Writing files so that nothing is ever half written."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from porelight.errors import InputFileError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it onto `path` if the block succeeds.

    Raises
    ------
    InputFileError
        If the folder does not exist or cannot be written, or the disk is full.
    """
    require_folder_of(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
    except OSError as problem:
        raise InputFileError(f"{path}: cannot write here ({problem.strerror}).") from None
    temporary = Path(name)
    try:
        yield temporary
        # a temporary file is private; what the user asked for follows the user's own mask
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except OSError as problem:
        raise InputFileError(f"{path}: cannot be written ({problem.strerror}).") from None
    finally:
        temporary.unlink(missing_ok=True)


def require_folder_of(path: Path) -> None:
    """Refuse a file that could not be written, because its folder is missing or it is one."""
    if not path.parent.is_dir():
        raise InputFileError(f"{path}: its folder does not exist; make {path.parent} first.")
    if path.is_dir():
        raise InputFileError(f"{path} is a folder; expected the name of a file to write.")


def write_text(path: Path, text: str) -> None:
    """Write a text file (UTF-8) in one piece."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def require_file(path: Path, what: str) -> Path:
    """Return the path if it is a readable file, or say in one line what is missing."""
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as problem:  # a name that is too long, a loop of links
        raise InputFileError(
            f"{str(path)[:200]}: cannot be read ({problem.strerror}); expected {what}."
        ) from None
    if is_folder:
        raise InputFileError(f"{path} is a folder; expected {what}.")
    if not is_file:
        raise InputFileError(f"{path}: no such file; expected {what}.")
    return path

"""Writing results: all of a command together or none, over nothing that is not theirs to replace.

`replacing` and `folder_replacing` give a place to make a result in, which appears when the block
ends. Inside `together` all appear when that block ends. A result may replace an earlier one of its
own `ResultKind`; another file, or one that is `read_meanwhile`, is refused.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from porelight.errors import InputFileError
from porelight.files.kinds import ANY, ResultKind
from porelight.files.publication import Publication, cannot_write, recover

_open: ContextVar[Publication | None] = ContextVar("_open", default=None)
_read: ContextVar[tuple[Path, ...]] = ContextVar("_read", default=())
_written: ContextVar[list[Path] | None] = ContextVar("_written", default=None)


@contextmanager
def read_meanwhile(read: Iterable[Path], written: Iterable[Path] = ()) -> Iterator[list[Path]]:
    """Refuse results in the block that would replace what is read; yields a list of those written.

    Parameters
    ----------
    read : iterable of Path
        Files and folders that are read.
    written : iterable of Path
        Places of results; what runs that were killed left there is ended or swept away.

    Raises
    ------
    InputFileError
        If a result would replace what is read, or the results of such a run cannot be put in their
        places.
    """
    inputs = tuple(map(_real, read))
    places = [(path, _real(path)) for path in written]
    for i, (path, place) in enumerate(places):
        if any(place == other for _, other in places[:i]):
            raise InputFileError(f"{path} is given to two results; give each its own name.")
    for path in dict.fromkeys([*inputs, *(place for _, place in places)]):
        recover(path.parent)
        recover(path)
    done: list[Path] = []
    tokens = _read.set(inputs), _written.set(done)
    try:
        for path, place in places:
            _require_not_read(path, place)
        yield done
    finally:
        _read.reset(tokens[0])
        _written.reset(tokens[1])


@contextmanager
def together() -> Iterator[Publication]:
    """Let everything that is written in the block appear together when it ends, or not at all.

    A block inside another joins it.

    Raises
    ------
    InputFileError
        If something cannot be put in its place; all that was there before is there again.
    """
    around = _open.get()
    if around is not None:
        yield around
        return
    publication = Publication()
    token = _open.set(publication)
    try:
        yield publication
        publication.publish()
    finally:
        _open.reset(token)
        done = _written.get()
        if done is not None:
            done += publication.published
        publication.close()


@contextmanager
def replacing(path: Path, kind: ResultKind = ANY) -> Iterator[Path]:
    """Yield where to make a file of the same name; it appears at `path` if the block succeeds.

    Parameters
    ----------
    path : Path
        File to write; an earlier one of the same kind is replaced.
    kind : ResultKind
        What is written; any file that names porelight if left out.

    Raises
    ------
    InputFileError
        If the folder does not exist or cannot be written, the disk is full, the name ends
        otherwise, or something else is there.
    """
    with _made(path, kind, is_folder=False) as staged:
        yield staged


@contextmanager
def folder_replacing(path: Path, kind: ResultKind) -> Iterator[Path]:
    """Yield a new folder; it appears at `path` if the block succeeds.

    Parameters
    ----------
    path : Path
        Folder to write: new, empty, or an earlier one of the same kind, which is replaced.
    kind : ResultKind
        What is written.

    Raises
    ------
    InputFileError
        If the folder holds anything else, or cannot be written.
    """
    with _made(path, kind, is_folder=True) as staged:
        yield staged


def write_text(path: Path, text: str, kind: ResultKind = ANY) -> None:
    """Write a text file (UTF-8) in one piece; see `replacing`."""
    with replacing(path, kind) as temporary:
        temporary.write_text(text, encoding="utf-8")


def require_output(path: Path, kind: ResultKind) -> None:
    """Refuse before the work, not after it, a file that could not be written.

    Raises
    ------
    InputFileError
        As `replacing`.
    """
    ending = path.suffix.lower()
    if kind.endings and ending not in kind.endings:
        raise InputFileError(
            f"{path}: {kind.what} is not written as {ending!r}; expected a name that ends in "
            f"{' or '.join(kind.endings)}."
        )
    target = _real(path)
    if not target.parent.is_dir():
        raise InputFileError(f"{path}: its folder does not exist; make {path.parent} first.")
    if target.is_dir():
        raise InputFileError(f"{path} is a folder; expected the name of a file to write.")
    _require_not_read(path, target)
    _require_writable(path, target.parent)
    if not target.exists():
        return
    if not target.is_file():
        raise InputFileError(f"{path} is no regular file; expected the name of a file to write.")
    _require_replaceable(path, target)
    if not kind.is_own(target):
        raise InputFileError(
            f"{path} is there already, and is not {kind.what} that porelight wrote; remove it, or "
            "give the result another name."
        )


def require_output_folder(path: Path, kind: ResultKind) -> None:
    """Refuse before the work, not after it, a folder that could not be written.

    Raises
    ------
    InputFileError
        As `folder_replacing`.
    """
    target = _real(path)
    if target.exists() and not target.is_dir():
        raise InputFileError(f"{path} is no folder; expected the name of a new one.")
    _require_not_read(path, target)
    within = next((source for source in _read.get() if target in source.parents), None)
    if within is not None:
        raise InputFileError(
            f"{path} holds {within.name}, which is read; give the result another name."
        )
    _require_writable(path, target.parent)
    if not target.is_dir():
        return
    _require_replaceable(path, target)
    foreign = sorted(one.name for one in target.iterdir() if not kind.is_own(one))
    if foreign:
        raise InputFileError(
            f"{path} holds {foreign[0]!r}, which porelight did not write as part of {kind.what}; "
            f"expected a new or empty folder, or one with {kind.what} alone."
        )


def _require_writable(path: Path, folder: Path) -> None:
    """Refuse a folder in which nothing can be made; one that is still to be made, by its parent."""
    there = next(one for one in (folder, *folder.parents) if one.is_dir())
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputFileError(
            f"{path}: {there} may not be written to (read-only, or permission denied); give the "
            "result another folder."
        )


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
    if not os.access(path, os.R_OK):
        raise InputFileError(f"{path}: may not be read (permission denied); expected {what}.")
    return path


@contextmanager
def _made(path: Path, kind: ResultKind, *, is_folder: bool) -> Iterator[Path]:
    target = _real(path)
    around = _open.get()
    try:
        if around is not None and around.holds(target):  # appears with its folder
            if is_folder:
                target.mkdir()
            yield target
            return
        (require_output_folder if is_folder else require_output)(path, kind)
        with together() as publication:
            staged = publication.stage(target)
            try:
                if is_folder:
                    staged.mkdir()
                yield staged
            except BaseException:
                publication.withdraw(staged)
                raise
    except OSError as problem:
        raise cannot_write(path, problem) from None


def _real(path: Path) -> Path:
    """Return the place that a path names, through links."""
    return Path(os.path.realpath(path))


def _require_not_read(path: Path, target: Path) -> None:
    """Refuse a result in the place of what is read, or among measurements that are read."""
    for source in _read.get():
        if target == source or (target.exists() and source.exists() and target.samefile(source)):
            raise InputFileError(f"{path} is what is read; give the result another name.")
        if source in target.parents and _holds_measurements(source):
            raise InputFileError(
                f"{path} lies in {source}, which is read; write the result elsewhere."
            )


def _holds_measurements(folder: Path) -> bool:
    """Whether a folder is of a measurement, or has those of subjects and repeats below it."""
    return any(any(folder.glob(one)) for one in ("summary.json", "*/*/summary.json"))


def _require_replaceable(path: Path, target: Path) -> None:
    if not os.access(target, os.W_OK):
        raise InputFileError(
            f"{path} is there already and is protected from writing; give the result another name."
        )

"""Results that appear together or not at all.

They are made in work folders beside their places. Once all are complete and on the disk, a journal
says what goes where; from that moment on the new ones count. Then each is renamed to its place.
Whoever is stopped before the journal leaves the old results, whoever is stopped after it leaves the
journal, and the next run ends what it says. See ``docs/decisions/0024-written-together.md``.
"""

import contextlib
import errno
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from porelight.errors import InputFileError
from porelight.files.signals import signals_held
from porelight.files.work_folders import WorkFolder, abandoned, abandoned_in

_JOURNAL = "journal"
_MEMBER = "member"  # of the publication of another work folder, which the file names
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_NOT_THERE = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)  # on a disk that cannot be waited for


@dataclass(slots=True)
class _Entry:
    """One result; paths are relative to the work folder that has the journal.

    Attributes
    ----------
    target : str
        Its place.
    staged : str
        Where it was made.
    kept : str
        Where what it replaces is kept meanwhile.
    was : list of int or None
        What told the earlier one in its place from any other; None if there was none.
    """

    target: str
    staged: str
    kept: str
    was: list[int] | None = None


def cannot_write(path: Path, problem: OSError) -> InputFileError:
    """Return the line about a result that could not be written."""
    advice, number = "", _of_system(problem).errno
    if number in _FULL:
        advice = "; free some space, or write to another disk"
    elif number in _FORBIDDEN:
        advice = "; write to a folder of your own"
    return InputFileError(f"{path}: cannot be written ({reason_of(problem)}){advice}.")


def reason_of(problem: OSError) -> str:
    """Return why the system could not do something."""
    found = _of_system(problem)
    if found.errno:  # libraries put texts of their own in the place of the system's
        return os.strerror(found.errno)
    return found.strerror or " ".join(str(problem).split()) or type(problem).__name__


def _of_system(problem: OSError) -> OSError:
    """Return the problem as the system told it, where a library raises its own in its place."""
    found: BaseException | None = problem
    while isinstance(found, OSError):
        if found.errno is not None:
            return found
        found = found.__cause__
    return problem


class Publication:
    """Results on their way to their places.

    Attributes
    ----------
    published : list of Path
        Those that are in their places.
    """

    def __init__(self) -> None:
        self.published: list[Path] = []
        self._works: dict[Path, WorkFolder] = {}
        self._entries: dict[Path, _Entry] = {}  # by where they are made
        self._new_folders: list[Path] = []
        self._n_staged = 0

    def stage(self, target: Path) -> Path:
        """Return where to make a result, under its own name; `target` is absolute.

        Raises
        ------
        InputFileError
            If another result of this publication has the same place.
        OSError
            If nothing can be written beside the target.
        """
        if any(self._full(entry.target) == target for entry in self._entries.values()):
            raise InputFileError(
                f"{target}: two results would go to one place; give one of them another name."
            )
        self._make_folder(target.parent)
        work = self._work_in(target.parent)
        self._n_staged += 1
        place = work.path / str(self._n_staged)
        place.mkdir()
        kept = place / "kept"
        staged = place / "new" / target.name
        staged.parent.mkdir()
        self._entries[staged] = _Entry(
            target=_relative(target, self._root),
            staged=_relative(staged, self._root),
            kept=_relative(kept, self._root),
        )
        return staged

    def withdraw(self, staged: Path) -> None:
        """Forget a result that could not be made."""
        del self._entries[staged]

    def holds(self, path: Path) -> bool:
        """Whether a path lies in a folder that is made here, and appears with it."""
        return any(staged in path.parents for staged in self._entries)

    def publish(self) -> None:
        """Put all results in their places.

        Raises
        ------
        InputFileError
            If one cannot be put there; the earlier results are back then.
        """
        if not self._entries:
            return
        entries = list(self._entries.values())
        reached = entries[0]
        journal = self._root / _JOURNAL
        try:
            for reached in entries:
                _settle_all(self._full(reached.staged))
            with signals_held():
                for entry in entries:
                    entry.was = _identity(self._full(entry.target))
                _write_journal(journal, entries)
                try:
                    for reached in entries:
                        _put(self._root, reached)
                except OSError:
                    for entry in reversed(entries[: entries.index(reached) + 1]):
                        _put_back(self._root, entry)
                    journal.unlink()
                    raise
                for parent in self._works:
                    settle(parent)
                journal.unlink()
                self._new_folders.clear()
                # a signal that came meanwhile takes effect at the end of this block
                self.published += [self._full(entry.target) for entry in entries]
        except OSError as problem:
            raise cannot_write(self._full(reached.target), problem) from None

    def close(self) -> None:
        """Remove what was not published."""
        with signals_held():
            for work in reversed(self._works.values()):  # that with the journal last
                work.remove()
            for folder in reversed(self._new_folders):
                with contextlib.suppress(OSError):
                    folder.rmdir()

    @property
    def _root(self) -> Path:
        return next(iter(self._works.values())).path

    def _full(self, short: str) -> Path:
        return Path(os.path.normpath(self._root / short))

    def _make_folder(self, folder: Path) -> None:
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir()
            self._new_folders.append(one)

    def _work_in(self, parent: Path) -> WorkFolder:
        if parent not in self._works:
            recover(parent)
            with signals_held():
                work = self._works[parent] = WorkFolder.make(parent)
            if len(self._works) > 1:
                (work.path / _MEMBER).write_text(_relative(self._root, work.path), encoding="utf-8")
        return self._works[parent]


def recover(parent: Path) -> None:
    """End what dead processes left half done in a folder, and sweep their work folders away.

    Raises
    ------
    InputFileError
        If results of a process that was stopped cannot be put in their places.
    """
    for work in abandoned_in(parent):
        member = work / _MEMBER
        if not member.exists():
            _end(work)
            continue
        root = Path(os.path.normpath(work / member.read_text(encoding="utf-8")))
        with abandoned(root) as is_abandoned:
            if is_abandoned:
                _end(root)


def _end(root: Path) -> None:
    """Put results in their places whose journal a dead process left."""
    journal = root / _JOURNAL
    if not journal.exists():
        return
    with signals_held():
        for entry in (_Entry(**one) for one in json.loads(journal.read_text(encoding="utf-8"))):
            target = Path(os.path.normpath(root / entry.target))
            kept, staged = root / entry.kept, root / entry.staged
            if not os.path.lexists(staged):
                continue
            if os.path.lexists(kept) and target.is_dir():
                with contextlib.suppress(OSError):
                    target.rmdir()  # an empty one takes nobody's place
            is_moved = os.path.lexists(kept) and staged.is_dir()
            try:
                if _identity(target) not in ([None] if is_moved else [None, entry.was]):
                    raise FileExistsError(0, "something else is there now")
                _put(root, entry)
            except OSError as problem:
                raise InputFileError(
                    f"{target}: a run that was stopped could not put its result there "
                    f"({reason_of(problem)}). It is {staged}"
                    + (f", what was there before is {kept}" if os.path.lexists(kept) else "")
                    + f"; take what you need and remove {root}."
                ) from None
        journal.unlink()


def _put(root: Path, entry: _Entry) -> None:
    """Rename a result to its place, and keep what was there."""
    target = Path(os.path.normpath(root / entry.target))
    staged, kept = root / entry.staged, root / entry.kept
    if not os.path.lexists(kept):
        if target.is_dir():
            target.rename(kept)  # a folder cannot be replaced in one step
        elif target.exists():
            try:
                os.link(target, kept)
            except OSError:  # a disk without second names
                target.rename(kept)
    staged.replace(target)


def _put_back(root: Path, entry: _Entry) -> None:
    target = Path(os.path.normpath(root / entry.target))
    staged, kept = root / entry.staged, root / entry.kept
    if not os.path.lexists(staged):
        target.rename(staged)
    if os.path.lexists(kept) and not os.path.lexists(target):
        kept.rename(target)


def _relative(path: Path, start: Path) -> str:
    try:
        return os.path.relpath(path, start)
    except ValueError:  # another drive
        return str(path)


def _write_journal(path: Path, entries: list[_Entry]) -> None:
    """Write the journal in one step."""
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps([asdict(one) for one in entries]), encoding="utf-8")
    settle(unfinished)
    unfinished.rename(path)
    settle(path.parent)


def _identity(path: Path) -> list[int] | None:
    """Return what tells the file or folder at a place from another that may come there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return [found.st_mtime_ns, 0 if path.is_dir() else found.st_size]


def _settle_all(path: Path) -> None:
    """Wait until a file, or a folder with all that is in it, is on the disk."""
    if path.is_dir():
        for one in path.iterdir():
            _settle_all(one)
    settle(path)


def settle(path: Path) -> None:
    """Wait until the content of a file, or the list of a folder, is on the disk."""
    if path.is_dir() and sys.platform == "win32":  # where it cannot be waited for
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as problem:
        if problem.errno not in _NOT_THERE:
            raise
    finally:
        os.close(handle)

"""Photographs in sealed files, each named by the hash of what is in it.

A subject has a folder of its own; a file holds a photograph as it was, sealed with the subject's
key. Photographs are opened in memory and never lie on the disk unsealed.
"""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from porelight.errors import StoreError, StoreUnavailableError
from porelight.files.publication import reason_of, settle
from porelight.store.key_folder import seal, unseal, write_whole

_ENDING = ".sealed"
_FORMAT = b"porelight photograph 1"


@dataclass(frozen=True, slots=True)
class SealedPlace:
    """Where a photograph lies.

    Attributes
    ----------
    subject : str
        Name of the subject's folder, which says nothing of the subject.
    sha256 : str
        Hash of the photograph.
    """

    subject: str
    sha256: str


class SealedPhotographs:
    """All photographs of a store.

    Parameters
    ----------
    path : Path
        Their folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, subject: str, key: bytes, content: bytes) -> SealedPlace:
        """Seal a photograph; it is on the disk when this returns.

        Raises
        ------
        StoreUnavailableError
            If it cannot be written; nothing is left of it then.
        """
        place = SealedPlace(subject, sha256(content).hexdigest())
        file = self._file(place)
        try:
            if not file.parent.exists():
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                settle(self._path)
            write_whole(file, seal(key, content, _about(place)))
        except OSError as problem:
            raise StoreUnavailableError(
                f"{self._path}: a photograph cannot be kept there ({reason_of(problem)}); what was "
                "kept before is safe."
            ) from None
        return place

    def get(self, place: SealedPlace, key: bytes) -> bytes:
        """Return a photograph as it was.

        Raises
        ------
        StoreError
            If it is missing, or is not what was put there.
        """
        file = self._file(place)
        try:
            sealed = file.read_bytes()
        except FileNotFoundError:
            raise StoreError(f"{file}: this photograph is missing; put a copy back.") from None
        except OSError as problem:
            raise StoreError(f"{file}: cannot be read ({reason_of(problem)}).") from None
        try:
            return unseal(key, sealed, _about(place))
        except StoreError as problem:
            raise StoreError(f"{file}: {problem}; put a copy back.") from None

    def size(self, place: SealedPlace) -> int | None:
        """Return the size of a sealed file [B]; None if it is missing."""
        with contextlib.suppress(FileNotFoundError):
            return self._file(place).stat().st_size
        return None

    def places(self) -> Iterator[SealedPlace]:
        """Yield where photographs lie."""
        for folder in self._folders():
            for file in sorted(folder.glob(f"*{_ENDING}")):
                yield SealedPlace(folder.name, file.name.removesuffix(_ENDING))

    def unfinished(self) -> Iterator[Path]:
        """Yield what was being written when its process was killed."""
        for folder in self._folders():
            yield from sorted(folder.glob(".*.part"))

    def subjects(self) -> list[str]:
        """Return the names of the folders of subjects."""
        return [folder.name for folder in self._folders()]

    def remove(self, place: SealedPlace) -> None:
        """Remove one file."""
        file = self._file(place)
        file.unlink(missing_ok=True)
        settle(file.parent)

    def remove_subject(self, subject: str) -> None:
        """Remove the folder of a subject with all that is in it."""
        folder = self._path / subject
        if folder.is_dir():
            shutil.rmtree(folder)
            settle(self._path)

    def _folders(self) -> list[Path]:
        if not self._path.is_dir():
            return []
        return sorted(one for one in self._path.iterdir() if one.is_dir())

    def _file(self, place: SealedPlace) -> Path:
        return self._path / place.subject / f"{place.sha256}{_ENDING}"


def _about(place: SealedPlace) -> bytes:
    return b"\n".join([_FORMAT, place.subject.encode(), place.sha256.encode()])

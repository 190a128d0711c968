"""The folder of an export, and how it is known again: by the list of what is in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from porelight import __version__
from porelight.course.documents import json_text
from porelight.errors import InputFileError
from porelight.files.documents import read_json
from porelight.files.kinds import ResultKind
from porelight.files.study_exports.content import StudyContent
from porelight.files.writing import folder_replacing

LIST = "export.json"
FORMAT = "porelight study export 1"
_AT_ONCE = 1 << 20


@contextmanager
def export_folder(content: StudyContent, path: Path, to: str) -> Iterator[Path]:
    """Yield a new folder; it appears at `path`, with a list of its files, if the block succeeds.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    path : Path
        Folder to write: new, empty, or that of an earlier export, which is replaced.
    to : str
        Key of the format.

    Raises
    ------
    InputFileError
        If the folder holds anything else, or cannot be written.
    """
    with folder_replacing(path, EXPORT) as new:
        yield new
        files = {
            one.relative_to(new).as_posix(): digest_of(one)
            for one in sorted(new.rglob("*"))
            if one.is_file()
        }
        told = {
            "format": FORMAT,
            "to": to,
            "study": content.study,
            "as_of": content.as_of,
            "porelight_version": __version__,
            "sha256": files,
        }
        (new / LIST).write_text(json_text(told, indent=2) + "\n", encoding="utf-8")


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    digest = sha256()
    with path.open("rb") as file:
        while part := file.read(_AT_ONCE):
            digest.update(part)
    return digest.hexdigest()


def _is_own(path: Path) -> bool:
    """Whether an entry of a folder is one of an export: the list itself, or named in it."""
    try:
        told = read_json(path.parent / LIST, "the list of an export", most_bytes=1 << 28)
        names = {name.partition("/")[0] for name in told["sha256"]}
        return told["format"] == FORMAT and path.name in {LIST, *names}
    except (InputFileError, KeyError, TypeError, AttributeError):
        return False


EXPORT = ResultKind("an export of a study", (), _is_own)

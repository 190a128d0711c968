"""JSON documents on disk: written whole or not at all, read back only if they are what they say."""

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic_core import PydanticCustomError

from porelight.course.documents import Document, json_text
from porelight.errors import InputFileError
from porelight.files.content import ContentError, content_of_json
from porelight.files.kinds import ANY, ResultKind
from porelight.files.texts import MOST_BYTES, read_text
from porelight.files.toml_tables import FileModel, number, validated
from porelight.files.writing import write_text
from porelight.quantities import SEED


def save_document(document: Document, path: Path, kind: ResultKind = ANY) -> Path:
    """Write a document, whole or not at all, over nothing but an earlier one of its kind."""
    write_text(path, json_text(document, indent=2) + "\n", kind)
    return path


def read_json(
    path: Path | str, wanted: str, *, most_bytes: int = MOST_BYTES, line_breaks: bool = False
) -> Any:
    """Return what a JSON file holds; every one is read here.

    Parameters
    ----------
    path : Path or str
        The file.
    wanted : str
        Description of the right file, for messages.
    most_bytes : int
        Largest size of the file [B].
    line_breaks : bool
        Whether texts in quotes may go over several lines, as in the examples of MCX.

    Raises
    ------
    InputFileError
        If the file is missing, no text, no JSON, or says something twice or without end.
    """
    text = read_text(path, wanted, most_bytes=most_bytes)
    try:
        return content_of_json(text, line_breaks=line_breaks)
    except ContentError as problem:
        raise InputFileError(f"{path}: {problem}; expected {wanted}.") from None


# numbers of documents that several of them hold
FractionNumber = Annotated[float, number("1", 0.0, 1.0, "a share")]
Change = Annotated[float, number("1", -1.0, 100.0, "a relative change")]
Days = Annotated[float, number("days", 0.0, 36525.0, "a day, or a number of them")]
WholeNumber = Annotated[int, number("1", 0, SEED.high, "a count, or a seed")]


def require_order(table: Any, *names: str) -> None:
    """Refuse a table whose numbers do not rise in the order of their names.

    Raises
    ------
    PydanticCustomError
        Of which pydantic tells the place.
    """
    held = [(name, getattr(table, name)) for name in names]
    for (low, less), (high, more) in pairwise(held):
        if less > more:
            told = {"low": low, "less": f"{less:g}", "high": high, "more": f"{more:g}"}
            raise PydanticCustomError("order", "{low} {less} is above {high} {more}", told)


class DocumentModel(FileModel):
    """A table of a document that porelight has written: numbers are numbers, nothing is missing."""


def load_document(
    path: Path, kind: str, what: str, wanted: str, model: type[FileModel]
) -> Document:
    """Read a document back.

    Parameters
    ----------
    path : Path
        JSON file.
    kind : str
        Format that the document must have.
    what : str
        Such a document in words, such as "a plan".
    wanted : str
        Description of the right file, for messages, such as "the JSON that 'porelight plan'
        writes".
    model : type of FileModel
        Its keys; what is not in it is refused.

    Raises
    ------
    InputFileError
        If the file is missing or holds something else; the key is named.
    """
    document = read_json(path, wanted)
    if not isinstance(document, dict) or document.get("format") != kind:
        raise InputFileError(f"{path}: not {what}; expected {wanted}.")
    validated(model, document, path)
    return document

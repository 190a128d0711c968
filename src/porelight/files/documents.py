"""JSON documents on disk: written whole or not at all, read back only if they are what they say."""

import json
from pathlib import Path
from typing import Any, TypeAlias

from porelight.course.documents import json_text
from porelight.errors import InputFileError
from porelight.files.writing import require_file, write_text

Document: TypeAlias = dict[str, Any]
"""What JSON can hold; its ``format`` names what it is and in which version."""


def save_document(document: Document, path: Path) -> Path:
    """Write a document, whole or not at all."""
    write_text(path, json_text(document, indent=2) + "\n")
    return path


def load_document(path: Path, kind: str, what: str, wanted: str) -> Document:
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

    Raises
    ------
    InputFileError
        If the file is missing or holds something else.
    """
    require_file(path, wanted)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):  # no JSON, no text, or nested without end
        raise InputFileError(f"{path}: not readable JSON; expected {wanted}.") from None
    if not isinstance(document, dict) or document.get("format") != kind:
        raise InputFileError(f"{path}: not {what}; expected {wanted}.")
    return document

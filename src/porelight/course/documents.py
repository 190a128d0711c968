"""Documents: what files hold of a course, in JSON with every digit of its numbers."""

import json
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]
"""Keys of files to text, whole numbers, `Decimal` numbers, and lists and tables of them."""


def digest(document: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits of a hash over a document."""
    return sha256(json_text(document, sort_keys=True).encode()).hexdigest()[:16]


def json_text(document: Any, *, indent: int | None = None, sort_keys: bool = False) -> str:
    """Return a document as JSON that holds every digit of its numbers.

    Raises
    ------
    ValueError
        If a number is not finite, which JSON does not know.
    """
    text = json.dumps(
        document, default=_marked, indent=indent, sort_keys=sort_keys, allow_nan=False
    )
    return text.replace('"\\u0000', "").replace('\\u0000"', "")


def json_document(text: str) -> Any:
    """Return a document from its JSON, numbers with every digit."""
    return json.loads(text, parse_float=Decimal)


def _marked(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"\0{value}\0"
    raise TypeError(f"{type(value).__name__} in a document")

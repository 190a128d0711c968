"""Sensitivities on disk: which unknown number matters how much, as JSON."""

import json
from pathlib import Path
from typing import Any

from porelight.errors import InputFileError
from porelight.record.files import require_file, write_text
from porelight.sensitivity import PHYSICS_FACTOR, Sensitivity
from porelight.tissue.library import table

FORMAT = "porelight-sensitivity-1"
_FILES = ("healing", "mechanics", "effects")


def sensitivity_document(result: Sensitivity, *, seed: int) -> dict[str, Any]:
    """Return the indices as a document, the factor with the largest total order first."""
    return {
        "format": FORMAT,
        "outcome": result.name,
        "day": result.day,
        "runs": int(result.change.size),
        "seed": seed,
        "factors": [
            {
                "name": name,
                "evidence": _flag(name),
                "total_order": float(result.total_order[i]),
                "total_order_error": float(result.total_error[i]),
                "first_order": float(result.first_order[i]),
                "first_order_error": float(result.first_error[i]),
            }
            for i, name in enumerate(result.factors)
        ],
    }


def save_sensitivity(document: dict[str, Any], path: Path) -> Path:
    """Write the document, whole or not at all."""
    write_text(path, json.dumps(document, indent=2, allow_nan=False) + "\n")
    return path


def load_sensitivity(path: Path) -> dict[str, Any]:
    """Read a document back.

    Raises
    ------
    InputFileError
        If the file is missing or holds something else.
    """
    wanted = "the JSON that 'porelight sensitivity' writes"
    require_file(path, wanted)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise InputFileError(f"{path}: not readable JSON; expected {wanted}.") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputFileError(f"{path}: not a table of sensitivities; expected {wanted}.")
    return document


def _flag(name: str) -> str:
    """Return how a number is known; the physics of a session is many numbers at once."""
    if name == PHYSICS_FACTOR:
        return "many"
    return next(
        table("porelight.tissue", file)[name].flag
        for file in _FILES
        if name in table("porelight.tissue", file)
    )

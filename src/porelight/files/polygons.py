"""Reading zones that were drawn as polygons: JSON, CSV, or the files of LabelMe."""

import csv
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from porelight.errors import InputFileError
from porelight.files.writing import require_file
from porelight.quantities import Floats

_MOST_CORNERS = 10_000
_MOST_BYTES = 5_000_000
_EXPECTED = (
    'expected JSON as [[col, row], ...], {"polygon": [...]}, {"polygons": [[...], ...]} or a file '
    "of LabelMe; or CSV with the columns col,row and, for several, polygon"
)


def read_polygons(path: Path | str) -> tuple[Floats, ...]:
    """Read the corners of one or several polygons.

    Parameters
    ----------
    path : Path
        JSON or CSV; corners in pixels from the top left corner of the photograph, column first.

    Returns
    -------
    tuple of ndarray of float64, shape (n, 2)
        Column and row of the corners [px].

    Raises
    ------
    InputFileError
        If it is neither, or a corner is no pair of numbers.
    """
    file = require_file(Path(path), "a JSON or CSV file with the corners of a zone")
    if file.stat().st_size > _MOST_BYTES:
        raise InputFileError(f"{file} has {file.stat().st_size / 1e6:.0f} MB; {_EXPECTED}.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InputFileError(f"{file}: not a text file; {_EXPECTED}.") from None
    if text.lstrip()[:1] in ("[", "{"):
        return _of_json(file, text)
    return _of_csv(file, text)


def _of_json(file: Path, text: str) -> tuple[Floats, ...]:
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as problem:
        raise InputFileError(f"{file}: cannot be read as JSON ({problem}).") from None
    parts: object = [content] if _is_polygon(content) else content
    if isinstance(content, Mapping):
        if "shapes" in content:
            parts = _labelme(file, content)
        else:
            parts = content.get("polygons", [content["polygon"]] if "polygon" in content else None)
    if not isinstance(parts, list) or not parts:
        raise InputFileError(f"{file}: no polygon in it; {_EXPECTED}.")
    return tuple(_corners(file, number, part) for number, part in enumerate(parts, start=1))


def _labelme(file: Path, content: Mapping[str, Any]) -> list[Any]:
    shapes = content["shapes"]
    kinds = ("polygon", None)
    if not isinstance(shapes, list):
        raise InputFileError(f"{file}: shapes is no list; {_EXPECTED}.")
    drawn = [shape for shape in shapes if isinstance(shape, Mapping)]
    return [shape.get("points") for shape in drawn if shape.get("shape_type") in kinds]


def _is_polygon(content: object) -> bool:
    return (
        isinstance(content, list)
        and bool(content)
        and isinstance(content[0], list)
        and bool(content[0])
        and isinstance(content[0][0], int | float)
    )


def _of_csv(file: Path, text: str) -> tuple[Floats, ...]:
    table = csv.DictReader(text.splitlines())
    names = [name.strip() for name in table.fieldnames or []]
    if not {"col", "row"} <= set(names):
        raise InputFileError(f"{file}: no columns col and row; {_EXPECTED}.")
    table.fieldnames = names
    parts: dict[str, list[list[str | None]]] = {}
    for line in table:
        parts.setdefault(str(line.get("polygon", "1")), []).append([line["col"], line["row"]])
    if not parts:
        raise InputFileError(f"{file}: no corner in it; {_EXPECTED}.")
    return tuple(_corners(file, number, part) for number, part in enumerate(parts.values(), 1))


def _corners(file: Path, number: int, part: object) -> Floats:
    where = f"{file}: polygon {number}"
    if not isinstance(part, list) or not 3 <= len(part) <= _MOST_CORNERS:
        raise InputFileError(f"{where} needs 3 to {_MOST_CORNERS} corners; {_EXPECTED}.")
    corners = []
    for index, corner in enumerate(part, start=1):
        try:
            col, row = (float(value) for value in corner)
        except (TypeError, ValueError):
            col = row = math.nan
        if not (math.isfinite(col) and math.isfinite(row)):
            raise InputFileError(f"{where}, corner {index} is {corner!r}; expected [col, row].")
        corners.append((col, row))
    return np.array(corners, dtype=np.float64)

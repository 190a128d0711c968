"""Zones drawn as polygons: JSON, CSV, or the files of LabelMe.

What is drawn is the skin to be measured, less what a label takes out of it: "exclude hair".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from porelight.errors import InputFileError, did_you_mean
from porelight.files.content import ContentError, content_of_json
from porelight.files.labelme import DrawnShape, is_exclusion, labelme_shapes
from porelight.files.tables import table_of
from porelight.files.texts import read_text
from porelight.photo.picture import Mask
from porelight.photo.zones import polygon_mask
from porelight.quantities import Floats

_MOST_CORNERS = 10_000
_MOST_BYTES = 150_000_000  # LabelMe writes the photograph into its file, too
_EXPECTED = (
    'expected JSON as [[col, row], ...], {"polygon": [...]}, {"polygons": [[...], ...]} or a file '
    "of LabelMe; or CSV with the columns col,row and, for several, polygon"
)
_KEYS = ("polygon", "polygons", "exclude")


@dataclass(frozen=True, slots=True, eq=False)
class DrawnZone:
    """A zone as it was drawn.

    Attributes
    ----------
    included, excluded : tuple of ndarray of float64, shape (n, 2)
        Column and row of the corners of each part [px], from the top left corner: what belongs to
        the zone, and what is taken out of it again.
    """

    included: tuple[Floats, ...]
    excluded: tuple[Floats, ...] = ()

    def mask(self, shape: tuple[int, int]) -> Mask:
        """Return the pixels of the zone.

        Parameters
        ----------
        shape : tuple of int
            Rows and columns of the photograph.

        Raises
        ------
        PhotographError
            If a part lies outside of the photograph.
        """
        mask = polygon_mask(self.included, shape)
        return mask & ~polygon_mask(self.excluded, shape) if self.excluded else mask


def read_zone(path: Path | str, shape: tuple[int, int]) -> DrawnZone:
    """Read a zone that was drawn as polygons.

    Parameters
    ----------
    path : Path
        JSON or CSV; corners in pixels from the top left corner of the photograph, column first.
    shape : tuple of int
        Rows and columns of the photograph; a file that states another size is refused.

    Raises
    ------
    InputFileError
        If it is neither, holds a shape that is no area, does not tell what is skin and what is
        not, or was drawn on a picture of another size.
    """
    file = Path(path)
    text = read_text(file, "a JSON or CSV file with the corners of a zone", most_bytes=_MOST_BYTES)
    shapes = _of_json(file, text, shape) if text.lstrip()[:1] in ("[", "{") else _of_csv(file, text)
    corners = [(one, _corners(file, i, one)) for i, one in enumerate(shapes, start=1)]
    zone = DrawnZone(
        tuple(points for one, points in corners if not is_exclusion(one.label)),
        tuple(points for one, points in corners if is_exclusion(one.label)),
    )
    if zone.excluded and not zone.included:
        raise InputFileError(
            f"{file}: all that is drawn is excluded; expected a polygon of the skin to be "
            "measured, too."
        )
    if not zone.included:
        raise InputFileError(f"{file}: no polygon in it; {_EXPECTED}.")
    if not zone.mask(shape).any():
        raise InputFileError(f"{file}: what is excluded covers the whole zone.")
    return zone


def _of_json(file: Path, text: str, shape: tuple[int, int]) -> Sequence[DrawnShape]:
    try:
        content = content_of_json(text)
    except ContentError as problem:
        raise InputFileError(f"{file}: {problem}.") from None
    if isinstance(content, Mapping):
        if "shapes" in content:
            return labelme_shapes(content, file, shape)
        return _of_table(file, content)
    parts = [content] if _is_polygon(content) else content
    return [DrawnShape("", part) for part in parts]


def _of_table(file: Path, content: Mapping[str, Any]) -> Sequence[DrawnShape]:
    unknown = next((key for key in content if key not in _KEYS), None)
    if unknown is not None:
        raise InputFileError(
            f"{file}: {unknown[:40]!r} is not a key of a zone{did_you_mean(unknown, _KEYS)}"
        )
    excluded = content.get("exclude", [])
    included = content.get("polygons", [])
    if not (isinstance(excluded, list) and isinstance(included, list)):
        raise InputFileError(f"{file}: polygons and exclude are lists of polygons; {_EXPECTED}.")
    one = [content["polygon"]] if "polygon" in content else []
    return [
        *(DrawnShape("", part) for part in (*one, *included)),
        *(DrawnShape("exclude", part) for part in excluded),
    ]


def _is_polygon(content: object) -> bool:
    return (
        isinstance(content, list)
        and bool(content)
        and isinstance(content[0], list)
        and bool(content[0])
        and isinstance(content[0][0], int | float)
    )


def _of_csv(file: Path, text: str) -> Sequence[DrawnShape]:
    table = table_of(text, file)
    table.require(("col", "row"), _EXPECTED.removeprefix("expected "), optional=("polygon",))
    numbers = table.numbers(("col", "row")).tolist()
    labels = table.texts("polygon") if "polygon" in table.names else ["1"] * len(numbers)
    parts: dict[str, list[list[float]]] = {}
    for label, corner in zip(labels, numbers, strict=True):
        parts.setdefault(label, []).append(corner)
    return [DrawnShape(label, part) for label, part in parts.items()]


def _corners(file: Path, number: int, shape: DrawnShape) -> Floats:
    where = f"{file}: polygon {number}"
    part = shape.points
    if not isinstance(part, list) or not 3 <= len(part) <= _MOST_CORNERS:
        raise InputFileError(f"{where} needs 3 to {_MOST_CORNERS} corners; {_EXPECTED}.")
    corners = []
    for index, corner in enumerate(part, start=1):
        try:
            col, row = (float(value) for value in corner)
        except (TypeError, ValueError):
            col = row = math.nan
        if not (math.isfinite(col) and math.isfinite(row)):
            shown = repr(corner)[:60]
            raise InputFileError(f"{where}, corner {index} is {shown}; expected [col, row].")
        corners.append((col, row))
    return np.array(corners, dtype=np.float64)

"""The files of LabelMe: shapes drawn on a photograph, each under a label.

Every shape with an area is taken; one without is refused, since a zone that says more than is read
of it would be measured wrongly. The label of a shape tells whether it is skin or what is taken out.

References
----------
.. [1] K. Wada, "Labelme: image polygonal annotation with Python," doi:10.5281/zenodo.5711226.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from porelight.errors import InputFileError

_CIRCLE = 360  # corners of a circle: its area is too small by 5e-5
_CORNERS = ("polygon", "oriented_rectangle", "rotation", None)  # old files say no kind
_FLAT = ("point", "points", "line", "linestrip")
# what says nothing about where the zone is
_ABOUT_FILE = ("version", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth")
_ABOUT_SHAPE = ("label", "points", "shape_type", "group_id", "description", "score", "difficult")
_COLOURS = ("lineColor", "fillColor", "line_color", "fill_color")


@dataclass(frozen=True, slots=True)
class DrawnShape:
    """One area of a drawing.

    Attributes
    ----------
    label : str
        Its name; one that begins with "exclude" takes it out of the zone.
    points : object
        Pairs of column and row as the file has them [px].
    """

    label: str
    points: Any


def is_exclusion(label: str) -> bool:
    """Return whether a label says that its shape is not skin to be measured.

    Examples
    --------
    >>> is_exclusion("Exclude_hair"), is_exclusion("cheek")
    (True, False)
    """
    return label.strip().lower().startswith("exclude")


def labelme_shapes(
    content: Mapping[str, Any], file: Path, shape: tuple[int, int]
) -> Sequence[DrawnShape]:
    """Return the areas in a file of LabelMe.

    Parameters
    ----------
    content : mapping
        Content of the file.
    file : Path
        Its name, for messages.
    shape : tuple of int
        Rows and columns of the photograph.

    Raises
    ------
    InputFileError
        If it was drawn on a picture of another size, a shape has no area, a key says more than is
        read, or the labels do not tell what is skin.
    """
    _require_size(content, file, shape)
    _require_silent(content, _ABOUT_FILE, f"{file}")
    shapes = content["shapes"]
    if not isinstance(shapes, list) or not all(isinstance(one, Mapping) for one in shapes):
        raise InputFileError(f"{file}: shapes is no list of shapes; expected a file of LabelMe.")
    drawn = [_drawn(one, f"{file}: shape {i}") for i, one in enumerate(shapes, start=1)]
    names = {re.sub(r"[\s_-]*\d*$", "", one.label.strip().lower()): one.label for one in drawn}
    skin = [label for label in names.values() if not is_exclusion(label)]
    if len(skin) > 1:
        raise InputFileError(
            f"{file}: shapes are labelled {skin[0]!r} and {skin[1]!r}; expected one label for the "
            "skin to be measured, and labels that begin with 'exclude' for what is taken out."
        )
    return drawn


def _drawn(shape: Mapping[str, Any], where: str) -> DrawnShape:
    label, kind = shape.get("label"), shape.get("shape_type")
    if not isinstance(label, str):
        raise InputFileError(f"{where} has no label; expected a file of LabelMe.")
    where, points = f"{where} ({label[:40]!r})", shape.get("points")
    if kind == "mask":
        raise InputFileError(
            f"{where} is a mask; expected polygons, rectangles and circles. Turn it into a "
            "polygon, or paint the skin white in a picture of its own and give that by --zone-mask."
        )
    # the angle of a tilted rectangle is in its corners
    known = (*_ABOUT_SHAPE, "direction") if kind == "rotation" else _ABOUT_SHAPE
    _require_silent(shape, known, where)
    has_corners = kind == "rectangle" and isinstance(points, list) and len(points) == 4
    if kind in _CORNERS or has_corners:
        return DrawnShape(label, points)
    if kind in ("rectangle", "circle"):
        points = _two_points(points, f"{where}, a {kind},")
        return DrawnShape(label, _rectangle(*points) if kind == "rectangle" else _circle(*points))
    what = f"a {kind}, which has no area" if kind in _FLAT else f"a shape {str(kind)[:40]!r}"
    raise InputFileError(
        f"{where} is {what}; expected polygons, rectangles and circles. Draw it anew, or delete it."
    )


_Point = tuple[float, float]


def _two_points(points: Any, where: str) -> tuple[_Point, _Point]:
    try:
        (a, b), (c, d) = points
        found = [float(x) for x in (a, b, c, d)]
    except (TypeError, ValueError):
        found = []
    if not found or not all(map(math.isfinite, found)) or found[:2] == found[2:]:
        raise InputFileError(f"{where} needs two different points [col, row].")
    return (found[0], found[1]), (found[2], found[3])


def _rectangle(one: _Point, other: _Point) -> list[list[float]]:
    (left, top), (right, bottom) = one, other
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def _circle(centre: _Point, rim: _Point) -> list[list[float]]:
    radius = math.dist(centre, rim)
    turns = (2.0 * math.pi * i / _CIRCLE for i in range(_CIRCLE))
    return [[centre[0] + radius * math.cos(t), centre[1] + radius * math.sin(t)] for t in turns]


def _require_size(content: Mapping[str, Any], file: Path, shape: tuple[int, int]) -> None:
    stated = content.get("imageWidth"), content.get("imageHeight")
    if None in stated:
        raise InputFileError(
            f"{file}: it does not say of which size its picture was; expected imageWidth and "
            "imageHeight. Open it in a LabelMe of 2019 or later, and save it again."
        )
    unread = next((n for n in stated if not isinstance(n, int | float)), None)
    if unread is not None:
        raise InputFileError(
            f"{file}: imageWidth or imageHeight is {str(unread)[:20]!r}, which is no number; "
            "expected pixels. Open it in LabelMe, and save it again."
        )
    if stated != (shape[1], shape[0]):
        cols, rows = (str(n)[:12] for n in stated)
        raise InputFileError(
            f"{file}: the zone was drawn on a picture of {cols} x {rows} px, and the photograph "
            f"has {shape[1]} x {shape[0]}; expected the same. Measure that picture, or draw the "
            "zone on this one."
        )


def _require_silent(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    """Refuse a key that is not read, unless it says nothing: empty, false, or a colour."""
    for key, value in table.items():
        said = any(value.values()) if isinstance(value, Mapping) else bool(value)
        if said and key not in known and key not in _COLOURS:
            raise InputFileError(
                f"{where}: nothing is done with its {key[:40]!r}; expected what is skin and what "
                "is not to be told by the labels. Empty it."
            )

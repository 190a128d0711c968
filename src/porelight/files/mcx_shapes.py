"""MCX's shapes drawn as plane layers, in the order of the file, as MCX draws them into voxels.

A shape that is no plane layer is refused, but for a cylinder across the whole box, which is a
straight vessel.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError
from porelight.files.foreign import ForeignTable

MOST_SLICES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Cylinder:
    """A straight cylinder through the whole box, at right angles to z; lengths in voxels."""

    across: float  # coordinate of its axis along the other direction in the plane
    depth: float  # of its axis, from the upper face of the box
    radius: float
    along: int  # 0: along x, 1: along y
    tag: int  # its medium


@dataclass(frozen=True, slots=True)
class McxVolume:
    """Slices of voxels along z."""

    labels: NDArray[np.int64]  # medium of each slice, (n_z,)
    box: tuple[int, int]  # voxels along x and y
    cylinders: tuple[Cylinder, ...] = ()
    origin: float = 0.0  # of the coordinates of some shapes


def drawn(volume: McxVolume, shape: ForeignTable) -> McxVolume:
    """Return the volume with one shape drawn.

    Parameters
    ----------
    volume : McxVolume
        What was drawn before.
    shape : ForeignTable
        A table of one key, the name of the shape.

    Raises
    ------
    ParameterError
        If the shape is none of MCX, or no plane layer.
    """
    kinds = shape.leftover()
    if len(kinds) != 1:
        raise ParameterError(
            f"{shape.name} holds {len(kinds)} shapes; expected one, since MCX draws the first."
        )
    (kind,) = kinds
    draw = _SHAPES.get(kind)
    if draw is None:
        raise _no_layer(shape.path(kind))
    return draw(volume, shape, kind)


def number(value: Any, what: str, low: float, high: float) -> float:
    """Return a number in a range, or refuse it in one line."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        shown = repr(value)[:40]
        raise ParameterError(f"{what} is {shown}; expected a number from {low:g} to {high:g}.")
    return float(value)


def vector(value: Any, what: str, length: int = 3) -> list[float]:
    """Return the first numbers of a list, or refuse it in one line."""
    if not isinstance(value, list) or len(value) < length:
        raise ParameterError(f"{what} is {str(value)[:40]}; expected {length} numbers.")
    return [number(x, what, -1e6, 1e6) for x in value[:length]]


def box_size(given: Any, what: str) -> tuple[int, int, int]:
    """Return three numbers of voxels, or refuse them in one line."""
    if not isinstance(given, list) or len(given) != 3:
        raise ParameterError(f"{what} is {str(given)[:40]}; expected three numbers of voxels.")
    n = [int(number(x, what, 1, MOST_SLICES)) for x in given]
    return n[0], n[1], n[2]


def _name(volume: McxVolume, shape: ForeignTable, kind: str) -> McxVolume:
    shape.get(kind)  # what the author calls the drawing
    return volume


def _origin(volume: McxVolume, shape: ForeignTable, kind: str) -> McxVolume:
    place = vector(shape.get(kind), shape.path(kind))
    if place[:2] != [0.0, 0.0] and place != [1.0, 1.0, 1.0]:
        raise ParameterError(f"{shape.path(kind)} is {shape.get(kind)!r}; expected [0, 0, 0].")
    return replace(volume, origin=place[2])


def _grid(volume: McxVolume, shape: ForeignTable, kind: str) -> McxVolume:
    table = shape.table(kind)
    x, y, z = box_size(table.get("Size"), table.path("Size"))
    return McxVolume(np.full(z, _tag(table)), (x, y), origin=volume.origin)


def _z_layers(volume: McxVolume, shape: ForeignTable, kind: str) -> McxVolume:
    for low, high, tag in _rows(shape.get(kind), shape.path(kind), 3):
        volume = _filled(volume, max(low, 1.0) - 1.0, high, int(tag))
    return volume


def _z_slabs(volume: McxVolume, shape: ForeignTable, kind: str) -> McxVolume:
    table = shape.table(kind)
    tag = _tag(table)
    for low, high in _rows(table.get("Bound"), table.path("Bound"), 2):
        volume = _filled(volume, max(low - 0.5, 0.0), high, tag)
    return volume


def _box(volume: McxVolume, shape: ForeignTable, kind: str) -> McxVolume:
    table = shape.table(kind)
    low = [x - volume.origin for x in vector(table.get("O"), table.path("O"))]
    size = vector(table.get("Size"), table.path("Size"))
    # MCX takes a voxel whose centre lies inside
    for axis in (0, 1):
        if low[axis] > 0.5 or low[axis] + size[axis] < volume.box[axis] - 0.5:
            raise _no_layer(table.name)
    first, last = math.ceil(low[2] - 0.5), math.floor(low[2] + size[2] - 0.5)
    return _filled(volume, max(first, 0), max(last + 1, 0), _tag(table))


def _upper_space(volume: McxVolume, shape: ForeignTable, kind: str) -> McxVolume:
    table = shape.table(kind)
    table.without_effect("only repeats what Coef says", "Equ")
    a, b, c, d = vector(table.get("Coef"), table.path("Coef"), 4)
    if a or b:
        raise _no_layer(table.name)
    inside = c * (np.arange(volume.labels.size) + 0.5) > d
    return replace(volume, labels=np.where(inside, _tag(table), volume.labels))


def _cylinder(volume: McxVolume, shape: ForeignTable, kind: str) -> McxVolume:
    table = shape.table(kind)
    start, end = (
        [x - volume.origin for x in vector(table.get(key), table.path(key))] for key in ("C0", "C1")
    )
    radius = number(table.get("R"), table.path("R"), 1e-6, 1e6)
    for along in (0, 1):
        other = 1 - along
        straight = start[other] == end[other] and start[2] == end[2]
        first, last = sorted((start[along], end[along]))
        # MCX takes voxels whose centres lie between the ends
        if straight and first <= 0.5 and last >= volume.box[along] - 0.5:
            found = Cylinder(start[other], start[2], radius, along, _tag(table))
            return replace(volume, cylinders=(*volume.cylinders, found))
    raise _no_layer(table.name)


_SHAPES: Final[dict[str, Callable[[McxVolume, ForeignTable, str], McxVolume]]] = {
    "Name": _name,
    "Origin": _origin,
    "Grid": _grid,
    "ZLayers": _z_layers,
    "ZSlabs": _z_slabs,
    "Box": _box,
    "UpperSpace": _upper_space,
    "Cylinder": _cylinder,
}


def _no_layer(where: str) -> ParameterError:
    return ParameterError(
        f"{where} is no plane layer, which is all that porelight has; it reads Grid, ZLayers, "
        "ZSlabs, Box and UpperSpace that reach across the box, and a Cylinder across it (a vessel)."
    )


def _tag(table: ForeignTable) -> int:
    return int(number(table.get("Tag", 0), table.path("Tag"), 0, 1e6))


def _rows(value: Any, where: str, n: int) -> list[list[float]]:
    """Return rows of numbers; a single row may stand by itself."""
    rows = value if isinstance(value, list) and value and isinstance(value[0], list) else [value]
    shown = "[from, to, tag]" if n == 3 else "[from, to]"
    for row in rows:
        if not isinstance(row, list) or len(row) != n:
            raise ParameterError(f"{where} holds {str(row)[:40]}; expected {shown}.")
    return [[number(x, where, 0, 1e6) for x in row] for row in rows]


def _filled(volume: McxVolume, low: float, high: float, tag: int) -> McxVolume:
    """Return the volume with the slices from low to below high of one medium."""
    low, high = sorted((low, min(high, float(volume.labels.size))))
    labels = volume.labels.copy()
    labels[int(low) : int(high)] = tag
    # what lies over a cylinder hides it; a part of one is no vessel
    kept = []
    for one in volume.cylinders:
        top, bottom = one.depth - one.radius, one.depth + one.radius
        if bottom <= int(low) or top >= int(high):
            kept.append(one)
        elif top < int(low) or bottom > int(high):
            raise ParameterError("a layer covers a part of a Cylinder; expected all of it or none.")
    return replace(volume, labels=labels, cylinders=tuple(kept))

"""The detectors of an MCX case as those of a light case.

MCX's detector is a ball: it takes in what leaves the tissue within its radius. Where the ball cuts
a face of the layers is a disc.
"""

import math
from typing import Any

from porelight.errors import ParameterError
from porelight.files.foreign import ForeignTable
from porelight.files.mcx_shapes import number, vector

_NOTE = (
    "Optode.Detector[{}] lies {:g} mm from both faces of the layers, farther than its radius; no "
    "light leaves there"
)


def mcx_detectors(optode: ForeignTable, origin: float) -> list[tuple[list[float], float]]:
    """Return the centre and radius of each detector [voxels].

    Parameters
    ----------
    optode : ForeignTable
        Optode of the case.
    origin : float
        Number of the first voxel.

    Raises
    ------
    ParameterError
        If one is no ball.
    """
    given = optode.get("Detector", []) or []
    if isinstance(given, dict):
        given = [given]
    if not isinstance(given, list):
        raise ParameterError(f"Optode.Detector is {str(given)[:40]}; expected a list of tables.")
    found = []
    for i, one in enumerate(given, start=1):
        table = optode.child(one, f"Optode.Detector[{i}]")
        table.refuse("Dir", "is an angle of acceptance; take it out for a ball that takes in all.")
        place = vector(table.get("Pos"), table.path("Pos"))
        radius = number(table.get("R", 1.0), table.path("R"), 0.0, 1e5)
        found.append(([x - origin for x in place], radius))
    return found


def detectors_of(
    balls: list[tuple[list[float], float]],
    axis: tuple[float, float],
    azimuth: float,
    faces: tuple[float, float],
    voxel: float,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the [[detector]] tables of a light case, and what to say of detectors without light.

    Parameters
    ----------
    balls : list
        Centre and radius of each detector [voxels].
    axis : tuple of float
        Where the beam falls [voxels].
    azimuth : float
        Direction in which it leans [rad], which is x in porelight.
    faces : tuple of float
        Depth of the upper and the lower face of the layers [voxels].
    voxel : float
        Side of a voxel [mm].
    """
    cosine, sine = math.cos(azimuth), math.sin(azimuth)
    tables: list[dict[str, Any]] = []
    notes = []
    for i, (place, radius) in enumerate(balls, start=1):
        away = [abs(place[2] - face) for face in faces]
        side = 0 if away[0] <= away[1] else 1
        if away[side] >= radius:
            notes.append(_NOTE.format(i, away[side] * voxel))
            continue
        x, y = place[0] - axis[0], place[1] - axis[1]
        tables.append(
            {
                "name": f"detector {i}",
                "x_mm": (cosine * x + sine * y) * voxel,
                "y_mm": (cosine * y - sine * x) * voxel,
                "diameter_mm": 2.0 * math.sqrt(radius**2 - away[side] ** 2) * voxel,
                "side": ("top", "bottom")[side],
            }
        )
    return tables, notes

"""The sources of an MCX case as beams of light cases.

MCX starts a photon in the voxel where its source lies. A source at the face of the tissue therefore
gives directions *inside* it; one above gives directions in the air, and whether its rays are
refracted where they enter is for `Session.DoSpecular` to say. porelight's beams fall through air.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from porelight.errors import ParameterError
from porelight.files.foreign import ForeignTable
from porelight.files.mcx_directions import Directions, directions_of
from porelight.files.mcx_pictures import PLANES, patterns, picture, sides_of
from porelight.files.mcx_shapes import number, vector
from porelight.quantities import Floats

_POINTS = ("pencil", "cone", "isotropic", "arcsine")
KINDS = (*_POINTS, "disk", "gaussian", "ring", *PLANES)
_VECTORS = ("Pos", "Dir", "Param1", "Param2")


@dataclass(frozen=True, slots=True, eq=False)
class McxSource:
    """One source of a case; lengths in voxels, from the upper corner of the box.

    Attributes
    ----------
    name : str
        Which of several it is, such as "source 2"; empty if there is one.
    kind : str
        Type of MCX.
    position : list of float
        x, y, z.
    tilt : float
        Angle of its direction to z [rad].
    param1, param2 : list of float
        Numbers whose meaning the kind decides.
    cells : ndarray of float64, shape (n_first, n_second)
        Pattern along both sides; one cell where there is none.
    directions : Directions
        Directions of its rays, about its own.
    """

    name: str
    kind: str
    position: list[float]
    tilt: float
    param1: list[float]
    param2: list[float]
    cells: Floats
    directions: Directions

    @property
    def is_plain(self) -> bool:
        """Whether its rays are parallel, and as many on all sides of its axis."""
        return self.directions.kind == "straight" and self.kind not in PLANES

    @property
    def is_round(self) -> bool:
        """Whether it looks the same from all sides of its axis."""
        return self.kind not in PLANES

    @property
    def axis(self) -> tuple[float, float]:
        """X and y of the middle of the beam."""
        if self.kind not in PLANES:
            return self.position[0], self.position[1]
        first, second = sides_of(self.kind, self.param1, self.param2)
        x, y = 0.5 * (first + second)
        return self.position[0] + float(x), self.position[1] + float(y)


def mcx_sources(table: ForeignTable, origin: float, folder: Path) -> list[McxSource]:
    """Return the sources of a case.

    Parameters
    ----------
    table : ForeignTable
        Optode.Source.
    origin : float
        Number of the first voxel: 1 where MCX counts from 1.
    folder : Path
        Where the file of a pattern may lie.

    Raises
    ------
    ParameterError
        If there is one that porelight has not, or a key asks for what it has not.
    """
    kind = str(table.get("Type", "pencil"))
    if kind not in KINDS:
        raise ParameterError(
            f"Optode.Source.Type is {kind[:40]!r}; expected {', '.join(KINDS)}. porelight's light "
            "falls onto the skin as a beam."
        )
    table.refuse(
        "IQUV", "makes polarised light; porelight follows intensities. Take it out for those alone."
    )
    table.without_effect("shares here are per joule delivered", "Weight")
    table.without_effect("porelight's light is steady, as it is at 0 Hz", "Frequency")
    table.without_effect("has a meaning for Mie spheres alone", "WaveLength")
    found = list(_each(table, kind, origin))
    chosen = table.get("ID", 0)
    if isinstance(chosen, int) and 0 < chosen <= len(found):
        found = [found[chosen - 1]]
    count = table.get("SrcNum", 1)
    if kind != "pattern":
        table.without_effect("a pattern is for sources of that type", "Pattern")
        return found
    n = int(number(count, table.path("SrcNum"), 1, 100))
    if len(found) > 1:
        raise ParameterError("Optode.Source holds several sources of patterns; expected one.")
    one = found[0]
    size = [
        int(number(param[3], f"{table.path(key)}[4]", 1, 1000))
        for key, param in (("Param1", one.param1), ("Param2", one.param2))
    ]
    shown = patterns(table.table("Pattern"), (size[0], size[1]), n, folder)
    names = [f"pattern {i}" for i in range(1, n + 1)] if n > 1 else [one.name]
    return [replace(one, name=name, cells=cells) for name, cells in zip(names, shown, strict=True)]


def beam_of(source: McxSource, voxel: float, gap: float) -> tuple[dict[str, Any], str]:
    """Return the [beam] of a light case, and what to say of it.

    Parameters
    ----------
    source : McxSource
        A source whose direction is that in the air.
    voxel : float
        Side of a voxel [mm].
    gap : float
        From the source to the tissue [voxels].

    Returns
    -------
    beam : dict
        Keys of a [beam] table.
    note : str
        A difference that the beam brings; empty for none.

    Raises
    ------
    ParameterError
        If a light case has no such beam.
    """
    profile, note = _profile(source, voxel)
    directions = source.directions.keys(voxel)
    if directions and gap > 0.0:
        directions["stand_off_mm"] = gap * voxel
    return {**profile, **directions}, note


def _profile(source: McxSource, voxel: float) -> tuple[dict[str, Any], str]:
    """Return the keys of a [beam] that say where its light crosses the plane of the source."""
    kind, param = source.kind, source.param1
    if source.tilt > 0.0 and kind != "pencil":
        raise ParameterError(
            f"a tilted {kind} of MCX starts partly inside the tissue; only a tilted pencil beam "
            "means the same in both programs."
        )
    if kind in PLANES:
        shown, pixel, note = picture(kind, param, source.param2, source.cells)
        side = pixel * voxel * 1e3
        return {"profile": "image", "irradiance": shown.tolist(), "pixel_um": side}, note
    pencil: dict[str, Any] = {"profile": "pencil", "diameter_mm": 0.0}
    if kind in _POINTS:
        return {**pencil, "tilt_deg": math.degrees(source.tilt)}, ""
    radius = number(param[0], "radius in Optode.Source.Param1", 1e-6, 1e6) * voxel
    if kind == "gaussian":
        if param[1] != 0.0:
            raise ParameterError(
                "Optode.Source.Param1 makes a focused Gaussian beam; expected a collimated one "
                "(second number 0)."
            )
        return {"profile": "gaussian", "diameter_mm": 2.0 * radius}, ""
    if kind == "ring" and (param[2] > 0.0 or param[3] > 0.0):
        raise ParameterError(
            "Optode.Source.Param1 makes a part of a ring; expected a whole one (third and fourth "
            "number 0)."
        )
    inner, outer = sorted((radius, abs(param[1]) * voxel))
    profile = "ring" if inner > 0.0 else "flat-top"
    return {"profile": profile, "diameter_mm": 2 * outer, "inner_diameter_mm": 2 * inner}, ""


def _each(table: ForeignTable, kind: str, origin: float) -> Iterator[McxSource]:
    """Yield the sources; several have lists of vectors in place of vectors."""
    given = {key: table.get(key) for key in _VECTORS if key in table}
    angles = table.get("AngleInverseCDF")
    several = {key: len(value) for key, value in given.items() if _is_nested(value)}
    if len(set(several.values())) > 1:
        told = ", ".join(f"{n} of {key}" for key, n in several.items())
        raise ParameterError(f"Optode.Source holds {told}; expected as many of each.")
    for i in range(max(several.values(), default=1)):
        name = f"source {i + 1}" if several else ""
        where = f"{table.name}[{i + 1}]" if several else table.name
        own = {key: value[i] if key in several else value for key, value in given.items()}
        place = vector(own.get("Pos"), f"{where}.Pos")
        if "Dir" not in own:
            own["Dir"] = [0, 0, 1]
        direction = vector(own["Dir"], f"{where}.Dir")
        if direction[2] <= 0.0:
            raise ParameterError(
                f"{where}.Dir is {direction}; expected light that falls towards larger z."
            )
        param1 = _four(own.get("Param1", []), f"{where}.Param1")
        yield McxSource(
            name=name,
            kind=kind,
            position=[x - origin for x in place],
            tilt=math.atan2(math.hypot(direction[0], direction[1]), direction[2]),
            param1=param1,
            param2=_four(own.get("Param2", []), f"{where}.Param2"),
            cells=np.ones((1, 1)),
            directions=directions_of(own["Dir"], angles, kind, param1, where),
        )


def _is_nested(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def _four(given: Any, what: str) -> list[float]:
    """Return four numbers; MCX takes those that are left out as 0."""
    if isinstance(given, list) and len(given) < 4:
        given = [*given, *[0.0] * (4 - len(given))]
    return vector(given, what, 4)

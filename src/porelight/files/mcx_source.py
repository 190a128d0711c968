"""The sources of an MCX case as beams of light cases.

MCX starts a photon in the voxel where its source lies. A source at the face of the tissue therefore
gives directions *inside* it, as one deeper does, and is one inside the layers here too. A source
above gives directions in the air, and whether its rays are refracted where they enter is for
`Session.DoSpecular` to say; porelight's beams from the air are.
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
from porelight.files.mcx_pictures import PLANES, irradiance_of, patterns, picture, sides_of
from porelight.files.mcx_shapes import number, vector
from porelight.files.mcx_tilted import SlantedPicture, slanted
from porelight.laser.beam import DIFFUSE
from porelight.quantities import Floats

_POINTS = ("pencil", "cone", "isotropic", "arcsine")
_NEAR = 1e-6
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
    tilt, azimuth : float
        Angles of its direction to z, and about z from x [rad].
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
    azimuth: float = 0.0

    @property
    def starts_inside(self) -> bool:
        """Whether at the face of the tissue its rays are those of no beam from the air."""
        return self.directions.kind != "straight" or (self.tilt > 0.0 and self.kind != "pencil")

    @property
    def is_round(self) -> bool:
        """Whether it looks the same from all sides of its axis."""
        return self.kind not in PLANES

    @property
    def is_slanted(self) -> bool:
        """Whether it has an area and a tilt that its directions do not make good."""
        is_area = self.kind not in _POINTS
        return is_area and self.tilt > 0.0 and self.directions.kind not in DIFFUSE

    def axis_below(self, gap: float) -> tuple[float, float]:
        """Return x and y at which its axis meets the tissue, so far below it."""
        (x, y), step = self.axis, gap * math.tan(self.tilt)
        return x + step * math.cos(self.azimuth), y + step * math.sin(self.azimuth)

    @property
    def axis(self) -> tuple[float, float]:
        """X and y of the middle of the beam."""
        if self.kind not in PLANES:
            return self.position[0], self.position[1]
        first, second = sides_of(self.kind, self.param1, self.param2)
        x, y = 0.5 * first if self.kind == "slit" else 0.5 * (first + second)
        if self.is_slanted and self.kind != "slit":
            x, y = _slanted(self).origin
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
    table.without_effect("shares here are per joule delivered", "Weight")
    table.without_effect("porelight's light is steady, as it is at 0 Hz", "Frequency")
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


def beam_of(
    source: McxSource, voxel: float, gap: float, depth: float | None
) -> tuple[dict[str, Any], str]:
    """Return the [beam] of a light case, and what to say of it.

    Parameters
    ----------
    source : McxSource
        A source whose direction is that in the air, or inside the tissue.
    voxel : float
        Side of a voxel [mm].
    gap : float
        From the source to the tissue [voxels].
    depth : float, optional
        Depth of a source inside the tissue [voxels]; left out for one above.

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
    directions = source.directions if depth is not None else source.directions.falling
    profile, note = _profile(source, voxel)
    beam = {**directions.keys(voxel), **profile}
    if depth is not None:
        beam["depth_mm"] = depth * voxel
    if gap > _NEAR and (directions.kind != "straight" or source.is_slanted):
        beam["stand_off_mm"] = gap / math.cos(math.radians(profile.get("tilt_deg", 0.0))) * voxel
    return beam, note


def _slanted_profile(source: McxSource, voxel: float) -> tuple[dict[str, Any], str]:
    """Return the keys of a [beam] of an area along the skin whose light is slanted."""
    tilt = math.degrees(source.tilt)
    if source.kind == "slit":
        turned = _turned(source.param1, source.azimuth)
        shown, pixel, note = picture("slit", turned, source.param2, source.cells)
        if shown.shape[1] != 1 or source.directions.kind == "focus":
            raise ParameterError(
                "Optode.Source is a slit along its tilt, or one with a focus; expected one at "
                "right angles to Dir, without a focus."
            )
        return {**_image(shown, pixel * voxel), "tilt_deg": tilt}, note
    if source.directions.kind not in {"straight", "focus"}:
        raise ParameterError(
            f"Optode.Source is a tilted {source.kind} whose points shine in many directions; "
            "expected parallel rays, a focus, or Dir along z."
        )
    found = _slanted(source)
    beam = {**_image(found.irradiance, found.pixel * voxel), "tilt_deg": math.degrees(found.tilt)}
    if math.isfinite(found.focus):
        beam["focus_mm"] = found.focus * voxel
    n_y, n_x = found.irradiance.shape
    return beam, f"the slanted {source.kind} source is read as a picture of {n_x} x {n_y} pixels"


def _slanted(source: McxSource) -> SlantedPicture:
    """Return a slanted source over an area as a picture."""
    sides = sides_of(source.kind, source.param1, source.param2)
    params = (source.param1, source.param2)
    value, _ = irradiance_of(source.kind, sides, params, source.cells)
    corners = np.array([np.zeros(2), sides[0], sides[1], sides[0] + sides[1]])
    sine = math.sin(source.tilt)
    flat = sine * math.cos(source.azimuth), sine * math.sin(source.azimuth)
    direction = np.array([*flat, math.cos(source.tilt)])
    return slanted(value, corners, direction, source.directions.focus)


def _image(shown: Floats, pixel: float) -> dict[str, Any]:
    """Return the keys of a picture; `pixel` in mm."""
    irradiance = np.round(shown / shown.max(), 4).tolist()
    return {"profile": "image", "irradiance": irradiance, "pixel_um": pixel * 1e3}


def _turned(side: list[float], azimuth: float) -> list[float]:
    """Return a vector as seen from axes turned about z."""
    cosine, sine = math.cos(azimuth), math.sin(azimuth)
    x, y = cosine * side[0] + sine * side[1], cosine * side[1] - sine * side[0]
    return [round(x, 9), round(y, 9), *side[2:]]


def _profile(source: McxSource, voxel: float) -> tuple[dict[str, Any], str]:
    """Return the keys of a [beam] that say where its light crosses the plane of the source."""
    kind, param = source.kind, source.param1
    if source.is_slanted and kind in PLANES:
        return _slanted_profile(source, voxel)
    if source.is_slanted:
        raise ParameterError(
            f"a tilted {kind} of MCX lies across its own direction, at several depths; expected a "
            "point, or an area along the skin (planar, pattern, slit)."
        )
    if kind in PLANES:
        shown, pixel, note = picture(kind, param, source.param2, source.cells)
        side = pixel * voxel * 1e3
        return {"profile": "image", "irradiance": shown.tolist(), "pixel_um": side}, note
    pencil: dict[str, Any] = {"profile": "pencil", "diameter_mm": 0.0}
    if kind in _POINTS:
        to_all_sides = source.directions.kind in DIFFUSE
        return {**pencil, "tilt_deg": 0.0 if to_all_sides else math.degrees(source.tilt)}, ""
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
        params = (
            _four(own.get("Param1", []), f"{where}.Param1"),
            _four(own.get("Param2", []), f"{where}.Param2"),
        )
        yield McxSource(
            name=name,
            kind=kind,
            position=[x - origin for x in place],
            tilt=math.atan2(math.hypot(direction[0], direction[1]), direction[2]),
            azimuth=math.atan2(direction[1], direction[0]),
            param1=params[0],
            param2=params[1],
            cells=np.ones((1, 1)),
            directions=directions_of(own["Dir"], angles, kind, params, where),
        )


def _is_nested(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def _four(given: Any, what: str) -> list[float]:
    """Return four numbers; MCX takes those that are left out as 0."""
    if isinstance(given, list) and len(given) < 4:
        given = [*given, *[0.0] * (4 - len(given))]
    return vector(given, what, 4)

"""Directions in which an MCX source sends its light, as keys of a [beam] table.

The fourth number of `Dir` is a focal length in voxels: 0 for a collimated source, NaN for light
from every side, -Inf for the cosine law. `AngleInverseCDF` is a table of angles to the axis.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from porelight.errors import ParameterError
from porelight.files.mcx_shapes import number

_SPECIAL = {"_nan_": math.nan, "_inf_": math.inf, "-_inf_": -math.inf}
# sources that MCX starts without a look at a focal length
_UNFOCUSED = ("pencil", "cone", "isotropic", "arcsine")
_STEEPEST = math.radians(85.0)
_MOST_ANGLES = 10_000


@dataclass(frozen=True, slots=True)
class Directions:
    """Directions of the rays of a source, about its axis.

    Attributes
    ----------
    kind : str
        "straight", "cone" (even in solid angle), "table", "isotropic", "lambertian", "focus",
        "gaussian".
    half_angle : float
        Angle of the outermost ray of a cone [rad].
    focus : float
        From the source to the focus [voxels], below 0 behind it.
    angles : tuple of float
        Angles to the axis at even steps of the share of the light, from 0 to 1 [rad].
    lean : tuple of float
        Standard deviations of a Gaussian: of how far rays lean across a slit, and along it.
    """

    kind: Literal["straight", "cone", "table", "isotropic", "lambertian", "focus", "gaussian"] = (
        "straight"
    )
    half_angle: float = 0.0
    focus: float = 0.0
    angles: tuple[float, ...] = ()
    lean: tuple[float, ...] = ()

    def keys(self, voxel: float) -> dict[str, Any]:
        """Return keys of a [beam] table; `voxel` is the side of a voxel [mm]."""
        match self.kind:
            case "cone":
                return {"half_angle_deg": math.degrees(self.half_angle), "spreading": "fibre"}
            case "table":
                told = [math.degrees(angle) for angle in self.angles]
                return {"spreading": "table", "angle_quantiles_deg": told}
            case "focus":
                return {"focus_mm": self.focus * voxel}
            case "gaussian":
                return {"spreading": "gaussian", "lean": list(self.lean)}
            case "isotropic" | "lambertian":
                return {"spreading": self.kind}
            case _:
                return {}

    @property
    def goes_up(self) -> bool:
        """Whether some rays lean by more than a quarter turn."""
        wide = self.kind == "table" and self.angles[-1] > 0.5 * math.pi
        return wide or self.kind in {"isotropic", "gaussian"}

    @property
    def falling(self) -> "Directions":
        """The half that falls of directions that go up too.

        Raises
        ------
        ParameterError
            If it is none that a light case has.
        """
        if self.kind == "gaussian":
            raise ParameterError(
                "Optode.Source.Param2 makes a slit that lies above the tissue shine to all sides; "
                "expected a slit at the surface of the tissue or inside."
            )
        if self.kind != "table" or self.angles[-1] <= 0.5 * math.pi:
            return self
        if len(self.angles) > 2:
            raise ParameterError(
                f"Optode.Source.AngleInverseCDF goes to {math.degrees(self.angles[-1]):g} degrees; "
                "expected at most 90 (0.5) from a source above the tissue."
            )
        return replace(self, angles=(0.0, 0.5 * math.pi))


def directions_of(
    direction: list[Any],
    angles: Any,
    kind: str,
    params: tuple[list[float], list[float]],
    where: str,
) -> Directions:
    """Return the directions of a source.

    Parameters
    ----------
    direction : list
        `Dir`: three numbers, and a focal length or nothing.
    angles : object
        `AngleInverseCDF`, or None.
    kind : str
        Type of the source.
    params : tuple of list of float
        Param1 and Param2.
    where : str
        Name of the source, for messages.

    Raises
    ------
    ParameterError
        If porelight has no such directions.
    """
    focus = _focal_length(direction, f"{where}.Dir")
    if angles is not None:
        return _tabled(angles, focus, where)
    param1, param2 = params
    if kind in _UNFOCUSED:
        return _of_a_point(kind, param1, where)
    if kind == "slit" and (param2[0] > 0.0 or param2[1] > 0.0):
        if focus != 0.0:
            raise ParameterError(
                f"{where}.Param2 scatters the light of a slit that has a focus; expected one of "
                "the two."
            )
        return Directions("gaussian", lean=(param2[0], param2[1]))
    if focus == 0.0:
        return Directions()
    if math.isnan(focus) or focus == -math.inf:
        return Directions("isotropic" if math.isnan(focus) else "lambertian")
    if focus == math.inf:
        raise ParameterError(f"the fourth number of {where}.Dir is infinite; expected a length.")
    return Directions("focus", focus=focus)


def _of_a_point(kind: str, param1: list[float], where: str) -> Directions:
    """Return the directions of a source that MCX starts without a look at a focal length."""
    if kind == "arcsine":
        return Directions("table", angles=(0.0, math.pi))
    if kind == "isotropic":
        return Directions("isotropic")
    half = 0.0
    if kind == "cone":
        half = number(param1[0], f"half angle in {where}.Param1", 0.0, _STEEPEST)
    if half == 0.0:
        return Directions()
    if param1[1] > 0.0:  # even in angle, not in solid angle
        return Directions("table", angles=(0.0, half))
    return Directions("cone", half_angle=half)


def _focal_length(direction: list[Any], where: str) -> float:
    focus: Any = direction[3] if len(direction) > 3 else 0.0
    if isinstance(focus, str):
        focus = _SPECIAL.get(focus.casefold(), focus)
    if isinstance(focus, bool) or not isinstance(focus, int | float):
        raise ParameterError(f"the fourth number of {where} is {focus!r}; expected a focal length.")
    return float(focus)


def _tabled(angles: Any, focus: float, where: str) -> Directions:
    name = f"{where}.AngleInverseCDF"
    if focus != 0.0:
        raise ParameterError(
            f"{name} is read in steps where the fourth number of Dir is not 0; expected 0, for "
            "angles between them too."
        )
    if not isinstance(angles, list) or not 2 <= len(angles) <= _MOST_ANGLES:
        raise ParameterError(f"{name} is {str(angles)[:40]}; expected 2 numbers or more.")
    shares = [number(x, name, 0.0, 1.0) for x in angles]
    return Directions("table", angles=tuple(math.pi * x for x in shares))

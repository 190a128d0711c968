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
# beyond it the sine and the tangent of a ray differ by more than 3 %
_PARAXIAL = math.radians(14.0)
_MOST_ANGLES = 10_000


@dataclass(frozen=True, slots=True)
class Directions:
    """Directions of the rays of a source, about its axis.

    Attributes
    ----------
    kind : str
        "straight", "cone" (even in solid angle), "table", "isotropic", "lambertian", "focus".
    half_angle : float
        Angle of the outermost ray of a cone, or to the focus [rad].
    focus : float
        From the source to the focus [voxels], below 0 behind it.
    angles : tuple of float
        Angles to the axis at even steps of the share of the light, from 0 to 1 [rad].
    """

    kind: Literal["straight", "cone", "table", "isotropic", "lambertian", "focus"] = "straight"
    half_angle: float = 0.0
    focus: float = 0.0
    angles: tuple[float, ...] = ()

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
            case "isotropic" | "lambertian":
                return {"spreading": self.kind}
            case _:
                return {}

    def in_air(self, ratio: float) -> "tuple[Directions, str]":
        """Return directions in the air for those that are given inside the tissue.

        Parameters
        ----------
        ratio : float
            Index of the tissue over that above it.

        Returns
        -------
        directions : Directions
        note : str
            How near they are; empty if they are the same.

        Raises
        ------
        ParameterError
            If no rays from the air have them.
        """
        if self.kind == "straight":
            return self, ""
        sine = ratio * math.sin(self.half_angle)
        if self.kind == "cone" and sine < math.sin(_STEEPEST):
            air = math.asin(sine)
            return replace(self, half_angle=air), (
                f"the cone has a half angle of {math.degrees(self.half_angle):.4g} degrees inside "
                f"the tissue, where MCX starts it; in the air that is {math.degrees(air):.4g}, and "
                "even there instead"
            )
        if self.kind == "focus" and self.half_angle < _PARAXIAL:
            return replace(self, focus=self.focus / ratio), (
                f"MCX's rays go straight to a focus {self.focus:g} voxels inside the tissue, where "
                f"it starts them; in the air that is {self.focus / ratio:.4g} voxels, for small "
                "angles"
            )
        raise ParameterError(
            "Optode.Source touches the tissue, so MCX starts its directions inside, where rays "
            "from the air do not reach all of them; a source above the tissue, with "
            "Session.DoSpecular, is refracted as porelight's is."
        )


def directions_of(
    direction: list[Any], angles: Any, kind: str, param1: list[float], where: str
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
    param1 : list of float
        Its first parameters.
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
    if kind in _UNFOCUSED:
        return _of_a_point(kind, param1, where)
    if focus == 0.0:
        return Directions()
    if math.isnan(focus) or focus == -math.inf:
        return Directions("isotropic" if math.isnan(focus) else "lambertian")
    if focus == math.inf:
        raise ParameterError(f"the fourth number of {where}.Dir is infinite; expected a length.")
    widest = math.atan(abs(max(param1[:2], key=abs) / focus))
    return Directions("focus", focus=focus, half_angle=widest)


def _of_a_point(kind: str, param1: list[float], where: str) -> Directions:
    """Return the directions of a source that MCX starts without a look at a focal length."""
    if kind == "arcsine":
        return Directions("table", angles=(0.0, 0.5 * math.pi))
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
    if shares[-1] > 0.5:
        raise ParameterError(
            f"{name} goes to {shares[-1]:g}, {180 * shares[-1]:g} degrees; expected at most 0.5, "
            "since light falls onto the skin."
        )
    return Directions("table", angles=tuple(math.pi * x for x in shares))

"""The hair follicle for photon transport: funnel, duct, gland, hair and plug, each with its optics.

All parts are surfaces of revolution about the axis of the beam, and all are exact: a funnel that
tapers to a duct, a sebaceous gland as a spheroid around the duct, a straight hair on the axis. A
part is cut out of what it lies in, in the order hair, lumen (funnel and duct), gland, layer.
"""

from dataclasses import dataclass

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import LENGTH, Floats
from porelight.tissue.follicle_optics import AIR, FollicleOptics, Medium
from porelight.tissue.pore import Pore

__all__ = ["AIR", "Follicle", "Gland", "Hair", "Medium", "Plug", "follicle_of"]

# a hair leaves at least this share of the duct's radius to its sheath
_THICKEST_HAIR = 0.9


@dataclass(frozen=True, slots=True)
class Plug:
    """Sebum and keratin that fill the funnel from a depth [m] down to its end."""

    depth: float
    medium: Medium


@dataclass(frozen=True, slots=True)
class Gland:
    """A sebaceous gland: a spheroid about the axis, around the duct.

    Attributes
    ----------
    depth : float
        Depth of its centre [m].
    radius, half_height : float
        Half axes across and along the follicle [m].
    medium : Medium
        Optical properties.
    """

    depth: float
    radius: float
    half_height: float
    medium: Medium


@dataclass(frozen=True, slots=True)
class Hair:
    """A straight hair on the axis, from the surface down; what stands out of the skin is left out.

    Attributes
    ----------
    radius, depth : float
        Radius, and depth of its lower end [m].
    medium : Medium
        Optical properties.
    """

    radius: float
    depth: float
    medium: Medium


@dataclass(frozen=True, slots=True)
class Follicle:
    """One follicle on the axis of the beam.

    Attributes
    ----------
    opening_radius, funnel_depth : float
        Radius of the pore at the surface; depth at which the funnel has tapered to the duct [m].
    duct_radius, duct_depth : float
        Radius of the duct, and depth at which it ends [m]; at least `funnel_depth`.
    lumen : Medium
        Medium of the funnel above the plug: `AIR`, or sebum.
    duct : Medium
        Medium of the duct.
    plug : Plug, optional
        Plug in the lower part of the funnel, or in all of it (depth 0).
    gland : Gland, optional
        Gland, wider than the duct and below the surface of the skin.
    hair : Hair, optional
        Hair, thinner than the duct and at most as deep.
    """

    opening_radius: float
    funnel_depth: float
    duct_radius: float
    duct_depth: float
    lumen: Medium
    duct: Medium
    plug: Plug | None = None
    gland: Gland | None = None
    hair: Hair | None = None

    def __post_init__(self) -> None:
        """Check that the parts fit into one another."""
        for name in ("opening_radius", "funnel_depth", "duct_radius", "duct_depth"):
            _require_positive(getattr(self, name), name)
        if self.duct_radius > self.opening_radius:
            raise ParameterError(
                f"duct_radius is {self.duct_radius:g} m; expected at most the opening's "
                f"{self.opening_radius:g} m, since a funnel narrows."
            )
        if self.duct_depth < self.funnel_depth:
            raise ParameterError(
                f"duct_depth is {self.duct_depth:g} m; expected at least the funnel's "
                f"{self.funnel_depth:g} m."
            )
        if self.plug is not None:
            self._require_plug(self.plug)
        if self.gland is not None:
            self._require_gland(self.gland)
        if self.hair is not None:
            self._require_hair(self.hair)

    def _require_plug(self, plug: Plug) -> None:
        if LENGTH.require(plug.depth, "depth of the plug") >= self.funnel_depth:
            raise ParameterError(
                f"the plug starts at {plug.depth:g} m, below the funnel, which ends at "
                f"{self.funnel_depth:g} m; leave it out, or let it start higher."
            )

    def _require_gland(self, gland: Gland) -> None:
        for name in ("depth", "radius", "half_height"):
            _require_positive(getattr(gland, name), f"{name} of the gland")
        if gland.half_height > gland.depth:
            raise ParameterError(
                f"the gland's centre is {gland.depth:g} m deep and its half height is "
                f"{gland.half_height:g} m: it would stand out of the skin. Place it deeper, or "
                "make it lower."
            )
        if gland.radius <= self.duct_radius:
            raise ParameterError(
                f"radius of the gland is {gland.radius:g} m; expected more than the duct's "
                f"{self.duct_radius:g} m, or no gland."
            )

    def _require_hair(self, hair: Hair) -> None:
        for name in ("radius", "depth"):
            _require_positive(getattr(hair, name), f"{name} of the hair")
        if hair.radius >= self.duct_radius:
            raise ParameterError(
                f"radius of the hair is {hair.radius:g} m; expected less than the duct's "
                f"{self.duct_radius:g} m."
            )
        if hair.depth > self.duct_depth:
            raise ParameterError(
                f"depth of the hair is {hair.depth:g} m; expected at most the duct's "
                f"{self.duct_depth:g} m."
            )

    @property
    def widest(self) -> float:
        """Largest radius of any part [m]."""
        return max(self.opening_radius, 0.0 if self.gland is None else self.gland.radius)

    @property
    def deepest(self) -> float:
        """Depth of the lowest part [m]."""
        gland = 0.0 if self.gland is None else self.gland.depth + self.gland.half_height
        return max(self.duct_depth, gland)

    def wall_radius(self, z: Floats) -> Floats:
        """Return the radius of funnel and duct at each depth [m]; 0 below the duct.

        Parameters
        ----------
        z : ndarray of float64, any shape
            Depth [m], 0 or more.
        """
        ends = [self.opening_radius, self.duct_radius]
        radius = np.interp(z, [0.0, self.funnel_depth], ends)
        return np.where(z < self.duct_depth, radius, 0.0)


def follicle_of(pore: Pore, optics: FollicleOptics, lumen: Medium = AIR) -> Follicle:
    """Return the follicle of a pore, for photon transport.

    Parameters
    ----------
    pore : Pore
        Lengths of opening, funnel, duct, gland, hair and plug.
    optics : FollicleOptics
        Optical properties of these parts, at the wavelength of the light.
    lumen : Medium
        Medium of the funnel above the plug.

    Returns
    -------
    Follicle
        With a round gland, if it is wider than the duct. The plug fills its share of the funnel's
        volume from the bottom up, and a hair too thick for its duct is 0.9 times as thick as that.

    Raises
    ------
    ParameterError
        If the pore has no duct, or its gland would stand out of the skin.

    Examples
    --------
    >>> from porelight.tissue.follicle_optics import follicle_optics
    >>> follicle = follicle_of(Pore.typical(300e-6), follicle_optics(1064e-9))
    >>> round(1e6 * follicle.funnel_depth), round(1e6 * follicle.plug.depth)
    (180, 57)
    """
    if pore.duct_diameter == 0.0:
        raise ParameterError(
            "duct_diameter of the pore is 0 m; light needs the follicle below the opening. "
            "Pore.typical fills in what a photograph does not show."
        )
    top, bottom = 0.5 * pore.diameter, 0.5 * pore.duct_diameter
    round_gland = 0.5 * pore.gland_diameter
    gland = Gland(pore.gland_depth, round_gland, round_gland, optics.gland)
    duct_depth = max(pore.follicle_depth, pore.depth)
    hair = Hair(min(0.5 * pore.hair_diameter, _THICKEST_HAIR * bottom), duct_depth, optics.hair)
    return Follicle(
        opening_radius=top,
        funnel_depth=pore.depth,
        duct_radius=bottom,
        duct_depth=duct_depth,
        lumen=lumen,
        duct=optics.duct,
        plug=Plug(_plug_depth(pore), optics.plug) if pore.plug_fill > 0.0 else None,
        gland=gland if round_gland > bottom else None,
        hair=hair if pore.hair_diameter > 0.0 else None,
    )


def _plug_depth(pore: Pore) -> float:
    """Return the depth below which the funnel holds the plug's share of its volume [m]."""
    top, bottom = 0.5 * pore.diameter, 0.5 * pore.duct_diameter
    if top == bottom:
        return pore.depth * (1.0 - pore.plug_fill)
    # volume below a radius grows with the cube of the radius
    radius = float(np.cbrt(bottom**3 + pore.plug_fill * (top**3 - bottom**3)))
    return pore.depth * (top - radius) / (top - bottom)


def _require_positive(value: float, name: str) -> None:
    if LENGTH.require(value, name) == 0.0:
        raise ParameterError(f"{name} is 0 m; expected more.")

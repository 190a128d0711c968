"""Blood vessels for photon transport: straight, horizontal, round, each with its own optics.

A straight horizontal cylinder is the vessel of the published benchmarks, and the only shape whose
crossings are as exact and as cheap as the follicle's. It runs along y; the (r, z) tally then holds
the mean over the azimuth, while the shares by region are exact.
"""

from dataclasses import dataclass

from porelight.errors import ParameterError
from porelight.quantities import LENGTH
from porelight.tissue.follicle_optics import Medium


@dataclass(frozen=True, slots=True)
class Vessel:
    """A straight vessel along y.

    Attributes
    ----------
    depth : float
        Depth of its axis [m].
    radius : float
        Radius [m].
    medium : Medium
        Optical properties of its content, as a rule of blood.
    offset : float
        Distance x of its axis from the axis of the beam [m]; may be negative.
    """

    depth: float
    radius: float
    medium: Medium
    offset: float = 0.0

    def __post_init__(self) -> None:
        """Check that the vessel lies in the skin."""
        LENGTH.require(abs(self.offset), "offset of the vessel")
        if LENGTH.require(self.radius, "radius of the vessel") == 0.0:
            raise ParameterError("radius of the vessel is 0 m; expected more.")
        if LENGTH.require(self.depth, "depth of the vessel") <= self.radius:
            raise ParameterError(
                f"the vessel's axis is {self.depth:g} m deep and its radius is {self.radius:g} m: "
                "it would stand out of the skin. Place it deeper."
            )

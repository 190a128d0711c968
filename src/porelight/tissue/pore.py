"""One pore: the opening of a hair follicle with its gland, hair and plug.

Its surface is a surface of revolution about the follicle's axis: a funnel that narrows from the
opening to the duct, then the duct. The gland is needed, so a pore can shrink but never vanish.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from porelight.data.values import LibraryValues
from porelight.errors import ParameterError
from porelight.quantities import FRACTION, LENGTH, PORE_DIAMETER, Floats

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pore:
    """One pore and the follicle below it; lengths in metres.

    Attributes
    ----------
    diameter : float
        Equal-area diameter of the opening.
    depth : float
        Depth of the funnel, the pit that a camera sees.
    row, col : float
        Centre of the opening in the photograph or on the patch.
    duct_diameter : float
        Diameter of the duct below the funnel.
    follicle_depth : float
        Depth at which the duct ends; at least `depth`.
    hair_diameter : float
        Diameter of the hair; 0 for none.
    gland_depth, gland_diameter : float
        Centre and size of the sebaceous gland; diameter 0 for none.
    plug_fill : float
        Share of the funnel filled by sebum and keratin [-].
    """

    diameter: float
    depth: float
    row: float = 0.0
    col: float = 0.0
    duct_diameter: float = 0.0
    follicle_depth: float = 0.0
    hair_diameter: float = 0.0
    gland_depth: float = 0.0
    gland_diameter: float = 0.0
    plug_fill: float = 0.0

    def __post_init__(self) -> None:
        """Check that the pore can exist."""
        PORE_DIAMETER.require(self.diameter)
        for name in (
            "depth",
            "duct_diameter",
            "follicle_depth",
            "hair_diameter",
            "gland_depth",
            "gland_diameter",
        ):
            LENGTH.require(getattr(self, name), name)
        FRACTION.require(self.plug_fill, "plug_fill")
        if self.depth <= 0.0:
            raise ParameterError("depth of the pore is 0 m; expected a positive length.")
        if self.duct_diameter > self.diameter:
            raise ParameterError(
                f"duct_diameter is {self.duct_diameter:g} m; expected at most the opening's "
                f"{self.diameter:g} m."
            )
        if self.hair_diameter > self.duct_diameter:
            raise ParameterError(
                f"hair_diameter is {self.hair_diameter:g} m; expected at most the duct's "
                f"{self.duct_diameter:g} m."
            )
        if 0.0 < self.follicle_depth < self.depth:
            raise ParameterError(
                f"follicle_depth is {self.follicle_depth:g} m; expected at least the funnel's "
                f"{self.depth:g} m."
            )

    @classmethod
    def typical(
        cls,
        diameter: float,
        row: float = 0.0,
        col: float = 0.0,
        values: Mapping[str, float] = _NONE,
    ) -> "Pore":
        """Return a pore of this opening with a typical follicle below.

        Parameters
        ----------
        diameter : float
            Diameter of the opening [m].
        row, col : float
            Centre of the opening [m].
        values : mapping of str to float
            Numbers of ``pores.toml`` to use in place of the library's [SI].

        Examples
        --------
        >>> round(Pore.typical(250e-6).depth, 9)
        0.00015
        """
        value = LibraryValues("pores", values)
        diameter = PORE_DIAMETER.require(diameter)
        duct = value("duct_fraction") * diameter
        depth = value("visible_depth") * diameter / value("detection_threshold")
        return cls(
            diameter=diameter,
            depth=depth,
            row=row,
            col=col,
            duct_diameter=duct,
            follicle_depth=max(value("follicle_depth"), depth),
            hair_diameter=min(value("hair_diameter"), duct),
            gland_depth=value("gland_depth"),
            gland_diameter=value("gland_diameter"),
            plug_fill=value("plug_fill"),
        )

    @property
    def area(self) -> float:
        """Area of the opening [m2]."""
        return 0.25 * np.pi * self.diameter**2

    @property
    def funnel_volume(self) -> float:
        """Volume between the opening and the duct [m3], a frustum."""
        top, bottom = 0.5 * self.diameter, 0.5 * self.duct_diameter
        return np.pi * self.depth * (top * top + top * bottom + bottom * bottom) / 3.0

    def radius_at(self, z: Floats) -> Floats:
        """Return the radius of the wall at each depth, 0 below the follicle.

        Parameters
        ----------
        z : ndarray of float64, shape (n,)
            Depth below the skin surface [m], 0 or more.

        Returns
        -------
        ndarray of float64, shape (n,)
            Radius [m].
        """
        top, bottom = 0.5 * self.diameter, 0.5 * self.duct_diameter
        radius = np.interp(z, [0.0, self.depth], [top, bottom])
        return np.where(z <= max(self.follicle_depth, self.depth), radius, 0.0)

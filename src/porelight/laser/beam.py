r"""The beam at the skin: where its photons land and how strong it is.

Radiant exposure is energy over the area of the spot, :math:`H = E / (\pi D^2/4)`, for every
profile, as clinics state it. A flat-top beam has it everywhere inside; a Gaussian beam, whose
diameter D is taken where irradiance falls to :math:`1/e^2`, has twice as much on its axis.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.quantities import SPOT_DIAMETER, Floats

Profile = Literal["flat-top", "gaussian", "pencil"]


@dataclass(frozen=True, slots=True)
class Beam:
    """A beam that falls straight onto the skin.

    Attributes
    ----------
    profile : {"flat-top", "gaussian", "pencil"}
        Even disc; Gaussian; or a line without width, for comparison with theory.
    diameter : float
        Of the disc, or where a Gaussian falls to 1/e2 [m]; a pencil beam may have 0.
    """

    profile: Profile
    diameter: float

    def __post_init__(self) -> None:
        """Check the profile and the diameter."""
        if self.profile not in get_args(Profile):
            raise ParameterError(
                f"no beam profile named {self.profile!r}"
                f"{did_you_mean(str(self.profile), get_args(Profile))}"
            )
        if not (self.profile == "pencil" and self.diameter == 0.0):
            SPOT_DIAMETER.require(self.diameter)

    @property
    def area(self) -> float:
        """Area of the spot, over which radiant exposure is stated [m2]."""
        return 0.25 * math.pi * self.diameter**2

    def radius_of(self, u: Floats) -> Floats:
        """Return the distance from the axis inside which a share of the power falls.

        Parameters
        ----------
        u : ndarray of float64, any shape
            Share of the power, 0 or more and below 1; uniform random numbers give the radii of
            photons.

        Returns
        -------
        ndarray of float64
            Radius [m].

        Raises
        ------
        ParameterError
            If a share is outside 0 to 1.

        Examples
        --------
        >>> Beam("flat-top", 5e-3).radius_of(np.array([0.25]))
        array([0.00125])
        """
        share = np.asarray(u, dtype=np.float64)
        if not ((share >= 0.0) & (share < 1.0)).all():
            raise ParameterError("u must be 0 or more and below 1, as uniform random numbers are.")
        radius = 0.5 * self.diameter
        match self.profile:
            case "flat-top":
                return np.asarray(radius * np.sqrt(share))
            case "gaussian":
                return np.asarray(radius * np.sqrt(-0.5 * np.log1p(-share)))
            case "pencil":
                return np.zeros_like(share)

    def irradiance(self, r: Floats) -> Floats:
        """Return the irradiance per watt of the beam.

        Parameters
        ----------
        r : ndarray of float64, any shape
            Distance from the axis [m].

        Returns
        -------
        ndarray of float64
            Irradiance over power [1/m2]; its integral over the plane is 1.

        Raises
        ------
        ParameterError
            For a pencil beam, which has none.
        """
        if self.profile == "pencil":
            raise ParameterError(
                "a pencil beam has no finite irradiance; use a flat-top or gaussian beam."
            )
        distance = np.asarray(r, dtype=np.float64)
        radius = 0.5 * self.diameter
        if self.profile == "flat-top":
            return np.where(distance <= radius, 1.0 / self.area, 0.0)
        return np.asarray(2.0 / self.area * np.exp(-2.0 * (distance / radius) ** 2))

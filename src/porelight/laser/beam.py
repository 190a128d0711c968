r"""The beam at the skin: its profile, its diameter and its direction.

Radiant exposure is energy over the area of the spot, :math:`H = E / (\pi D^2/4)`, for every
profile, as clinics state it. A flat-top beam has it everywhere inside; a Gaussian beam, whose
diameter D is taken where irradiance falls to :math:`1/e^2`, has twice as much on its axis.

A beam may diverge or converge. In a laser beam each point has one direction, which leans outwards
(or inwards) in proportion to the distance from the axis, so the spot grows with the distance (or
shrinks) and keeps its profile; the light of a fibre leaves each point of its face within the same
cone. That of a diffuse source leaves each point in all directions, or in those of a table.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.laser.angles import AngularProfile, GaussianSpread
from porelight.laser.profiles import BeamImage, RadialProfile
from porelight.laser.session_ranges import STAND_OFF, TILT
from porelight.quantities import SPOT_DIAMETER, Floats

Profile = Literal["flat-top", "gaussian", "ring", "pencil"]
Spreading = Literal["beam", "fibre", "isotropic", "lambertian"]
DIFFUSE = ("isotropic", "lambertian")

# the largest number below 1, where a quantile function gives the rim
_LAST_SHARE = float(np.nextafter(1.0, 0.0))
_STEEPEST = TILT.high


@dataclass(frozen=True, slots=True)
class Beam:
    """A beam that falls onto the skin.

    Attributes
    ----------
    profile : {"flat-top", "gaussian", "ring", "pencil"} or RadialProfile or BeamImage
        Even disc; Gaussian; even ring; a line without width, for comparison with theory; or a
        measured profile, scaled to the diameter.
    diameter : float
        Diameter of the disc, outer diameter of the ring, diameter at which a Gaussian falls to
        1/e2, second-moment diameter of a measured profile [m]; a pencil beam may have 0.
    inner_diameter : float
        Diameter of a ring's dark middle [m].
    tilt : float
        Angle between the beam and the skin's normal, in the air, towards x [rad].
    half_angle : float
        Angle at which the ray at half the diameter leans outwards (below 0: inwards, to a focus),
        or half the angle of a fibre's cone, in the air [rad].
    stand_off : float
        Distance along the axis from where `diameter` holds to the skin [m].
    spreading : {"beam", "fibre", "isotropic", "lambertian"}, AngularProfile or GaussianSpread
        Meaning of the half angle: one direction for each point, or an even cone at each point. Or
        the light of each point falls from all sides of the half space above, as much from every
        solid angle, or with the same radiance; or in the directions of a table, or scattered
        about the axis. Inside the tissue isotropic light goes to all sides.
    """

    profile: Profile | RadialProfile | BeamImage
    diameter: float
    inner_diameter: float = 0.0
    tilt: float = 0.0
    half_angle: float = 0.0
    stand_off: float = 0.0
    spreading: Spreading | AngularProfile | GaussianSpread = "beam"

    def __post_init__(self) -> None:
        """Check the profile, the sizes and the angles."""
        if isinstance(self.profile, str) and self.profile not in get_args(Profile):
            raise ParameterError(
                f"no beam profile named {self.profile!r}"
                f"{did_you_mean(str(self.profile), get_args(Profile))}"
            )
        if isinstance(self.spreading, str) and self.spreading not in get_args(Spreading):
            raise ParameterError(
                f"no spreading named {self.spreading!r}"
                f"{did_you_mean(str(self.spreading), get_args(Spreading))}"
            )
        if not (self.profile == "pencil" and self.diameter == 0.0):
            SPOT_DIAMETER.require(self.diameter)
        STAND_OFF.require(self.stand_off)
        self._require_ring()
        self._require_angles()

    def _require_ring(self) -> None:
        if self.profile != "ring" and self.inner_diameter != 0.0:
            raise ParameterError(
                f"inner_diameter is {self.inner_diameter:g} m for a {self.profile!r} beam; "
                "only a ring has one."
            )
        if self.profile == "ring" and not 0.0 <= self.inner_diameter < self.diameter:
            raise ParameterError(
                f"inner_diameter is {self.inner_diameter:g} m; expected 0 m to less than the outer "
                f"diameter, {self.diameter:g} m."
            )

    def _require_angles(self) -> None:
        least = -_STEEPEST if self.spreading == "beam" else 0.0
        for name, angle, low in (("tilt", self.tilt, 0.0), ("half_angle", self.half_angle, least)):
            if not low <= angle <= _STEEPEST:
                raise ParameterError(
                    f"{name} is {angle:g} rad; expected {low:.4g} to {_STEEPEST:.4g} rad (85 "
                    "degrees). Degrees need '* units.degree'."
                )
        if self.spreading not in {"beam", "fibre"} and self.half_angle != 0.0:
            raise ParameterError(
                f"half_angle is {self.half_angle:g} rad for light that falls from many sides; it "
                "is for the spreadings 'beam' and 'fibre' alone."
            )
        if self.spreading in DIFFUSE and self.tilt > 0.0:
            raise ParameterError(
                f"tilt is {self.tilt:g} rad for {self.spreading} light, which falls from every "
                "side of the skin; expected 0."
            )
        if self.spreading == "beam" and self.spot_diameter <= 0.0 < self.diameter:
            raise ParameterError(
                f"half_angle is {self.half_angle:g} rad: the beam is narrower than its focus "
                f"{self.stand_off:g} m on, at the skin; the focus must lie below the surface."
            )
        if self.spreading in DIFFUSE or isinstance(self.spreading, GaussianSpread):
            return
        if isinstance(self.spreading, AngularProfile) and self.tilt == 0.0:
            return
        if self.tilt + self.widest_angle > _STEEPEST:
            raise ParameterError(
                f"tilt and half_angle reach {self.tilt + self.widest_angle:.3g} rad from the "
                f"normal at the beam's rim; expected at most {_STEEPEST:.4g} rad (85 degrees)."
            )
        if self.profile == "pencil" and self.half_angle != 0.0 and self.spreading == "beam":
            raise ParameterError(
                "a pencil beam has one ray and cannot diverge; give it spreading='fibre' for a "
                "cone of light from a point."
            )

    @property
    def spot_diameter(self) -> float:
        """Diameter of the spot at the skin, across the beam [m]."""
        return self.diameter + 2.0 * self.stand_off * math.tan(self.half_angle)

    @property
    def area(self) -> float:
        """Area of the spot, over which radiant exposure is stated, across the beam [m2]."""
        lit = 1.0 - (self.inner_diameter / self.diameter) ** 2 if self.profile == "ring" else 1.0
        return 0.25 * math.pi * self.spot_diameter**2 * lit

    @property
    def is_straight(self) -> bool:
        """Whether every ray falls along the normal."""
        return self.tilt == 0.0 and self.half_angle == 0.0 and self.spreading in {"beam", "fibre"}

    @property
    def is_axisymmetric(self) -> bool:
        """Whether light lands evenly around the axis."""
        return self.tilt == 0.0 and not isinstance(self.profile, BeamImage)

    @property
    def rim(self) -> float:
        """Largest distance from the axis in the plane in which `diameter` holds [m]."""
        if isinstance(self.profile, BeamImage):
            return self.profile.reach * self.diameter / self.profile.diameter
        return float(self._own_radius(np.array([_LAST_SHARE]))[0])

    @property
    def _growth(self) -> float:
        """Width of the spot at the skin over that where `diameter` holds."""
        if self.half_angle == 0.0 or self.spreading != "beam":
            return 1.0
        return self.spot_diameter / self.diameter

    @property
    def widest_angle(self) -> float:
        """Largest angle between a ray and the axis [rad]."""
        if isinstance(self.spreading, AngularProfile):
            return self.spreading.widest
        if self.spreading in DIFFUSE or isinstance(self.spreading, GaussianSpread):
            return 0.5 * math.pi
        if self.half_angle == 0.0 or self.spreading == "fibre":
            return self.half_angle
        return math.atan(self.rim / (0.5 * self.diameter) * math.tan(abs(self.half_angle)))

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
            Radius at the skin, across the beam [m]; for a fibre, on its face.

        Raises
        ------
        ParameterError
            If a share is outside 0 to 1, or the profile is an image.

        Examples
        --------
        >>> Beam("flat-top", 5e-3).radius_of(np.array([0.25]))
        array([0.00125])
        """
        share = np.asarray(u, dtype=np.float64)
        if not ((share >= 0.0) & (share < 1.0)).all():
            raise ParameterError("u must be 0 or more and below 1, as uniform random numbers are.")
        return np.asarray(self._own_radius(share) * self._growth, dtype=np.float64)

    def _own_radius(self, share: Floats) -> Floats:
        radius = 0.5 * self.diameter
        match self.profile:
            case "flat-top":
                return np.asarray(radius * np.sqrt(share))
            case "ring":
                dark = (self.inner_diameter / self.diameter) ** 2
                return np.asarray(radius * np.sqrt(dark + (1.0 - dark) * share))
            case "gaussian":
                return np.asarray(radius * np.sqrt(-0.5 * np.log1p(-share)))
            case "pencil":
                return np.zeros_like(share)
            case RadialProfile() as table:
                return np.asarray(table.radius_of(share) * (self.diameter / table.diameter))
            case _:
                raise ParameterError(
                    "a beam image has no radius for a share of its power; use `point_of`."
                )

    def point_of(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Return where light crosses the plane in which `diameter` holds (x, y) [m].

        Parameters
        ----------
        u, v : ndarray of float64, shape (n,)
            Uniform numbers, 0 or more and below 1.
        """
        if isinstance(self.profile, BeamImage):
            x, y = self.profile.point_of(u, v)
            scale = self.diameter / self.profile.diameter
            return x * scale, y * scale
        radius, azimuth = self._own_radius(u), 2.0 * math.pi * v
        return radius * np.cos(azimuth), radius * np.sin(azimuth)

    def irradiance(self, r: Floats) -> Floats:
        """Return the irradiance per watt of the beam, across the beam at the skin.

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
            For a pencil beam, an image, and a fibre held off the skin, which have none in this
            form.
        """
        if self.profile == "pencil":
            raise ParameterError(
                "a pencil beam has no finite irradiance; use a flat-top or gaussian beam."
            )
        if self.spreading != "beam" and self.widest_angle * self.stand_off > 0.0:
            raise ParameterError("the irradiance of a fibre held off the skin has no closed form.")
        distance = np.asarray(r, dtype=np.float64) / self._growth
        return np.asarray(self._own_irradiance(distance) / self._growth**2, dtype=np.float64)

    def _own_irradiance(self, distance: Floats) -> Floats:
        radius = 0.5 * self.diameter
        even = 1.0 / (math.pi * (radius**2 - 0.25 * self.inner_diameter**2))
        match self.profile:
            case "flat-top" | "ring":
                lit = (distance <= radius) & (distance >= 0.5 * self.inner_diameter)
                return np.where(lit, even, 0.0)
            case "gaussian":
                return np.asarray(2.0 * even * np.exp(-2.0 * (distance / radius) ** 2))
            case RadialProfile() as table:
                scale = self.diameter / table.diameter
                return table.irradiance_at(distance / scale) / scale**2
            case _:
                raise ParameterError("a beam image has no irradiance that depends on r alone.")

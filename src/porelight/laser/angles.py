"""The directions in which light leaves the points of a source: even, by Lambert's law, by a table.

Directions are told by the cosine of their angle to the axis of the beam, in the air; they are even
around it.
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import Floats

_WIDEST_LEAN = 100.0
# angles of a table between which the power is summed; its own rows are always among them
_N_ANGLES = 4097
# a ray along the skin would never meet it
_LAST_ANGLE = 0.5 * math.pi * (1.0 - 1e-9)


@dataclass(frozen=True, slots=True)
class AngularProfile:
    """Directions of a source's light, by a table.

    Attributes
    ----------
    angle : tuple of float
        Angles to the axis, strictly increasing from 0 or more to at most a half turn [rad]; above
        a quarter turn for a source inside the tissue alone.
    share : tuple of float
        Share of the power within each angle, from 0 to 1; between the rows the angle rises in
        proportion to the share.
    """

    angle: tuple[float, ...]
    share: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the table."""
        angle, share = np.array(self.angle), np.array(self.share)
        if angle.shape != share.shape or angle.size < 2:
            raise ParameterError(
                f"a table of launch angles has {angle.size} angles and {share.size} shares; "
                "expected as many of each, at least 2."
            )
        _require_angles(angle)
        if share[0] != 0.0 or share[-1] != 1.0 or (np.diff(share) < 0.0).any():
            raise ParameterError("the shares of launch angles must rise from 0 to 1.")

    @classmethod
    def of_intensity(cls, angle: Floats, intensity: Floats) -> Self:
        """Return the directions of light whose radiant intensity is known.

        Parameters
        ----------
        angle : ndarray of float64, shape (n,)
            Angles to the axis, strictly increasing [rad]; there is no light beyond the last.
        intensity : ndarray of float64, shape (n,)
            Power per solid angle there, in any unit; linear between the rows.

        Raises
        ------
        ParameterError
            If the angles do not increase within 0 to a half turn, or no row has light.
        """
        angle, intensity = np.asarray(angle, np.float64), np.asarray(intensity, np.float64)
        if angle.shape != intensity.shape or angle.size < 2:
            raise ParameterError(
                f"a table of launch angles has {angle.size} angles and {intensity.size} "
                "intensities; expected as many of each, at least 2."
            )
        _require_angles(angle)
        if not np.isfinite(intensity).all() or (intensity < 0.0).any() or not intensity.any():
            raise ParameterError(
                "the intensities of launch angles must be 0 or larger, and one above 0."
            )
        fine = np.union1d(np.linspace(angle[0], angle[-1], _N_ANGLES), angle)
        density = np.interp(fine, angle, intensity) * np.sin(fine)
        steps = 0.5 * (density[1:] + density[:-1]) * np.diff(fine)
        within = np.concatenate([[0.0], np.cumsum(steps)])
        share = within / within[-1]
        share[-1] = 1.0
        return cls(tuple(fine.tolist()), tuple(share.tolist()))

    @classmethod
    def of_quantiles(cls, angle: Floats) -> Self:
        """Return the directions whose angles at even steps of the share are these [rad].

        The first is that of share 0, the last that of share 1.
        """
        share = np.linspace(0.0, 1.0, np.size(angle))
        return cls(tuple(np.asarray(angle, np.float64).tolist()), tuple(share.tolist()))

    @property
    def widest(self) -> float:
        """Largest angle to the axis [rad]."""
        return self.angle[-1]

    def cosine_of(self, share: Floats) -> Floats:
        """Return the cosine of the angle within which a share of the power leaves."""
        angle = np.interp(share, self.share, self.angle)
        along = np.abs(angle - 0.5 * math.pi) < 0.5 * math.pi - _LAST_ANGLE
        return np.asarray(np.cos(np.where(along, _LAST_ANGLE, angle)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class GaussianSpread:
    """Directions that scatter about the axis like a normal distribution, for a source inside.

    Attributes
    ----------
    along, across : float
        Standard deviation of how far a ray leans for one metre along the axis, in the plane of
        the tilt and across it [-].
    """

    along: float
    across: float

    def __post_init__(self) -> None:
        """Check the widths."""
        for name in ("along", "across"):
            width = getattr(self, name)
            if not 0.0 <= width <= _WIDEST_LEAN:
                raise ParameterError(
                    f"the spread {name} the tilt is {width:g}; expected 0 to {_WIDEST_LEAN:g}, the "
                    "standard deviation of a tangent."
                )

    def leaning(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Return how far rays lean, by two uniform numbers from 0 to below 1."""
        length, turn = np.sqrt(-2.0 * np.log1p(-u)), 2.0 * math.pi * v
        return self.along * length * np.cos(turn), self.across * length * np.sin(turn)


def even_cosine(share: Floats, half_angle: float) -> Floats:
    """Return cosines of light that is even in solid angle within a cone, by a share from 0 to 1."""
    return np.asarray(1.0 - share * (1.0 - math.cos(half_angle)), dtype=np.float64)


def lambertian_cosine(share: Floats) -> Floats:
    """Return cosines of light of one radiance in all directions, by a share from 0 to below 1."""
    return np.asarray(np.sqrt(1.0 - share), dtype=np.float64)


def _require_angles(angle: Floats) -> None:
    low_to_high = (np.diff(angle) > 0.0).all() if np.isfinite(angle).all() else False
    if not low_to_high or angle[0] < 0.0 or angle[-1] > math.pi:
        raise ParameterError(
            "launch angles must increase strictly from 0 or more to at most 90 degrees "
            "(pi / 2 rad), or 180 inside the tissue. Degrees need '* units.degree'."
        )

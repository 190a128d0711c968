r"""Phase functions by a table: how likely light is scattered by which angle.

A table is a histogram of the cosine :math:`\mu` of the scattering angle: bins that follow one
another from -1 to 1, each with a share of the light, even within the bin. What photons draw, the
mean cosine and the Legendre moments

.. math:: \chi_l = \int_{-1}^{1} P_l(\mu) \, p(\mu) \, d\mu

are those of the same histogram, exactly.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import Floats

# a density is cut into bins this narrow, in all, so that it may be even within each
_N_BINS = 4096
_MOST_ROWS = 1_000_000
_SMALLEST_SHARE = 1e-15  # of the light in a bin; a bin with less has none


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PhaseFunction:
    """A phase function by a table.

    Attributes
    ----------
    cosine : ndarray of float64, shape (n_bins + 1,)
        Edges of the bins, from -1 or more to at most 1; two equal edges are one angle.
    share : ndarray of float64, shape (n_bins + 1,)
        Share of the light scattered below each edge, from 0 to 1.
    """

    cosine: Floats
    share: Floats

    def __post_init__(self) -> None:
        """Check the table."""
        for name in ("cosine", "share"):
            array = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            object.__setattr__(self, name, array)
        _require_rows(self.cosine, self.share, "shares")
        _require_cosines(self.cosine)
        if self.share[0] != 0.0 or self.share[-1] != 1.0 or (np.diff(self.share) < 0.0).any():
            raise ParameterError("the shares of a phase function must rise from 0 to 1.")

    @classmethod
    def of_density(cls, cosine: Floats, density: Floats) -> Self:
        """Return the phase function whose density is linear between the rows of a table.

        Parameters
        ----------
        cosine : ndarray of float64, shape (n,)
            Cosines of the scattering angle, strictly increasing from -1 or more to at most 1;
            there is no light beyond the first and the last.
        density : ndarray of float64, shape (n,)
            Light per solid angle (or per cosine) there, in any unit.

        Raises
        ------
        ParameterError
            If the cosines do not increase within -1 to 1, a density is negative, or all are 0.

        Examples
        --------
        >>> even = PhaseFunction.of_density(np.array([-1.0, 1.0]), np.array([1.0, 1.0]))
        >>> abs(round(even.anisotropy, 9))
        0.0
        """
        cosine, density = np.asarray(cosine, np.float64), np.asarray(density, np.float64)
        _require_rows(cosine, density, "densities")
        _require_cosines(cosine)
        if (np.diff(cosine) == 0.0).any():
            raise ParameterError("the cosines of a phase function must increase strictly.")
        if not np.isfinite(density).all() or (density < 0.0).any() or not density.any():
            raise ParameterError(
                "the densities of a phase function must be 0 or larger, and one above 0."
            )
        span = float(cosine[-1] - cosine[0])
        n_parts = np.ceil(np.diff(cosine) / span * _N_BINS).astype(np.int64)
        parts = [
            np.linspace(low, high, n + 1)[:-1]
            for low, high, n in zip(cosine[:-1], cosine[1:], n_parts, strict=True)
        ]
        fine = np.concatenate([*parts, cosine[-1:]])
        at = np.interp(fine, cosine, density / density.max())
        return cls.of_masses(fine, 0.5 * (at[1:] + at[:-1]) * np.diff(fine))

    @classmethod
    def of_quantiles(cls, cosine: Floats) -> Self:
        """Return the phase function whose cosines at even steps of the share are these.

        The first is that of share 0, the last that of share 1; they must not fall.
        """
        return cls(np.asarray(cosine, np.float64), np.linspace(0.0, 1.0, np.size(cosine)))

    @classmethod
    def of_masses(cls, cosine: Floats, mass: Floats) -> Self:
        """Return the phase function with so much light, in any unit, between the edges."""
        within = np.concatenate([[0.0], np.cumsum(mass)])
        share = within / within[-1]
        share[-1] = 1.0
        return cls(cosine, share)

    @property
    def anisotropy(self) -> float:
        """Mean cosine of the scattering angle."""
        middle = 0.5 * (self.cosine[1:] + self.cosine[:-1])
        return float(np.diff(self.share) @ middle)

    @property
    def bins(self) -> tuple[Floats, Floats, Floats]:
        """Bins that hold light: edges of their shares (n + 1,), lower and upper cosine (n,)."""
        filled = np.diff(self.share) > _SMALLEST_SHARE
        edges = np.append(self.share[:-1][filled], 1.0)
        edges[0] = 0.0
        return edges, self.cosine[:-1][filled], self.cosine[1:][filled]

    def moments(self, n: int) -> Floats:
        """Return the first Legendre moments, shape (n,); the first is 1, the second the anisotropy.

        Notes
        -----
        The integral of a polynomial over a bin is a difference of two others,
        (P_{l+1} - P_{l-1}) / (2 l + 1), at its ends.
        """
        mass, width = np.diff(self.share), np.diff(self.cosine)
        at = np.polynomial.legendre.legvander(self.cosine, n + 1)
        found, wide = np.ones(n), width > 0.0
        for order in range(1, n):
            above = (at[:, order + 1] - at[:, order - 1]) / (2.0 * order + 1.0)
            mean = at[:-1, order].copy()
            mean[wide] = np.diff(above)[wide] / width[wide]
            found[order] = mass @ mean
        return found

    def __repr__(self) -> str:
        """Return how many bins there are, and the anisotropy."""
        return f"PhaseFunction({self.share.size - 1} bins, anisotropy {self.anisotropy:.4g})"


def _require_rows(cosine: Floats, other: Floats, name: str) -> None:
    if cosine.ndim != 1 or cosine.shape != other.shape or not 2 <= cosine.size <= _MOST_ROWS:
        raise ParameterError(
            f"a phase function has {cosine.size} cosines and {other.size} {name}; expected as many "
            f"of each, 2 to {_MOST_ROWS:,}."
        )


def _require_cosines(cosine: Floats) -> None:
    rising = bool(np.isfinite(cosine).all()) and bool((np.diff(cosine) >= 0.0).all())
    if not rising or cosine[0] < -1.0 or cosine[-1] > 1.0 or cosine[0] == cosine[-1]:
        raise ParameterError(
            "the cosines of a phase function must rise within -1 to 1; angles need numpy.cos."
        )

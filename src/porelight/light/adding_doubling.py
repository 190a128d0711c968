r"""Totals of layered media by adding and doubling: no random numbers, about six digits.

A layer is described by two matrices, reflection and transmission, whose column j is the flux sent
into every direction by a unit flux that arrives in direction j. Two layers give the matrices of
their sum by summing all the reflections between them (adding); a thick layer is a thin one doubled
again and again [1]_. Directions are labelled by :math:`q = n \sin\theta`, which refraction leaves
alone, so layers of different refractive index share the same directions.

What differs from the usual form: the thin layer to start from is exact (a matrix exponential), and
the quadrature over q is split at the refractive index of every medium and smooth in the square
roots that appear there (grazing rays, total reflection), so that few directions suffice.

References
----------
.. [1] H. C. van de Hulst, Multiple Light Scattering, Academic Press (1980).
.. [2] S. A. Prahl, M. J. C. van Gemert, A. J. Welch, "Determining the optical properties of turbid
   media by using the adding-doubling method," Appl. Opt. 32, 559-568 (1993).
   doi:10.1364/AO.32.000559
.. [3] W. J. Wiscombe, "The delta-M method," J. Atmos. Sci. 34, 1408-1422 (1977).
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.linalg import expm

from porelight.errors import ParameterError
from porelight.quantities import Floats
from porelight.tissue.optics import LayeredOptics

# a layer that lets less than this through is as good as infinitely thick
_OPAQUE = 1e-14
_MOST_DOUBLINGS = 100


@dataclass(frozen=True, slots=True, eq=False)
class LayeredTotals:
    """Shares of a collimated beam at normal incidence; they do not depend on its width."""

    specular: float  # reflected where the beam meets the surface
    reflectance: float  # came back out of the tissue
    transmittance: float  # left through the bottom, scattered or not
    by_layer: Floats  # (n_layers,) absorbed


@dataclass(frozen=True, slots=True, eq=False)
class _Directions:
    """Direction 0 is the beam (no weight in integrals), the others a quadrature over q."""

    q: Floats  # (n,) n sin(theta)
    weight: Floats  # (n,) such that the integral of f q dq is sum(weight f)

    @classmethod
    def of(cls, refractive_index: Floats, n_angles: int) -> Self:
        nodes, weights = np.polynomial.legendre.leggauss(n_angles)
        angle, step = 0.25 * math.pi * (nodes + 1.0), 0.25 * math.pi * weights
        breaks = np.concatenate([[0.0], np.unique(refractive_index)])
        q, weight = [np.zeros(1)], [np.zeros(1)]
        for low, high in zip(breaks[:-1] ** 2, breaks[1:] ** 2, strict=True):
            # q^2 = low + (high - low) sin^2: both square roots at the ends become smooth
            q.append(np.sqrt(low + (high - low) * np.sin(angle) ** 2))
            weight.append((high - low) * np.sin(angle) * np.cos(angle) * step)
        return cls(np.concatenate(q), np.concatenate(weight))

    def cosine(self, refractive_index: float) -> Floats:
        """Cosine of each direction in a medium, 0 where it cannot travel there."""
        return np.asarray(np.sqrt(np.maximum(0.0, 1.0 - (self.q / refractive_index) ** 2)))


@dataclass(frozen=True, slots=True, eq=False)
class _Slab:
    """Reflection and transmission from above and from below, each (n, n)."""

    reflect_down: Floats  # light that arrives from above, sent back up
    transmit_down: Floats
    reflect_up: Floats  # light that arrives from below, sent back down
    transmit_up: Floats

    @classmethod
    def symmetric(cls, reflect: Floats, transmit: Floats) -> Self:
        return cls(reflect, transmit, reflect, transmit)

    @classmethod
    def nothing(cls, n: int) -> Self:
        return cls.symmetric(np.zeros((n, n)), np.eye(n))

    def over(self, below: "_Slab") -> "_Slab":
        """Return this slab with another one under it."""
        eye = np.eye(self.reflect_down.shape[0])
        down = np.linalg.solve(eye - self.reflect_up @ below.reflect_down, self.transmit_down)
        up = np.linalg.solve(eye - below.reflect_down @ self.reflect_up, below.transmit_up)
        return _Slab(
            reflect_down=self.reflect_down + self.transmit_up @ below.reflect_down @ down,
            transmit_down=below.transmit_down @ down,
            reflect_up=below.reflect_up + below.transmit_down @ self.reflect_up @ up,
            transmit_up=self.transmit_up @ up,
        )


def layered_totals(optics: LayeredOptics, *, n_angles: int = 24) -> LayeredTotals:
    """Reflectance, transmittance and absorption by layer of a beam at normal incidence.

    Parameters
    ----------
    optics : LayeredOptics
        Layers from the surface down; the last may be infinitely thick if it absorbs.
    n_angles : int
        Directions between each refractive index and the next. With 24 the totals of skin are
        right to about 1e-6.

    Returns
    -------
    LayeredTotals
        Shares that sum to 1.

    Raises
    ------
    ParameterError
        If the last layer is infinitely thick and does not absorb.

    References
    ----------
    H. C. van de Hulst, Multiple Light Scattering, Academic Press (1980).
    S. A. Prahl et al., Appl. Opt. 32, 559-568 (1993). doi:10.1364/AO.32.000559
    """
    indices = np.concatenate(
        [[optics.index_above], optics.refractive_index, [optics.index_below]]
    ).astype(np.float64)
    directions = _Directions.of(indices, n_angles)
    surfaces = [
        _interface(directions, float(above), float(below))
        for above, below in zip(indices[:-1], indices[1:], strict=True)
    ]
    layers = [_layer(directions, optics, number, n_angles) for number in range(indices.size - 2)]
    # what lies above, and below, the top and the bottom of each layer
    above, below = [surfaces[0]], [surfaces[-1]]
    for layer, surface in zip(layers, surfaces[1:], strict=True):
        above += [above[-1].over(layer), above[-1].over(layer).over(surface)]
    for layer, surface in zip(layers[::-1], surfaces[-2::-1], strict=True):
        below += [layer.over(below[-1]), surface.over(layer.over(below[-1]))]
    net = [
        _net_flux(upper, lower)
        for upper, lower in zip(above[:-1], below[-2::-1], strict=True)
    ]
    specular = float(surfaces[0].reflect_down[0, 0])
    return LayeredTotals(
        specular=specular,
        reflectance=float(above[-1].reflect_down[:, 0].sum()) - specular,
        transmittance=float(above[-1].transmit_down[:, 0].sum()),
        by_layer=np.array([net[2 * i] - net[2 * i + 1] for i in range(len(layers))]),
    )


def _net_flux(upper: _Slab, lower: _Slab) -> float:
    """Return the net downward flux between two slabs, per unit of the beam."""
    eye = np.eye(upper.reflect_up.shape[0])
    down = np.linalg.solve(eye - upper.reflect_up @ lower.reflect_down, upper.transmit_down[:, 0])
    return float(down.sum() - (lower.reflect_down @ down).sum())


def _interface(directions: _Directions, n_above: float, n_below: float) -> _Slab:
    """Fresnel's equations for unpolarised light at a plane, one direction at a time."""
    above, below = directions.cosine(n_above), directions.cosine(n_below)
    passes = (above > 0.0) & (below > 0.0)
    a, b = np.where(passes, above, 1.0), np.where(passes, below, 1.0)
    s_wave = (n_above * a - n_below * b) / (n_above * a + n_below * b)
    p_wave = (n_above * b - n_below * a) / (n_above * b + n_below * a)
    reflected = 0.5 * (s_wave**2 + p_wave**2)
    transmit = np.diag(np.where(passes, 1.0 - reflected, 0.0))
    return _Slab(
        # total reflection where the direction exists on one side only
        reflect_down=np.diag(np.where(passes, reflected, above > 0.0)),
        transmit_down=transmit,
        reflect_up=np.diag(np.where(passes, reflected, below > 0.0)),
        transmit_up=transmit,
    )


def _layer(directions: _Directions, optics: LayeredOptics, number: int, n_angles: int) -> _Slab:
    """Matrices of one homogeneous layer; directions that it cannot hold stay empty."""
    index = float(optics.refractive_index[number])
    mu_a, mu_s = float(optics.mu_a[number]), float(optics.mu_s[number])
    thickness = float(optics.thickness[number])
    _require_end(mu_a, thickness)
    cosine = directions.cosine(index)
    travels = cosine > 0.0
    mu = cosine[travels]
    n = directions.q.size
    reflect, transmit = np.zeros((n, n)), np.zeros((n, n))
    if mu_s == 0.0:
        inner_reflect, inner_transmit = np.zeros((mu.size, mu.size)), np.diag(_clear(mu_a, thickness, mu))
    else:
        # delta-M: the sharpest part of the forward peak counts as not scattered [3]_
        g = float(optics.anisotropy[number])
        peak = g**n_angles
        moments = (g ** np.arange(n_angles) - peak) / (1.0 - peak)
        mu_s_rest = mu_s * (1.0 - peak)
        weight = directions.weight[travels] / (index**2 * mu)
        same, opposite = _phase(mu, weight, moments)
        inner_reflect, inner_transmit = _doubled(mu, mu_a, mu_s_rest, same, opposite, thickness)
    block = np.ix_(travels, travels)
    reflect[block], transmit[block] = inner_reflect, inner_transmit
    return _Slab.symmetric(reflect, transmit)

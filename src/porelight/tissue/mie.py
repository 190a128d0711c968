r"""Scattering by spheres of one size: Mie's theory, for light without polarisation.

With the size parameter :math:`x = \pi d n / \lambda` and the relative index :math:`m`, the
coefficients are [1]_

.. math::

    a_k = \frac{(D_k / m + k / x)\, \psi_k - \psi_{k-1}}{(D_k / m + k / x)\, \xi_k - \xi_{k-1}},
    \quad
    b_k = \frac{(m D_k + k / x)\, \psi_k - \psi_{k-1}}{(m D_k + k / x)\, \xi_k - \xi_{k-1}},

with the logarithmic derivative :math:`D_k(m x)` by recurrence from above, where it is stable.

References
----------
.. [1] C. F. Bohren, D. R. Huffman, Absorption and Scattering of Light by Small Particles, Wiley
   (1983), chapter 4 and appendix A.
.. [2] W. J. Wiscombe, "Improved Mie scattering algorithms," Appl. Opt. 19, 1505-1509 (1980).
   doi:10.1364/AO.19.001505
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import spherical_jn, spherical_yn

from porelight.errors import ParameterError
from porelight.quantities import REFRACTIVE_INDEX, WAVELENGTH, Floats, Quantity
from porelight.tissue.phase_functions import PhaseFunction

SPHERE_DIAMETER = Quantity(
    "sphere_diameter", "m", 1e-9, 1e-3, "diameter of scattering spheres", "Microns need '* um'."
)
_LARGEST_SIZE = 2000.0  # size parameter; beyond, geometric optics does
# bins of the angle: so many for each unit of the size parameter, and at least
_BINS_PER_SIZE, _FEWEST_BINS = 10.0, 2000
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(3)
_ANGLES_AT_ONCE = 4000


@dataclass(frozen=True, slots=True)
class Sphere:
    """A sphere in a medium, at one wavelength.

    Attributes
    ----------
    diameter : float
        Diameter [m].
    index : float
        Refractive index of the sphere, which does not absorb.
    medium_index : float
        Refractive index around it.
    wavelength : float
        Vacuum wavelength [m].
    """

    diameter: float
    index: float
    medium_index: float
    wavelength: float

    def __post_init__(self) -> None:
        """Check the numbers."""
        SPHERE_DIAMETER.require(self.diameter)
        REFRACTIVE_INDEX.require(self.index, "index of the spheres")
        REFRACTIVE_INDEX.require(self.medium_index, "index around the spheres")
        WAVELENGTH.require(self.wavelength)
        if self.index == self.medium_index:
            raise ParameterError(
                f"the index of the spheres and that around them are {self.index:g}; such spheres "
                "scatter no light."
            )
        if self.size_parameter > _LARGEST_SIZE:
            raise ParameterError(
                f"the size parameter of the spheres is {self.size_parameter:.4g}; expected at most "
                f"{_LARGEST_SIZE:g}. Spheres so large follow geometric optics: give the phase "
                "function by a table."
            )

    @property
    def size_parameter(self) -> float:
        """Circumference over the wavelength in the medium."""
        return math.pi * self.diameter * self.medium_index / self.wavelength


@dataclass(frozen=True, slots=True)
class MieScattering:
    """Scattering of light without polarisation by spheres.

    Attributes
    ----------
    efficiency : float
        Scattering cross section over the area of the sphere's shadow.
    anisotropy : float
        Mean cosine of the scattering angle, by its series.
    phase : PhaseFunction
        Phase function.
    """

    efficiency: float
    anisotropy: float
    phase: PhaseFunction


def mie_scattering(sphere: Sphere) -> MieScattering:
    """Return how a sphere scatters.

    Parameters
    ----------
    sphere : Sphere
        Sphere and wavelength.

    Notes
    -----
    The number of terms is Wiscombe's. Times the area of the shadow and the number of spheres in a
    volume the efficiency is the scattering coefficient.

    References
    ----------
    C. F. Bohren, D. R. Huffman, Absorption and Scattering of Light by Small Particles (1983).

    Examples
    --------
    >>> found = mie_scattering(Sphere(1.05e-6, 1.55, 1.0, 0.6328e-6))  # appendix A of the book
    >>> round(found.efficiency, 3)
    3.105
    """
    x, ratio = sphere.size_parameter, sphere.index / sphere.medium_index
    a, b = _coefficients(x, ratio)
    k = np.arange(1, a.size + 1)
    total = float((2 * k + 1) @ (np.abs(a) ** 2 + np.abs(b) ** 2))
    neighbours = a[:-1] * a[1:].conj() + b[:-1] * b[1:].conj()
    crossed = (2 * k + 1) / (k * (k + 1)) * (a * b.conj()).real
    forward = float((k * (k + 2) / (k + 1))[:-1] @ neighbours.real + crossed.sum())
    return MieScattering(
        efficiency=2.0 * total / x**2,
        anisotropy=2.0 * forward / total,
        phase=_phase(x, a, b),
    )


def _coefficients(x: float, ratio: float) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
    n = max(2, round(x + 4.05 * x ** (1.0 / 3.0) + 2.0))
    k = np.arange(n + 1)
    y = ratio * x
    # begun well above the turning point, so that nothing is left of the 0 it begins with
    log_derivative = np.zeros(max(n, math.ceil(y + 4.05 * y ** (1.0 / 3.0))) + 17)
    for order in range(log_derivative.size - 1, 0, -1):
        here = order / y
        log_derivative[order - 1] = here - 1.0 / (log_derivative[order] + here)
    psi = x * spherical_jn(k, x)
    xi = psi - 1j * x * spherical_yn(k, x)
    d, step = log_derivative[1 : n + 1], k[1:] / x
    electric, magnetic = (
        (factor * psi[1:] - psi[:-1]) / (factor * xi[1:] - xi[:-1])
        for factor in (d / ratio + step, d * ratio + step)
    )
    return electric, magnetic


def _phase(x: float, a: NDArray[np.complex128], b: NDArray[np.complex128]) -> PhaseFunction:
    """Return the phase function, in bins that are even in angle."""
    n_bins = max(_FEWEST_BINS, math.ceil(_BINS_PER_SIZE * x))
    edges = np.linspace(math.pi, 0.0, n_bins + 1)
    cosine = np.cos(edges)
    cosine[0], cosine[-1] = -1.0, 1.0
    half, middle = 0.5 * np.diff(cosine), 0.5 * (cosine[1:] + cosine[:-1])
    at = (middle[:, None] + half[:, None] * _NODES).reshape(-1)
    parts = np.split(at, range(_ANGLES_AT_ONCE, at.size, _ANGLES_AT_ONCE))
    density = np.concatenate([_intensity(part, a, b) for part in parts])
    return PhaseFunction.of_masses(cosine, half * (density.reshape(-1, 3) @ _WEIGHTS))


def _intensity(cosine: Floats, a: NDArray[np.complex128], b: NDArray[np.complex128]) -> Floats:
    """Return the scattered light per solid angle, in any unit, at cosines (n,)."""
    before, pi = np.zeros_like(cosine), np.ones_like(cosine)
    one, other = np.zeros(cosine.shape, complex), np.zeros(cosine.shape, complex)
    for k in range(1, a.size + 1):
        tau = k * cosine * pi - (k + 1) * before
        weight = (2 * k + 1) / (k * (k + 1))
        one += weight * (a[k - 1] * pi + b[k - 1] * tau)
        other += weight * (a[k - 1] * tau + b[k - 1] * pi)
        before, pi = pi, ((2 * k + 1) * cosine * pi - (k + 1) * before) / k
    return np.asarray(np.abs(one) ** 2 + np.abs(other) ** 2, dtype=np.float64)

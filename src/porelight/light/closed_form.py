r"""Closed forms of light transport: Beer-Lambert, a clear slab, and diffusion theory.

Beer-Lambert describes wavelengths that water absorbs at once (2790 nm: 1/e within micrometres); the
others exist to check the Monte Carlo kernels and to give a quick answer far from the beam.
"""

import math
from dataclasses import dataclass

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import ANISOTROPY, MU_A, MU_S, REFRACTIVE_INDEX, Floats
from porelight.tissue.optics import LayeredOptics

# Gauss-Legendre nodes on each side of the critical angle; the integrands are smooth there
_N_NODES = 64


def normal_reflectance(index_from: float, index_to: float) -> float:
    """Return the share reflected at normal incidence between two refractive indices.

    Examples
    --------
    >>> round(normal_reflectance(1.0, 1.4), 6)
    0.027778
    """
    n_from = REFRACTIVE_INDEX.require(index_from, "index_from")
    n_to = REFRACTIVE_INDEX.require(index_to, "index_to")
    return ((n_from - n_to) / (n_from + n_to)) ** 2


def fresnel_reflectance(
    cosine: Floats, index_from: float, index_to: float
) -> tuple[Floats, Floats]:
    """Share of unpolarised light that a plane reflects, and the cosine of the refracted ray.

    Parameters
    ----------
    cosine : ndarray of float64, any shape
        Cosine of the angle between the ray and the normal, above 0.
    index_from, index_to : float
        Refractive index before and behind the plane.

    Returns
    -------
    reflectance, cosine_to : ndarray of float64
        Reflected share, and cosine of the refracted ray; 1 and 0 where reflection is total.

    Examples
    --------
    >>> import numpy as np
    >>> fresnel_reflectance(np.array([1.0]), 1.0, 1.4)[0].round(6)
    array([0.027778])
    """
    n_from = REFRACTIVE_INDEX.require(index_from, "index_from")
    n_to = REFRACTIVE_INDEX.require(index_to, "index_to")
    if n_from == n_to:
        return np.zeros_like(cosine), np.array(cosine)
    squared = 1.0 - (n_from / n_to) ** 2 * (1.0 - cosine**2)
    total = squared <= 0.0
    cosine_to = np.sqrt(np.where(total, 0.0, squared))
    s_wave = (n_from * cosine - n_to * cosine_to) / (n_from * cosine + n_to * cosine_to)
    p_wave = (n_from * cosine_to - n_to * cosine) / (n_from * cosine_to + n_to * cosine)
    return np.where(total, 1.0, 0.5 * (s_wave**2 + p_wave**2)), cosine_to


def beer_lambert(optics: LayeredOptics, depth: Floats) -> Floats:
    """Share of a normally incident beam that is absorbed above each depth, without scattering.

    Parameters
    ----------
    optics : LayeredOptics
        Layers from the surface down; their scattering is left out.
    depth : ndarray of float64, shape (n,)
        Depths below the surface, 0 or larger [m].

    Returns
    -------
    ndarray of float64, shape (n,)
        Share of the delivered energy [-], so differences are what lies between two depths.

    Raises
    ------
    ParameterError
        If a depth is negative.

    Notes
    -----
    The surface reflects by Fresnel's equation; reflections between layers, of about 1e-5 in skin,
    are left out. Scattering may be left out where mu_s (1 - g) is far below mu_a, as for water
    bands near 3 um; elsewhere use `transport`.

    Examples
    --------
    >>> import numpy as np
    >>> water = LayeredOptics(*(np.array([x]) for x in (np.inf, 4.7e5, 0.0, 0.9, 1.0)))
    >>> beer_lambert(water, np.array([0.0, 1.0 / 4.7e5])).round(4)
    array([0.    , 0.6321])
    """
    if (depth < 0.0).any():
        raise ParameterError(
            f"depth reaches {float(depth.min()):.6g} m; expected 0 or larger, growing inwards."
        )
    tops = np.concatenate([[0.0], np.cumsum(optics.thickness)[:-1]])
    within = np.clip(depth[:, None] - tops, 0.0, optics.thickness)
    optical_depth = within @ optics.mu_a
    entered = 1.0 - normal_reflectance(optics.index_above, float(optics.refractive_index[0]))
    return np.asarray(-entered * np.expm1(-optical_depth), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ClearSlab:
    """Shares of a normally incident beam reflected, transmitted and absorbed by a clear slab."""

    specular: float  # reflected where the beam meets the surface
    reflectance: float  # came back out after at least one pass through the slab
    transmittance: float
    absorbed: float


def clear_slab(mu_a: float, thickness: float, index: float, index_around: float) -> ClearSlab:
    """Shares of a beam in an absorbing slab without scattering, all internal reflections summed.

    Parameters
    ----------
    mu_a : float
        Absorption coefficient [1/m].
    thickness : float
        Thickness [m].
    index, index_around : float
        Refractive index of the slab and of what lies on both sides of it.

    Notes
    -----
    Reflections add in energy, not in amplitude: the slab is thick against the coherence length.
    """
    surface = normal_reflectance(index_around, index)
    passed = math.exp(-MU_A.require(mu_a, "mu_a") * thickness)
    entered, rounds = 1.0 - surface, 1.0 - (surface * passed) ** 2
    reflectance = entered * passed * surface * passed * entered / rounds
    transmittance = entered * passed * entered / rounds
    return ClearSlab(
        specular=surface,
        reflectance=reflectance,
        transmittance=transmittance,
        absorbed=1.0 - surface - reflectance - transmittance,
    )


def diffuse_reflectance(
    radius: Floats,
    *,
    mu_a: float,
    mu_s: float,
    anisotropy: float,
    index: float,
    index_above: float = 1.0,
) -> Floats:
    r"""Diffuse reflectance of a half-space at a distance from a pencil beam, per area.

    Two sources, one at depth :math:`1 / \mu_t'` and its negative image above the extrapolated
    boundary; the light that leaves is the part of the radiance (fluence and flux) that the surface
    lets through.

    Parameters
    ----------
    radius : ndarray of float64, shape (n,)
        Distances from the beam [m].
    mu_a, mu_s : float
        Absorption and scattering coefficient [1/m].
    anisotropy : float
        Mean cosine of the scattering angle.
    index, index_above : float
        Refractive index of the half-space and of what lies above it.

    Returns
    -------
    ndarray of float64, shape (n,)
        Reflectance per area and joule delivered [1/m2]; the beam's specular reflection is not part
        of it, and what enters is taken as the whole beam less that reflection.

    Notes
    -----
    Valid where mu_a is far below mu_s (1 - g), beyond about one transport mean free path from the
    beam. For an index of 1.4 the coefficients are the published 0.118, 0.306 and 0.493.

    References
    ----------
    A. Kienle, M. S. Patterson, "Improved solutions of the steady-state and the time-resolved
    diffusion equations for reflectance from a semi-infinite turbid medium," J. Opt. Soc. Am. A 14,
    246-254 (1997). doi:10.1364/JOSAA.14.000246
    R. C. Haskell et al., "Boundary conditions for the diffusion equation in radiative transfer,"
    J. Opt. Soc. Am. A 11, 2727-2741 (1994). doi:10.1364/JOSAA.11.002727
    """
    reduced = MU_S.require(mu_s, "mu_s") * (1.0 - ANISOTROPY.require(anisotropy, "anisotropy"))
    extinction = MU_A.require(mu_a, "mu_a") + reduced
    diffusion = 1.0 / (3.0 * extinction)
    decay = math.sqrt(mu_a / diffusion)
    boundary = boundary_coefficients(index, index_above)
    depth = 1.0 / extinction
    image = depth + 4.0 * diffusion * (1.0 + boundary.reflected) / (1.0 - boundary.reflected)
    near, far = np.hypot(radius, depth), np.hypot(radius, image)
    near_fluence, far_fluence = np.exp(-decay * near) / near, np.exp(-decay * far) / far
    fluence = (near_fluence - far_fluence) / (4.0 * math.pi * diffusion)
    flux = depth * (decay + 1.0 / near) * near_fluence / near
    flux = (flux + image * (decay + 1.0 / far) * far_fluence / far) / (4.0 * math.pi)
    entered = 1.0 - normal_reflectance(index_above, index)
    escaping = boundary.fluence_out * fluence + boundary.flux_out * flux
    return np.asarray(entered * escaping, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class BoundaryCoefficients:
    """Reflection and transmission of diffuse light by a surface, from Fresnel's equations."""

    reflected: float  # effective reflection coefficient (Haskell 1994, eq. 2.3.7)
    fluence_out: float  # share of the fluence rate that leaves as flux (Kienle 1997, eq. 6)
    flux_out: float  # share of the normal flux that leaves as flux


def boundary_coefficients(index: float, index_above: float) -> BoundaryCoefficients:
    """Return the coefficients of a surface for diffuse light from inside.

    Examples
    --------
    >>> skin = boundary_coefficients(1.4, 1.0)
    >>> round(skin.reflected, 3), round(skin.fluence_out, 3), round(skin.flux_out, 3)
    (0.493, 0.118, 0.306)
    """
    inside, outside = REFRACTIVE_INDEX.require(index), REFRACTIVE_INDEX.require(index_above)
    critical = math.sqrt(max(0.0, 1.0 - (outside / inside) ** 2))
    nodes, weights = np.polynomial.legendre.leggauss(_N_NODES)
    # the square makes the square root at the critical angle smooth
    steepness = 0.5 * (nodes + 1.0)
    cosine = critical + (1.0 - critical) * steepness**2
    weight = (1.0 - critical) * steepness * weights
    passed = weight * (1.0 - fresnel_reflectance(cosine, inside, outside)[0])
    fluence_passed, flux_passed = 2.0 * (passed @ cosine), 3.0 * (passed @ cosine**2)
    fluence_back, flux_back = 1.0 - fluence_passed, 1.0 - flux_passed
    return BoundaryCoefficients(
        reflected=float((fluence_back + flux_back) / (2.0 - fluence_back + flux_back)),
        fluence_out=float(0.25 * fluence_passed),
        flux_out=float(0.5 * flux_passed),
    )

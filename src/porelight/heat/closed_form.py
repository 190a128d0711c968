r"""Closed forms of heat conduction in a homogeneous half-space, for verification.

An instantaneous source that is a product of a lateral and a depth part stays such a product: a
Gaussian in r spreads as if the skin were infinite, an exponential in depth relaxes against the
surface exchange, and perfusion multiplies both by an exponential in time.

References
----------
.. [1] H. S. Carslaw, J. C. Jaeger, "Conduction of Heat in Solids", 2nd ed., Oxford 1959: section
   2.9 (constant flux at the surface), section 10.3 (instantaneous sources), section 14.2
   (half-space with radiation at its surface).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import erfc, erfcx

from porelight.errors import ParameterError
from porelight.quantities import Floats


@dataclass(frozen=True, slots=True)
class HalfSpace:
    """A homogeneous half-space under a surface that takes heat away."""

    thermal_conductivity: float  # W/(m K)
    heat_capacity: float  # density times specific heat [J/(m3 K)]
    heat_transfer: float = 0.0  # at the surface [W/(m2 K)]
    perfusion: float = 0.0  # perfusion rate times blood heat capacity [W/(m3 K)]

    @property
    def diffusivity(self) -> float:
        """Thermal diffusivity [m2/s]."""
        return self.thermal_conductivity / self.heat_capacity


def surface_flux_rise(medium: HalfSpace, flux: float, depth: Floats, time: float) -> Floats:
    """Rise under a constant flux through the surface since time 0 (no exchange, no perfusion).

    Parameters
    ----------
    medium : HalfSpace
        Medium; only its conductivity and heat capacity count.
    flux : float
        Heat flux into the surface [W/m2].
    depth : ndarray of float64, shape (*space)
        Depth [m]; at 0 the rise is 2 q sqrt(t / (pi k rho c)).
    time : float
        Time since the flux began [s], above 0.

    Returns
    -------
    ndarray of float64, shape (*space)
        Rise [K] ([1]_, section 2.9, equation 7).
    """
    length = 2.0 * math.sqrt(medium.diffusivity * time)
    scaled = depth / length
    integral = np.exp(-np.square(scaled)) / math.sqrt(math.pi) - scaled * erfc(scaled)
    return np.asarray(flux * length / medium.thermal_conductivity * integral, dtype=np.float64)


def exponential_relaxation(medium: HalfSpace, mu_a: float, depth: Floats, time: float) -> Floats:
    """Return the profile into which exp(-mu_a z) has relaxed.

    Parameters
    ----------
    medium : HalfSpace
        Medium; heat_transfer / thermal_conductivity, below called H, must differ from `mu_a`.
    mu_a : float
        Attenuation of the initial profile [1/m].
    depth : ndarray of float64, shape (*space)
        Depth [m].
    time : float
        Time since the start [s].

    Returns
    -------
    ndarray of float64, shape (*space)
        Profile, 1 at the surface at time 0 [-], perfusion included.

    Notes
    -----
    From the Laplace transform in time: with q = sqrt(s / alpha) the answer is
    (exp(-mu z) - (mu + H)/(q + H) exp(-q z)) / (alpha (q^2 - mu^2)), split into partial fractions,
    each of whose inverses is a complementary error function ([1]_, section 14.2 and appendix V).
    Scaled functions keep the product of a huge exponential and a tiny erfc finite.
    """
    if time == 0.0:
        return np.exp(-mu_a * depth)
    exchange = medium.heat_transfer / medium.thermal_conductivity
    if abs(mu_a - exchange) < 1e-6 * mu_a:
        raise ParameterError(
            f"mu_a and heat_transfer / k are both {mu_a:g} 1/m, where this form divides by zero; "
            "change either by 1e-5."
        )
    root = math.sqrt(medium.diffusivity * time)
    scaled = depth / (2.0 * root)
    envelope = np.exp(-np.square(scaled))
    # exp(mu^2 root^2 - mu z) erfc(mu root - scaled), without overflow on either side
    argument = mu_a * root - scaled
    falling = np.where(
        argument > 0.0,
        envelope * erfcx(np.maximum(argument, 0.0)),
        np.exp(np.minimum(mu_a * root * (mu_a * root - 2.0 * scaled), 0.0))
        * erfc(np.minimum(argument, 0.0)),
    )
    rising = envelope * erfcx(mu_a * root + scaled)
    lost = envelope * erfcx(exchange * root + scaled)
    profile = 0.5 * falling + 0.5 * (mu_a + exchange) / (mu_a - exchange) * rising
    profile -= exchange / (mu_a - exchange) * lost
    fading = math.exp(-medium.perfusion / medium.heat_capacity * time)
    return np.asarray(profile * fading, dtype=np.float64)


def gaussian_spread(medium: HalfSpace, radius: float, r: Floats, time: float) -> Floats:
    """Return the profile into which exp(-(r / radius)^2) has spread in an unbounded plane.

    Parameters
    ----------
    medium : HalfSpace
        Medium; only its diffusivity counts.
    radius : float
        1/e radius at time 0 [m].
    r : ndarray of float64, shape (*space)
        Distance from the axis [m].
    time : float
        Time since the start [s].

    Returns
    -------
    ndarray of float64, shape (*space)
        Profile, 1 on the axis at time 0 [-] ([1]_, section 10.3).
    """
    width = radius**2 + 4.0 * medium.diffusivity * time
    return np.asarray(radius**2 / width * np.exp(-np.square(r) / width), dtype=np.float64)


def gaussian_pulse_rise(
    medium: HalfSpace, radius: float, mu_a: float, r: Floats, depth: Floats, time: float
) -> Floats:
    """Rise per joule absorbed, after an instantaneous Gaussian pulse under Beer-Lambert's law.

    Parameters
    ----------
    medium : HalfSpace
        Medium that is heated.
    radius : float
        1/e radius of the beam [m].
    mu_a : float
        Absorption coefficient [1/m].
    r, depth : ndarray of float64, shapes that broadcast
        Distance from the axis, and depth [m].
    time : float
        Time since the pulse [s].

    Returns
    -------
    ndarray of float64, broadcast shape
        Rise [K/J].
    """
    peak = mu_a / (math.pi * radius**2 * medium.heat_capacity)
    spread = gaussian_spread(medium, radius, r, time)
    return np.asarray(peak * spread * exponential_relaxation(medium, mu_a, depth, time))


def pulsed(response: Callable[[float], Floats], time: float, duration: float) -> Floats:
    """Mean of an instantaneous response over a rectangular pulse from 0 to `duration`.

    Parameters
    ----------
    response : callable
        Response at a time [s] since an instantaneous pulse.
    time : float
        Time since the start of the pulse, not before its end [s].
    duration : float
        Length of the pulse [s].

    Returns
    -------
    ndarray of float64, the shape that `response` gives
        Mean by 16-point Gauss-Legendre quadrature in the square root of the time since each part of
        the pulse, in which the response is smooth down to 0.
    """
    nodes, weights = np.polynomial.legendre.leggauss(16)
    low, high = math.sqrt(time - duration), math.sqrt(time)
    roots = 0.5 * (high - low) * nodes + 0.5 * (high + low)
    total = sum(
        weight * 2.0 * root * response(float(root) ** 2)
        for weight, root in zip(weights, roots, strict=True)
    )
    return np.asarray(0.5 * (high - low) / duration * total, dtype=np.float64)


def steady_front_speed(irradiance: float, loss: float, heat_of_ablation: float) -> float:
    """Speed [m/s] of a steady ablation front: (I - I_loss) / heat of ablation per volume.

    Parameters
    ----------
    irradiance, loss : float
        Absorbed irradiance and heat lost through the surface [W/m2].
    heat_of_ablation : float
        Heat per volume from the temperature ahead of the front to removal [J/m3].
    """
    return (irradiance - loss) / heat_of_ablation

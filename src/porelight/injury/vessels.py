r"""Coagulation of blood in vessels of 10 to 150 um by the heat of its own absorption.

Blood absorbs more than the tissue around it. A vessel is a long cylinder of radius a, heated evenly
by a pulse and cooled by conduction into equal surroundings. After an instantaneous pulse that
lifts the cylinder by 1, the excess at the radius r is

.. math:: f(r, t) = \frac{1}{2\alpha t} \int_0^a e^{-(r^2 + s^2)/4\alpha t}\,
          I_0\!\left(\frac{r s}{2\alpha t}\right) s\,ds
          = F_{\chi'^2}\!\left(\frac{a^2}{2\alpha t};\ 2,\ \frac{r^2}{2\alpha t}\right),

the distribution function of the noncentral chi-square with two degrees of freedom; on the axis it
is :math:`1 - e^{-a^2/4\alpha t}` [1]_. A pulse of finite length is the mean of that over its
length, and many pulses are their sum. Added to the temperature of the tissue it drives the rate of
blood coagulation.

References
----------
.. [1] H. S. Carslaw, J. C. Jaeger, *Conduction of Heat in Solids*, 2nd ed., Oxford (1959),
   section 10.3.
.. [2] I. M. Braverman, "The cutaneous microcirculation," J. Investig. Dermatol. Symp. Proc. 5, 3-9
   (2000), doi:10.1046/j.1087-0024.2000.00010.x.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chndtr, erfc, ndtr, ndtri

from porelight.data.parameter_set import ParameterSet
from porelight.errors import ParameterError
from porelight.injury._vessel_kernel import add_blood_damage
from porelight.injury.rate_process import (
    Rate,
    RateProcess,
    altered_fraction,
    checked_history,
    damage_above_rest,
)
from porelight.quantities import (
    FRACTION,
    PULSE_DURATION,
    TEMPERATURE,
    TEMPERATURE_RISE,
    TIME,
    Floats,
    Quantity,
)

MEMORY = 1.0  # s; what a pulse leaves in a vessel of 150 um after it is below 2 %
N_RINGS = 4  # rings of equal area across a vessel
N_DIAMETERS = 8  # shares of equal blood

_DIAMETER = Quantity("vessel_diameter", "m", 1e-6, 1e-3, "of a blood vessel")
_SPREAD = Quantity("vessel_diameter_sdlog", "1", 1e-3, 3.0, "logarithmic spread")
_DIFFUSIVITY = Quantity("diffusivity", "m2/s", 1e-9, 1e-5, "thermal diffusivity")
_PLANAR = 1e-4  # Fourier number below which the wall of a vessel is as good as flat


@dataclass(frozen=True, slots=True, eq=False)
class VesselParameters(ParameterSet):
    """Distribution of the blood of the upper plexus over vessel diameters."""

    FILE = "injury"

    vessel_diameter: float  # m, median by volume of blood
    vessel_diameter_sdlog: float  # 1
    narrowest_vessel: float  # m
    widest_vessel: float  # m

    def __post_init__(self) -> None:
        for name in ("vessel_diameter", "narrowest_vessel", "widest_vessel"):
            _DIAMETER.require(getattr(self, name), name)
        _SPREAD.require(self.vessel_diameter_sdlog)
        if not self.narrowest_vessel < self.widest_vessel:
            raise ParameterError(
                f"the narrowest vessel is {self.narrowest_vessel:g} m wide and the widest "
                f"{self.widest_vessel:g} m; expected the first below the second."
            )

    def diameters(self, n: int = N_DIAMETERS) -> Floats:
        """Return the middles of n equal shares of the blood, shape (n,) [m].

        Examples
        --------
        >>> (VesselParameters.typical().diameters(4) * 1e6).round()
        array([16., 26., 37., 60.])
        """
        low, high = (
            float(ndtr(np.log(edge / self.vessel_diameter) / self.vessel_diameter_sdlog))
            for edge in (self.narrowest_vessel, self.widest_vessel)
        )
        share = low + (high - low) * (np.arange(n) + 0.5) / n
        return np.asarray(self.vessel_diameter * np.exp(self.vessel_diameter_sdlog * ndtri(share)))


def cylinder_share(radius: Floats, fourier_number: Floats) -> Floats:
    """Excess temperature in and around a cylinder that was evenly heated at time 0.

    Parameters
    ----------
    radius : ndarray of float64
        Distance from the axis over the cylinder's radius [-].
    fourier_number : ndarray of float64
        Diffusivity times time over the cylinder's radius squared, 0 or more [-].

    Returns
    -------
    ndarray of float64
        Share of the initial excess, 0 to 1, for both arguments broadcast.

    Notes
    -----
    Exact from a Fourier number of 1e-4 on. Before that the wall is taken as flat, which is exact
    to the square root of the Fourier number at the wall and to rounding elsewhere.

    Examples
    --------
    On the axis it is 1 - exp(-1 / (4 Fo)):

    >>> float(cylinder_share(np.array(0.0), np.array(0.25)).round(4))
    0.6321
    """
    number = np.asarray(TIME.require(fourier_number, "fourier_number"))
    late = np.maximum(number, _PLANAR)
    exact = chndtr(0.5 / late, 2.0, radius**2 / (2.0 * late))
    depth = 0.5 * (1.0 - radius) / np.sqrt(np.maximum(number, np.finfo(np.float64).tiny))
    return np.asarray(np.where(number >= _PLANAR, exact, 0.5 * erfc(-depth)))


@dataclass(frozen=True, slots=True, eq=False)
class PulseExcess:
    """Temperature excess of blood after one pulse, over its rise without conduction.

    Attributes
    ----------
    time : ndarray of float64, shape (n_time,)
        Time since the start of the pulse, from 0 to `MEMORY` after its end [s].
    share : ndarray of float64, shape (n_time, n_diameter, n_radius)
        Share of the excess over the tissue that is left, in rings of equal area unless radii were
        given [-].
    """

    time: Floats
    share: Floats

    def at(self, since: Floats) -> Floats:
        """Return the shares at times since a pulse; 0 before it and after the last time."""
        place = np.clip(np.searchsorted(self.time, since, side="right") - 1, 0, self.time.size - 2)
        width = self.time[place + 1] - self.time[place]
        on = (since >= 0.0) & (since <= self.time[-1])
        later = np.where(on, (since - self.time[place]) / width, 0.0)[:, None, None]
        now = self.share[place] * (1.0 - later) + self.share[place + 1] * later
        return np.asarray(now * on[:, None, None])


def pulse_excess(
    diameter: Floats, pulse_duration: float, diffusivity: float, radius: Floats | None = None
) -> PulseExcess:
    """Excess temperature in and around cylinders of some diameters during and after an even pulse.

    Parameters
    ----------
    diameter : ndarray of float64, shape (n_diameter,)
        Diameters [m].
    pulse_duration : float
        Length of the pulse [s].
    diffusivity : float
        Thermal diffusivity of blood and tissue, taken as equal [m2/s].
    radius : ndarray of float64, shape (n_radius,), optional
        Distances from the axis over the cylinder's radius [-]; `N_RINGS` rings of equal area inside
        when left out.

    Raises
    ------
    ParameterError
        If a number is impossible.
    """
    inner = 0.5 * np.asarray(_DIAMETER.require(diameter))
    PULSE_DURATION.require(pulse_duration)
    _DIFFUSIVITY.require(diffusivity)
    after = np.geomspace(min(1e-5, 0.1 * MEMORY), MEMORY, 61)
    time = pulse_duration + np.concatenate([pulse_duration * (np.arange(9) / 8.0 - 1.0), after])
    inside = np.sqrt((np.arange(N_RINGS) + 0.5) / N_RINGS)
    places = inside if radius is None else np.asarray(radius, dtype=np.float64)
    # a pulse is many short ones: mean over when each fell, with the nodes of Gauss and Legendre
    node, weight = np.polynomial.legendre.leggauss(12)
    youngest = np.maximum(time - pulse_duration, 0.0)
    length = (time - youngest)[:, None]
    age = youngest[:, None] + 0.5 * length * (1.0 + node)
    number = diffusivity * age[:, None, None, :] / (inner**2)[:, None, None]
    short = cylinder_share(places[:, None], number)
    share = short @ (0.5 * weight) * (length / pulse_duration)[:, :, None]
    return PulseExcess(time, share)


def vessel_coagulation(
    time: Floats,
    temperature: Floats,
    pulse_time: Floats,
    pulse_rise: Floats,
    excess: PulseExcess,
    process: Rate,
    *,
    resting: float,
) -> Floats:
    """Share of the blood coagulated in vessels of each diameter.

    Parameters
    ----------
    time : ndarray of float64, shape (n_time,)
        Times of the temperature, dense around each pulse [s].
    temperature : ndarray of float64, shape (n_time,)
        Temperature of the tissue around the vessels [K].
    pulse_time : ndarray of float64, shape (n_pulse,)
        Times at which pulses reach these vessels, rising [s].
    pulse_rise : ndarray of float64, shape (n_pulse, n_diameter)
        Rise of the blood above the tissue by each pulse, if there were no conduction [K].
    excess : PulseExcess
        Excess of a pulse of the same duration in vessels of the same diameters.
    process : Rate
        Rate of coagulation.
    resting : float
        Temperature above which rates count [K].

    Returns
    -------
    ndarray of float64, shape (n_diameter,)
        Coagulated share, mean over the cross-section; exactly 0 where nothing was heated.

    Raises
    ------
    ParameterError
        If shapes do not agree, times go backwards or a temperature is impossible.
    """
    time, temperature = checked_history(time, temperature)
    TEMPERATURE.require(resting, "resting")
    TEMPERATURE_RISE.require(pulse_rise, "pulse_rise")
    n_diameter = excess.share.shape[1]
    if temperature.ndim != 1 or pulse_rise.shape != (pulse_time.size, n_diameter):
        raise ParameterError(
            f"temperature has shape {temperature.shape} and pulse_rise {pulse_rise.shape}; "
            f"expected (n_time,) and ({pulse_time.size}, {n_diameter})."
        )
    if (np.diff(pulse_time) < 0.0).any():
        raise ParameterError("pulse_time must not fall; sort the pulses by time.")
    damage = np.zeros(excess.share.shape[1:])
    if isinstance(process, RateProcess):
        log_factor, barrier = process.line
        add_blood_damage(
            *(time, temperature, pulse_time, pulse_rise, excess.time, excess.share),
            *((float(log_factor), float(barrier)), resting, damage),
        )
    else:
        blood = temperature[:, None, None] + pulse_sum(time, pulse_time, pulse_rise, excess)
        damage = damage_above_rest(time, blood, process, np.full(damage.shape, resting))
    return np.asarray(FRACTION.require(altered_fraction(damage).mean(axis=-1)))


def pulse_sum(time: Floats, pulse_time: Floats, pulse_rise: Floats, excess: PulseExcess) -> Floats:
    """Sum of the excess of all pulses within `MEMORY`, (n_time, n_diameter, n_radius) [K]."""
    total = np.zeros((time.size, *excess.share.shape[1:]))
    number = np.searchsorted(pulse_time, time, side="right") - 1
    while True:  # the last pulse before each time, then the one before it, while any is felt
        felt = np.flatnonzero(number >= 0)
        felt = felt[time[felt] - pulse_time[number[felt]] <= excess.time[-1]]
        if felt.size == 0:
            return total
        before = number[felt]
        total[felt] += pulse_rise[before][:, :, None] * excess.at(time[felt] - pulse_time[before])
        number -= 1

r"""Readings of an infrared thermometer: its field of view, its emissivity setting and its lag.

The mean over a circle of a response that is round about the spot is itself round about the spot, so
`thermometer_response` turns the response of a point into that of the circle once, and the sum over
the path is as cheap as for a point. The instrument converts radiation to temperature with the
emissivity e' that it is set to, where skin has e and reflects its surroundings,

.. math:: e' T_{read}^4 + (1 - e')\,T_{amb}^4 = e\,T^4 + (1 - e)\,T_{amb}^4 ,

and its reading follows with a lag of first order.
"""

import math

import numpy as np

from porelight._jit import jit
from porelight.errors import ParameterError
from porelight.heat.pulse import PulseResponse
from porelight.quantities import LENGTH, TEMPERATURE, TIME, Floats

_RINGS = 12  # of a field of view; each has a ring of directions
_DIRECTIONS = 24


def thermometer_response(response: PulseResponse, field_of_view: float) -> PulseResponse:
    """Return the surface's response averaged over the field of view, by the distance of its centre.

    Parameters
    ----------
    response : PulseResponse
        Response of the skin; its first depth is taken for the surface.
    field_of_view : float
        Diameter of the circle that is averaged [m]; 0 is a point.

    Returns
    -------
    PulseResponse
        Response at one depth, at the radii of `response` for which the circle lies inside its
        largest radius.
    """
    LENGTH.require(field_of_view, "field_of_view")
    surface = response.rise[:, 0, :]
    reach = response.r[-1] - 0.5 * field_of_view
    radius = response.r[response.r <= reach]
    if radius.size < 2:
        raise ParameterError(
            f"field_of_view is {field_of_view:g} m, wider than the response, which ends "
            f"{response.r[-1]:g} m from its axis; make it on a wider grid."
        )
    # equal areas: Gauss points in the square of the distance, evenly spaced directions
    node, weight = np.polynomial.legendre.leggauss(_RINGS)
    ring = 0.5 * field_of_view * np.sqrt(0.5 * (node + 1.0))
    direction = (np.arange(_DIRECTIONS) + 0.5) * math.pi / _DIRECTIONS
    seen = np.zeros((response.time.size, radius.size))
    for distance, share in zip(ring, 0.5 * weight, strict=True):
        for angle in direction:
            away = np.hypot(radius + distance * math.cos(angle), distance * math.sin(angle))
            j = np.clip(np.searchsorted(response.r, away, side="right") - 1, 0, response.r.size - 2)
            outer = (away - response.r[j]) / np.diff(response.r)[j]
            here = surface[:, j] * (1.0 - outer) + surface[:, j + 1] * outer
            seen += share / _DIRECTIONS * here
    return PulseResponse(response.time, radius, response.depth[:1], seen[:, None, :])


def radiometric_reading(
    surface_temperature: Floats,
    emissivity: float,
    emissivity_setting: float,
    ambient_temperature: float,
) -> Floats:
    """Return the temperature that a thermometer shows for the radiation of the skin.

    Parameters
    ----------
    surface_temperature : ndarray of float64, any shape
        Temperature of the skin's surface [K].
    emissivity, emissivity_setting : float
        Emissivity of the skin, and the one that the instrument is set to [-].
    ambient_temperature : float
        Temperature of the surroundings, which the skin reflects and the instrument corrects for
        [K].

    Returns
    -------
    ndarray of float64, same shape
        Reading [K]; the skin's own temperature if both emissivities agree.

    Notes
    -----
    Stefan-Boltzmann over all wavelengths. In the band of 8 to 14 um the power of T is 4 to 5, which
    changes the small difference between the two temperatures by a tenth of itself.
    """
    TEMPERATURE.require(surface_temperature, "surface_temperature")
    TEMPERATURE.require(ambient_temperature, "ambient_temperature")
    for name, value in (("emissivity", emissivity), ("emissivity_setting", emissivity_setting)):
        if not 0.5 <= value <= 1.0:
            raise ParameterError(f"{name} is {value:g}; expected 0.5 to 1.")
    share = emissivity / emissivity_setting
    fourth = share * surface_temperature**4 + (1.0 - share) * ambient_temperature**4
    return np.asarray(fourth**0.25, dtype=np.float64)


def lagged(times: Floats, temperature: Floats, lag: float) -> Floats:
    """Return a temperature after a lag of first order.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times, rising [s].
    temperature : ndarray of float64, shape (n_time,)
        Temperature before the lag [K].
    lag : float
        Time constant [s]; 0 shows the temperature itself.

    Returns
    -------
    ndarray of float64, shape (n_time,)
        Reading [K], exact for a temperature that is linear between the times.

    Raises
    ------
    ParameterError
        If times do not rise or there is not one temperature for each.
    """
    require_series(times, temperature)
    if lag == 0.0:
        return temperature.copy()
    TIME.require(lag, "lag")
    reading = temperature.copy()
    spans = np.diff(times)
    # the response to a ramp runs behind it by slope * lag; the rest of the difference decays
    behind = lag * np.diff(temperature) / spans
    decay = np.exp(-spans / lag)
    _run_behind(reading, temperature, behind, decay)
    return reading


@jit
def _run_behind(reading: Floats, temperature: Floats, behind: Floats, decay: Floats) -> None:
    """Fill what is read at each time from what was read before."""
    for i in range(decay.size):
        excess = reading[i] - temperature[i] + behind[i]
        reading[i + 1] = temperature[i + 1] - behind[i] + excess * decay[i]


def first_time_above(temperature: Floats, times: Floats, threshold: float) -> float:
    """Return the first time [s] at which a reading reaches the threshold, or infinity if never.

    Parameters
    ----------
    temperature : ndarray of float64, shape (n_time,)
        Reading or temperature [K].
    times : ndarray of float64, shape (n_time,)
        Times, rising [s].
    threshold : float
        Temperature to be reached [K].

    Examples
    --------
    >>> first_time_above(np.array([300.0, 310.0, 320.0]), np.array([0.0, 1.0, 2.0]), 315.0)
    1.5
    """
    require_series(times, temperature)
    above = np.flatnonzero(temperature >= threshold)
    if above.size == 0:
        return math.inf
    i = int(above[0])
    if i == 0:
        return float(times[0])
    low, high = temperature[i - 1], temperature[i]
    return float(times[i - 1] + (threshold - low) / (high - low) * (times[i] - times[i - 1]))


def require_series(times: Floats, values: Floats) -> None:
    """Refuse times that do not rise, or that do not fit the values.

    Raises
    ------
    ParameterError
        If times do not rise, or there is not one value for each.
    """
    if times.ndim != 1 or values.shape != times.shape or times.size == 0:
        raise ParameterError(
            f"times has shape {times.shape} but temperature has shape {values.shape}; expected one "
            "temperature for each time."
        )
    if (np.diff(times) <= 0.0).any():
        raise ParameterError("times must rise strictly; sort them and drop repeats first.")

"""A treatment: thousands of pulses of a moving handpiece.

Conduction is linear, so the rise anywhere is the sum of the responses to each pulse.
`pulse_response` gives the response to one joule; `session_rise` adds it up over the path of the
spot.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from porelight.errors import ParameterError
from porelight.heat._scan_kernel import add_pulses
from porelight.heat.pulse import PulseResponse, pulse_response, treatment_grid
from porelight.quantities import PULSE_ENERGY, SPOT_DIAMETER, TIME, Floats

__all__ = [
    "PulseResponse",
    "first_time_above",
    "pulse_response",
    "session_rise",
    "session_times",
    "thermometer_reading",
    "treatment_grid",
]

_BATCH = 256  # times in one task; fixed, so that the number of threads cannot change a bit


def session_rise(
    response: PulseResponse,
    pulse_time: Floats,
    pulse_position: Floats,
    pulse_energy: float | Floats,
    places: Floats,
    times: Floats,
) -> Floats:
    """Rise above rest at some places of the skin during and after a session.

    Parameters
    ----------
    response : PulseResponse
        Rise per joule of one pulse.
    pulse_time : ndarray of float64, shape (n_pulse,)
        Start of each pulse, rising [s].
    pulse_position : ndarray of float64, shape (n_pulse, 2)
        Centre of the spot [m].
    pulse_energy : float or ndarray of float64, shape (n_pulse,)
        Energy delivered by each pulse [J].
    places : ndarray of float64, shape (n_place, 2)
        Where the rise is wanted [m].
    times : ndarray of float64, shape (n_time,)
        When it is wanted, on the clock of `pulse_time` [s]; see `session_times`.

    Returns
    -------
    ndarray of float64, shape (n_time, n_place, n_depth)
        Rise [K], at the depths of the response.

    Raises
    ------
    ParameterError
        If shapes do not fit, pulse times fall, or the response is too short for `times`.

    Notes
    -----
    Linear between nodes of log time and of r. Pulses farther away than the last radius of the
    response add nothing: heat does not come that far in a session (see `treatment_grid`).
    """
    energy = np.broadcast_to(np.asarray(pulse_energy, dtype=np.float64), pulse_time.shape)
    _check_session(response, pulse_time, pulse_position, energy, places, times)
    table = np.ascontiguousarray(response.rise.transpose(0, 2, 1))
    log_first = math.log(response.time[0])
    nodes_per_log = 1.0 / math.log(response.time[1] / response.time[0])
    rise = np.zeros((places.shape[0], times.size, response.depth.size))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        tasks = []
        for place, out in zip(places, rise, strict=True):
            distance = np.hypot(*(pulse_position - place).T)
            ring = np.searchsorted(response.r, distance, side="right") - 1
            beyond = ring >= response.r.size - 1
            ring[beyond] = 0
            share = (distance - response.r[ring]) / np.diff(response.r)[ring]
            ring[beyond] = -1
            for start in range(0, times.size, _BATCH):
                chunk = slice(start, start + _BATCH)
                tasks.append(
                    pool.submit(
                        add_pulses,
                        table,
                        log_first,
                        nodes_per_log,
                        float(response.time[0]),
                        pulse_time,
                        energy,
                        ring.astype(np.int64),
                        share,
                        np.ascontiguousarray(times[chunk]),
                        out[chunk],
                    )
                )
        for task in tasks:
            task.result()
    return np.ascontiguousarray(rise.transpose(1, 0, 2))


def session_times(
    pulse_time: Floats,
    pulse_position: Floats,
    place: Floats,
    spot_diameter: float,
    until: float,
    *,
    pulse_duration: float = 0.0,
) -> Floats:
    """Return times that resolve what one place feels: fine after each pulse that covers it.

    Parameters
    ----------
    pulse_time : ndarray of float64, shape (n_pulse,)
        Start of each pulse, rising [s].
    pulse_position : ndarray of float64, shape (n_pulse, 2)
        Centre of the spot [m].
    place : ndarray of float64, shape (2,)
        The place looked at [m].
    spot_diameter : float
        Diameter of the spot [m]; a pulse covers the place if its centre is within 0.6 diameters.
    until : float
        Last time [s].
    pulse_duration : float
        Length of a pulse [s]: adds eight times inside each covering pulse and one at its end.

    Returns
    -------
    ndarray of float64, shape (n_time,)
        Strictly rising from 0 to `until` [s]: every half second while pulses are given, twelve per
        decade from 10 us to 1 s after a covering pulse, six per decade after the last pulse.
    """
    SPOT_DIAMETER.require(spot_diameter)
    TIME.require(until, "until")
    last = float(pulse_time[-1]) if pulse_time.size else 0.0
    near = np.hypot(*(pulse_position - place).T) <= 0.6 * spot_diameter
    after = np.concatenate([[0.0], np.geomspace(1e-5, 1.0, 61)]) + pulse_duration
    inside = pulse_duration * np.arange(9) / 9.0
    fine = pulse_time[near, None] + np.concatenate([inside, after])
    during = np.arange(0.0, min(last, until), 0.5)
    tail = max(until - last, 0.0)
    decades = max(0.0, math.log10(tail / 0.1)) if tail > 0.0 else 0.0
    cooling = last + np.geomspace(0.1, max(tail, 0.1), 2 + math.ceil(6.0 * decades))
    times = np.unique(np.concatenate([[0.0], during, fine.ravel(), cooling, [until]]))
    return np.asarray(times[times <= until], dtype=np.float64)


def thermometer_reading(times: Floats, surface_temperature: Floats, lag: float) -> Floats:
    """Return what an infrared thermometer shows: the surface, smoothed by its response time.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Rising [s].
    surface_temperature : ndarray of float64, shape (n_time,)
        Of the skin in its field of view; average over places first if that is wide [K].
    lag : float
        Time constant of its first-order response [s]; 0 shows the surface itself.

    Returns
    -------
    ndarray of float64, shape (n_time,)
        Reading [K], exact for a temperature that is linear between the times.
    """
    _check_series(times, surface_temperature)
    if lag == 0.0:
        return surface_temperature.copy()
    TIME.require(lag, "lag")
    reading = surface_temperature.copy()
    spans = np.diff(times)
    # the answer to a ramp runs behind it by slope * lag; the rest of the difference decays
    behind = lag * np.diff(surface_temperature) / spans
    decay = np.exp(-spans / lag)
    for i in range(spans.size):
        excess = reading[i] - surface_temperature[i] + behind[i]
        reading[i + 1] = surface_temperature[i + 1] - behind[i] + excess * decay[i]
    return reading


def first_time_above(surface_temperature: Floats, times: Floats, threshold: float) -> float:
    """Return the first time [s] at which a reading reaches the threshold, or infinity if never.

    Parameters
    ----------
    surface_temperature : ndarray of float64, shape (n_time,)
        Reading or temperature [K].
    times : ndarray of float64, shape (n_time,)
        Rising [s].
    threshold : float
        Temperature [K].

    Examples
    --------
    >>> first_time_above(np.array([300.0, 310.0, 320.0]), np.array([0.0, 1.0, 2.0]), 315.0)
    1.5
    """
    _check_series(times, surface_temperature)
    above = np.flatnonzero(surface_temperature >= threshold)
    if above.size == 0:
        return math.inf
    i = int(above[0])
    if i == 0:
        return float(times[0])
    low, high = surface_temperature[i - 1], surface_temperature[i]
    return float(times[i - 1] + (threshold - low) / (high - low) * (times[i] - times[i - 1]))


def _check_series(times: Floats, values: Floats) -> None:
    if times.ndim != 1 or values.shape != times.shape or times.size == 0:
        raise ParameterError(
            f"times has shape {times.shape} but temperature has shape {values.shape}; expected one "
            "temperature for each time."
        )
    if (np.diff(times) <= 0.0).any():
        raise ParameterError("times must rise strictly; sort them and drop repeats first.")


def _check_session(
    response: PulseResponse,
    pulse_time: Floats,
    pulse_position: Floats,
    energy: Floats,
    places: Floats,
    times: Floats,
) -> None:
    if pulse_time.ndim != 1 or pulse_position.shape != (pulse_time.size, 2):
        raise ParameterError(
            f"pulse_time has shape {pulse_time.shape} but pulse_position has shape "
            f"{pulse_position.shape}; expected (n_pulse,) and (n_pulse, 2)."
        )
    if places.ndim != 2 or places.shape[1] != 2:
        raise ParameterError(f"places has shape {places.shape}; expected (n_place, 2) in metres.")
    if (np.diff(pulse_time) < 0.0).any():
        raise ParameterError("pulse_time must not fall; sort the pulses by time.")
    PULSE_ENERGY.require(energy)
    TIME.require(times, "times")
    longest = float(times.max(initial=0.0) - pulse_time.min(initial=math.inf))
    if longest > response.time[-1] * (1.0 + 1e-12):
        raise ParameterError(
            f"times reach {longest:.6g} s after the first pulse, but the response ends at "
            f"{response.time[-1]:.6g} s; make it with until={longest:.6g}."
        )

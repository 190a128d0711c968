"""A treatment: thousands of pulses of a moving handpiece.

Conduction is linear, so the rise anywhere is the sum of the responses to each pulse.
`pulse_response` gives the response to one joule; `session_rise` adds it up over the path of the
spot at fixed places of the skin, `rise_along` along a moving place, such as that of the spot.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from porelight.errors import ParameterError
from porelight.heat._scan_kernel import Ints, add_pulses, add_pulses_along, tabulated
from porelight.heat.pulse import PulseResponse, pulse_response, treatment_grid
from porelight.quantities import PULSE_ENERGY, SPOT_DIAMETER, TIME, Floats
from porelight.threads import available_threads

__all__ = [
    "PulseResponse",
    "pulse_response",
    "rise_along",
    "rise_under_spot",
    "session_rise",
    "session_times",
    "treatment_grid",
]

_BATCH = 256  # times of a moving place in one task; fixed: threads cannot change a bit
# pulses younger than this are summed one by one: a train of pulses may still have kinks [s]
_YOUNG = 0.5
_OLD = 60.0  # s; a pulse has then spread over 5 mm, and changes little from one to the next
_UNFELT = 1e-9  # share of the largest response of an age below which heat has not arrived yet


def session_rise(
    response: PulseResponse,
    pulse_time: Floats,
    pulse_position: Floats,
    pulse_energy: float | Floats,
    places: Floats,
    times: Floats,
    *,
    n_depths: int | None = None,
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
        Places at which the rise is returned [m].
    times : ndarray of float64, shape (n_time,)
        Times at which it is returned, on the clock of `pulse_time` [s]; see `session_times`.
    n_depths : int, optional
        How many of the response's depths are wanted, from the first; all when left out.

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
    response add nothing: heat does not come that far in a session (see `treatment_grid`). Old
    pulses are summed on intervals (`_scan_kernel`), which changes less than 1e-4 of the rise.
    """
    energy = np.broadcast_to(np.asarray(pulse_energy, dtype=np.float64), pulse_time.shape)
    _check_session(response, pulse_time, pulse_position, energy, times)
    _check_places(places)
    order = np.argsort(times, kind="stable")
    rising = np.ascontiguousarray(times[order], dtype=np.float64)
    table = _Table.of(response)
    values = table.values
    if n_depths is not None:
        values = np.ascontiguousarray(values[:, :, :n_depths])
    rise = np.zeros((times.size, places.shape[0], values.shape[2]))

    def add(index: int) -> None:
        distance = np.hypot(*(pulse_position - places[index]).T)
        ring = np.searchsorted(response.r, distance, side="right") - 1
        beyond = ring >= response.r.size - 1
        ring[beyond] = 0
        share = (distance - response.r[ring]) / np.diff(response.r)[ring]
        ring[beyond] = -1
        out = np.zeros((rising.size, values.shape[2]))
        if rising.size:
            add_pulses(
                values,
                table.log_first,
                table.nodes_per_log,
                table.first_node,
                table.last_ring,
                _YOUNG,
                pulse_time,
                energy,
                ring.astype(np.int64),
                share,
                rising,
                out,
            )
        rise[order, index] = out

    with ThreadPoolExecutor(available_threads()) as pool:
        for _ in pool.map(add, range(places.shape[0])):
            pass
    return rise


def rise_along(
    response: PulseResponse,
    pulse_time: Floats,
    pulse_position: Floats,
    pulse_energy: float | Floats,
    places: Floats,
    times: Floats,
) -> Floats:
    """Rise above rest along a moving place: at each time, the rise at the place of that time.

    Parameters
    ----------
    response, pulse_time, pulse_position, pulse_energy
        As in `session_rise`.
    places : ndarray of float64, shape (n_time, 2)
        Place at each time [m].
    times : ndarray of float64, shape (n_time,)
        Times, on the clock of `pulse_time` [s].

    Returns
    -------
    ndarray of float64, shape (n_time, n_depth)
        Rise [K], at the depths of the response.

    Raises
    ------
    ParameterError
        If shapes do not fit, pulse times fall, or the response is too short for `times`.
    """
    energy = np.broadcast_to(np.asarray(pulse_energy, dtype=np.float64), pulse_time.shape)
    _check_session(response, pulse_time, pulse_position, energy, times)
    _check_places(places)
    if places.shape[0] != times.size:
        raise ParameterError(
            f"places has shape {places.shape} but times has shape {times.shape}; expected one "
            "place for each time."
        )
    moving = _Moving(response, pulse_time, pulse_position, energy)
    return moving.rise(times, places, np.zeros(times.size), np.full(times.size, pulse_time.size))


def rise_under_spot(
    response: PulseResponse,
    pulse_time: Floats,
    pulse_position: Floats,
    pulse_energy: float | Floats,
    readings: Floats,
) -> Floats:
    """Rise above rest under the spot, which moves on straight lines from pulse to pulse.

    Parameters
    ----------
    response, pulse_time, pulse_position, pulse_energy
        As in `session_rise`.
    readings : ndarray of float64, shape (n_pulse, n_reading)
        Times of the readings after each pulse, not later than the next pulse [s].

    Returns
    -------
    ndarray of float64, shape (n_pulse, n_reading, n_depth)
        Rise [K], at the depths of the response.

    Notes
    -----
    Pulses older than a minute have spread over half a centimetre: what they add is taken as linear
    from a pulse to the last reading before the next. For a field of view of 15 mm that changes less
    than 1e-3 of the rise, for a point up to 5e-3 where the path turns.
    """
    energy = np.broadcast_to(np.asarray(pulse_energy, dtype=np.float64), pulse_time.shape)
    _check_session(response, pulse_time, pulse_position, energy, readings)
    n_pulse, n_look = readings.shape
    following = np.append(pulse_time[1:], np.inf)[:, None]
    if (
        n_pulse != pulse_time.size
        or (readings < pulse_time[:, None]).any()
        or (readings > following).any()
    ):
        raise ParameterError(
            f"readings has shape {readings.shape}; expected a row for each of {pulse_time.size} "
            "pulses, from that pulse to the next."
        )

    def spot(times: Floats) -> Floats:
        columns = (np.interp(times.ravel(), pulse_time, axis) for axis in pulse_position.T)
        return np.column_stack(list(columns))

    moving = _Moving(response, pulse_time, pulse_position, energy)
    old = np.searchsorted(pulse_time, pulse_time - _OLD, side="right")
    every = readings.ravel()
    young = moving.rise(every, spot(every), np.repeat(old, n_look), np.full(every.size, n_pulse))
    first, last = pulse_time, readings.max(axis=1)
    at_first, at_last = (moving.rise(t, spot(t), np.zeros(n_pulse), old) for t in (first, last))
    span = np.where(last > first, last - first, 1.0)
    share = ((readings - first[:, None]) / span[:, None])[:, :, None]
    slow = (1.0 - share) * at_first[:, None] + share * at_last[:, None]
    return np.asarray(young.reshape(n_pulse, n_look, -1) + slow, dtype=np.float64)


class _Moving:
    """The sum of pulses at a place that changes with time; the pulses may be a part of all."""

    def __init__(
        self, response: PulseResponse, start: Floats, position: Floats, energy: Floats
    ) -> None:
        self.response, self.table = response, _Table.of(response)
        self.start, self.position, self.energy = start, position, energy

    def rise(
        self, times: Floats, places: Floats, begin: Floats | Ints, end: Floats | Ints
    ) -> Floats:
        rise = np.zeros((times.size, self.response.depth.size))
        begin, end = begin.astype(np.int64), end.astype(np.int64)

        def add(start: int) -> None:
            chunk = slice(start, start + _BATCH)
            add_pulses_along(
                self.table.values,
                self.table.log_first,
                self.table.nodes_per_log,
                self.table.first_node,
                self.table.last_ring,
                self.response.r,
                self.start,
                self.position,
                self.energy,
                np.ascontiguousarray(times[chunk]),
                np.ascontiguousarray(places[chunk]),
                begin[chunk],
                end[chunk],
                rise[chunk],
            )

        with ThreadPoolExecutor(available_threads()) as pool:
            for _ in pool.map(add, range(0, times.size, _BATCH)):
                pass
        return rise


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """A pulse response in the form that the kernels read."""

    values: Floats  # (n_time, n_r, n_depth)
    log_first: float
    nodes_per_log: float
    first_node: float
    last_ring: Ints  # (n_time,) the outermost ring that heat has reached

    @classmethod
    # one session asks for the same response several times, and each thread follows a session
    @lru_cache(maxsize=available_threads())
    def of(cls, response: PulseResponse) -> "_Table":
        values, last_ring = tabulated(np.ascontiguousarray(response.rise), _UNFELT)
        return cls(
            values,
            log_first=math.log(response.time[0]),
            nodes_per_log=1.0 / math.log(response.time[1] / response.time[0]),
            first_node=float(response.time[0]),
            last_ring=last_ring,
        )


def session_times(
    pulse_time: Floats,
    pulse_position: Floats,
    place: Floats,
    spot_diameter: float,
    until: float,
    *,
    pulse_duration: float = 0.0,
) -> Floats:
    """Return times that resolve the temperature of one place: dense after pulses that cover it.

    Parameters
    ----------
    pulse_time : ndarray of float64, shape (n_pulse,)
        Start of each pulse, rising [s].
    pulse_position : ndarray of float64, shape (n_pulse, 2)
        Centre of the spot [m].
    place : ndarray of float64, shape (2,)
        The place [m].
    spot_diameter : float
        Diameter of the spot [m]; a pulse covers the place if its centre is within 0.6 diameters.
    until : float
        Last of the returned times [s].
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


def _check_session(
    response: PulseResponse,
    pulse_time: Floats,
    pulse_position: Floats,
    energy: Floats,
    times: Floats,
) -> None:
    if pulse_time.ndim != 1 or pulse_position.shape != (pulse_time.size, 2):
        raise ParameterError(
            f"pulse_time has shape {pulse_time.shape} but pulse_position has shape "
            f"{pulse_position.shape}; expected (n_pulse,) and (n_pulse, 2)."
        )
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


def _check_places(places: Floats) -> None:
    if places.ndim != 2 or places.shape[1] != 2:
        raise ParameterError(f"places has shape {places.shape}; expected (n_place, 2) in metres.")
